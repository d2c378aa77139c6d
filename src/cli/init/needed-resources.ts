import { roleArn } from '../../arn.ts'
import type { Config } from '../../config/schema.ts'
import { selectImages } from '../../config/select-images.ts'
import { selectTargets, type Target } from '../../config/select-target.ts'
import { partitionOf } from '../../partitions.ts'
import type { JsonObject } from '../../ports.ts'
import { containersOf, objectIn, textIn } from '../../task-definition/members.ts'
import { type Account, hasRole } from './read-account.ts'
import { shellText } from './shell-text.ts'

/** Something that a deployment needs in an account and does not create. */
export interface Needed {
  readonly accountId: string
  readonly region: string
  /** Whether it exists; undefined where that is not known. */
  exists(account: Account): Promise<boolean | undefined>
  /** Shell commands that create it, with the AWS CLI. */
  readonly commands: readonly string[]
}

/** The policy of AWS with which tasks pull from Amazon ECR and write logs (Amazon ECS developer guide, "Task execution IAM role"). */
const executionPolicy = 'service-role/AmazonECSTaskExecutionRolePolicy'

/** Repositories, log groups and roles of tasks that slipway.yml and its task definitions name, each once. */
export function neededResources(
  config: Config,
  definitionOf: (target: Target) => JsonObject | undefined,
): readonly Needed[] {
  const targets = selectTargets(config, Object.keys(config.environments))
  const all = [
    ...selectImages(config).map(({ repository, region, accountId }) => repositoryNeed(repository, region, accountId)),
    ...targets.flatMap((target) => containersOf(definitionOf(target)).flatMap((one) => logGroupNeeds(one, target))),
    ...targets.flatMap((target) => roleNeeds(definitionOf(target), target)),
  ]
  return [...new Map(all.map((one) => [one.commands.join('\n'), one])).values()]
}

const immutable = ['--image-tag-mutability', 'IMMUTABLE']

function repositoryNeed(name: string, region: string, accountId: string): Needed {
  return {
    region,
    accountId,
    exists: ({ aws, read }) => read(async () => (await aws.ecr.describeRepository(name)) !== undefined),
    commands: [
      shellText('aws', 'ecr', 'create-repository', '--region', region, '--repository-name', name, ...immutable),
    ],
  }
}

function roleNeeds(definition: JsonObject | undefined, target: Target): readonly Needed[] {
  const { region, accountId } = target
  const [execution, task] = ['executionRoleArn', 'taskRoleArn'].map((member) => textIn(definition, member))
  return [...new Set([execution, task])].flatMap((role) =>
    isOwn(role, target) ? [roleNeed(role, role === execution, { region, accountId })] : [],
  )
}

/** A role of another account is an error of the preflight, and a placeholder is none that could be created. */
function isOwn(role: string | undefined, { region, accountId }: Target): role is string {
  if (role === undefined || /[<>{}$]/.test(role)) return false
  return roleArn(role, accountId, region).includes(`:${accountId}:`)
}

function logGroupNeeds(container: JsonObject, { region, accountId }: Target): readonly Needed[] {
  const logs = objectIn(container, 'logConfiguration')
  const options = objectIn(logs, 'options')
  const group = textIn(options, 'awslogs-group')
  const isCreated = textIn(options, 'awslogs-create-group') === 'true'
  if (textIn(logs, 'logDriver') !== 'awslogs' || group === undefined || isCreated || /[<>{}$]/.test(group)) return []
  const where = textIn(options, 'awslogs-region') ?? region
  return [
    {
      region,
      accountId,
      exists: ({ aws, read }) => read(() => aws.preflight.hasLogGroup(group, where)),
      commands: [shellText('aws', 'logs', 'create-log-group', '--region', where, '--log-group-name', group)],
    },
  ]
}

function roleNeed(
  role: string,
  isExecution: boolean,
  place: { readonly region: string; readonly accountId: string },
): Needed {
  const name = role.split('/').at(-1) ?? role
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  }
  const named = ['--role-name', name]
  const policy = `arn:${partitionOf(place.region).id}:iam::aws:policy/${executionPolicy}`
  return {
    ...place,
    exists: (account) => hasRole(account, name),
    commands: [
      shellText('aws', 'iam', 'create-role', ...named, '--assume-role-policy-document', JSON.stringify(trust)),
      ...(isExecution ? [shellText('aws', 'iam', 'attach-role-policy', ...named, '--policy-arn', policy)] : []),
    ],
  }
}
