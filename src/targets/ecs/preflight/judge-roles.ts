import { parseArn } from '../../../arn.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import { ecrPlaceOf } from '../../../image/ecr-host.ts'
import { parseReference } from '../../../image/reference.ts'
import { partitionOf } from '../../../partitions.ts'
import type { JsonObject } from '../../../ports.ts'
import { containersOf, objectIn, objectsIn, textIn } from '../../../task-definition/members.ts'
import { text, untrusted } from '../../../text.ts'
import { finding } from '../facts/finding-kinds.ts'
import type { PreflightFacts } from '../facts/preflight-facts.ts'

const members = ['executionRoleArn', 'taskRoleArn'] as const

/** ECS takes the name of a role for its ARN (API RegisterTaskDefinition, taskRoleArn), with its path (API CreateService, role). */
const roleName = /^\/?[\w+=,.@-]+(?:\/[\w+=,.@-]+)*$/

/** True for what Amazon ECS takes for a role: its ARN or its name. */
export function isRole(given: string): boolean {
  const arn = parseArn(given)
  if (arn === undefined) return roleName.test(given)
  return arn.service === 'iam' && /^role\/.+/.test(arn.resource) && /^\d{12}$/.test(arn.accountId)
}

/** The roles: well-formed, of this account, and there where Fargate cannot do without. */
export function judgeRoles(facts: PreflightFacts): readonly Finding[] {
  return [...members.flatMap((member) => judgeRole(member, facts)), ...judgeNeed(facts)]
}

function judgeRole(member: (typeof members)[number], facts: PreflightFacts): readonly Finding[] {
  const { definition, region, accountId, blank } = facts
  const role = textIn(definition, member) ?? ''
  if (role === '' || blank.has(role)) return []
  const partition = partitionIn(facts)
  if (!isRole(role)) {
    return [
      finding('role-malformed', {
        what: text`Role is not valid in ${member}`,
        why: text`${untrusted(role)} is neither the ARN nor the name of an IAM role`,
        fix: text`Write it as arn:${partition ?? partitionOf(region).id}:iam::${untrusted(accountId ?? '<account>')}:role/<name>, or as the name alone.`,
      }),
    ]
  }
  const arn = parseArn(role)
  if (arn === undefined) return []
  if (partition !== undefined && arn.partition !== partition) {
    return [
      finding('role-elsewhere', {
        what: text`Role of another partition in ${member}`,
        why: text`${untrusted(role)} belongs to the partition ${untrusted(arn.partition)}, and ${region} to ${partition}`,
        fix: text`Name a role of this partition. A role name without an ARN fits every partition and account.`,
      }),
    ]
  }
  if (accountId === undefined || arn.accountId === accountId) return []
  return [
    finding('role-elsewhere', {
      what: text`Cross-account pass role is not allowed for ${member}`,
      why: text`${untrusted(role)} belongs to account ${untrusted(arn.accountId)}, and the deployment to account ${untrusted(accountId)}`,
      fix: text`Name a role of account ${untrusted(accountId)}. A role name without an ARN fits every account. A task that needs a role of another account assumes it from the code in the container.`,
    }),
  ]
}

/** That of the service, by AWS's own word. A region that fits no pattern may be of a partition that is not known here. */
function partitionIn({ service, region }: PreflightFacts): string | undefined {
  const { id, pattern } = partitionOf(region)
  return parseArn(service?.serviceArn ?? '')?.partition ?? (pattern.test(region) ? id : undefined)
}

/** Sentences of ECS: "Fargate requires task definition to have execution role ARN to support …", "When you are specifying container secrets, …". */
function judgeNeed({ definition, isFargate }: PreflightFacts): readonly Finding[] {
  if (textIn(definition, 'executionRoleArn')) return []
  const containers = containersOf(definition)
  const needs = [
    ...(containers.some((container) => objectsIn(container, 'secrets').length > 0) ? ['secrets'] : []),
    ...(containers.some((container) => container.repositoryCredentials) ? ['private registry authentication'] : []),
    ...(isFargate && containers.some(isInEcr) ? ['ECR images'] : []),
    ...(isFargate && containers.some(isLogged) ? ['log driver awslogs'] : []),
  ]
  if (needs.length === 0) return []
  return [
    finding('execution-role-missing', {
      what: text`The task definition has no executionRoleArn`,
      why: text`Amazon ECS requires the task execution role to support ${needs.join(' and ')}`,
      fix: text`Set executionRoleArn to a role with the managed policy AmazonECSTaskExecutionRolePolicy.`,
    }),
  ]
}

function isInEcr(container: JsonObject): boolean {
  return ecrPlaceOf(parseReference(textIn(container, 'image') ?? '')?.registry) !== undefined
}

function isLogged(container: JsonObject): boolean {
  return textIn(objectIn(container, 'logConfiguration'), 'logDriver') === 'awslogs'
}
