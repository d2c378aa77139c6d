/** Task definitions: revisions of families, stored as AWS normalises them. */
import type {
  Compatibility,
  DescribeTaskDefinitionRequest,
  ListTaskDefinitionFamiliesRequest,
  ListTaskDefinitionsRequest,
  RegisterTaskDefinitionRequest,
  TaskDefinition,
} from '@aws-sdk/client-ecs'
import type { Handlers } from '../contract.ts'
import { arn, nameOf, paginate } from '../identifiers.ts'
import { cpuUnits, fargateOffers, mebibytes } from './fargate-sizes.ts'
import { checkDefinitionRoles } from './role-passing.ts'
import { clientException, type DefinitionRecord, type EcsState, now } from './state.ts'
import { storedDefinition } from './stored-definition.ts'
import { checkTaskDefinition } from './task-definition-rules.ts'

/** By ARN, `family:revision`, or family for its latest ACTIVE revision; undefined when there is none. INACTIVE ones are found too. */
export function findDefinition(ecs: EcsState, reference: string): DefinitionRecord | undefined {
  const [family = '', revision] = nameOf(reference).split(':')
  const revisions = ecs.families.get(family) ?? []
  const found = revision
    ? revisions[Number(revision) - 1]
    : revisions.findLast(({ definition }) => definition.status === 'ACTIVE')
  return reference.startsWith('arn:') && found?.definition.taskDefinitionArn !== reference ? undefined : found
}

/** For services and RunTask, which take ACTIVE revisions only. */
export function activeDefinition(ecs: EcsState, reference: string): TaskDefinition {
  const found = findDefinition(ecs, reference)
  if (!found) throw clientException('TaskDefinition not found.')
  if (found.definition.status !== 'ACTIVE') throw clientException('TaskDefinition is inactive')
  return found.definition
}

function compatibilities(input: RegisterTaskDefinitionRequest): Compatibility[] {
  const cpu = cpuUnits(input.cpu ?? '') ?? 0
  const fargate = input.networkMode === 'awsvpc' && fargateOffers(cpu, mebibytes(input.memory ?? '') ?? 0)
  return fargate ? ['EC2', 'FARGATE'] : ['EC2']
}

function requiredAttributes(input: RegisterTaskDefinitionRequest): { name: string }[] {
  const containers = input.containerDefinitions ?? []
  const awslogs = containers.some((container) => container.logConfiguration?.logDriver === 'awslogs')
  const ecr = containers.some((container) => container.image?.includes('.dkr.ecr.'))
  return [
    ...(awslogs ? ['com.amazonaws.ecs.capability.logging-driver.awslogs'] : []),
    ...(awslogs && input.executionRoleArn ? ['ecs.capability.execution-role-awslogs'] : []),
    ...(ecr ? ['com.amazonaws.ecs.capability.ecr-auth'] : []),
    ...(ecr && input.executionRoleArn ? ['ecs.capability.execution-role-ecr-pull'] : []),
    ...(input.taskRoleArn ? ['com.amazonaws.ecs.capability.task-iam-role'] : []),
    'com.amazonaws.ecs.capability.docker-remote-api.1.18',
    ...(input.networkMode === 'awsvpc' ? ['ecs.capability.task-eni'] : []),
  ].map((name) => ({ name }))
}

const roleArn = (ecs: EcsState, role: string) =>
  role.startsWith('arn:') ? role : `arn:aws:iam::${ecs.world.accountId}:role/${role}`

export function register(ecs: EcsState, input: RegisterTaskDefinitionRequest): DefinitionRecord {
  checkTaskDefinition(input)
  checkDefinitionRoles(ecs, input)
  const { tags = [], family = '', ...members } = structuredClone(input)
  const revisions = ecs.families.get(family) ?? []
  const revision = revisions.length + 1
  const definition: TaskDefinition = {
    ...storedDefinition({ ...members, family }, ecs.quirks.reordersDefinitions),
    taskDefinitionArn: arn('ecs', ecs.region, ecs.world.accountId, `task-definition/${family}:${revision}`),
    family,
    revision,
    ...(members.taskRoleArn && { taskRoleArn: roleArn(ecs, members.taskRoleArn) }),
    ...(members.executionRoleArn && { executionRoleArn: roleArn(ecs, members.executionRoleArn) }),
    status: 'ACTIVE',
    requiresAttributes: requiredAttributes(input),
    compatibilities: compatibilities(input),
    registeredAt: now(ecs),
    registeredBy: `arn:aws:sts::${ecs.world.accountId}:assumed-role/slipway-deploy/slipway`,
  }
  const record = { definition, tags }
  ecs.families.set(family, [...revisions, record])
  return record
}

export const taskDefinitionHandlers = (ecs: EcsState): Handlers => ({
  RegisterTaskDefinition: (input: RegisterTaskDefinitionRequest) => {
    const { definition, tags } = register(ecs, input)
    return { taskDefinition: definition, ...(tags.length > 0 && { tags }) }
  },
  DescribeTaskDefinition: (input: DescribeTaskDefinitionRequest) => {
    const found = findDefinition(ecs, input.taskDefinition ?? '')
    if (!found) throw clientException('Unable to describe task definition.')
    return { taskDefinition: found.definition, ...(input.include?.includes('TAGS') && { tags: found.tags }) }
  },
  DeregisterTaskDefinition: (input: { taskDefinition: string }) => {
    const found = nameOf(input.taskDefinition).includes(':') ? findDefinition(ecs, input.taskDefinition) : undefined
    if (!found) throw clientException('The specified task definition does not exist.')
    found.definition.status = 'INACTIVE'
    found.definition.deregisteredAt = now(ecs)
    return { taskDefinition: found.definition }
  },
  DeleteTaskDefinitions: (input: { taskDefinitions: readonly string[] }) => {
    const found = input.taskDefinitions.map((arn) => ({ arn, record: findDefinition(ecs, arn) }))
    const gone = found.filter(({ record }) => record?.definition.status === 'INACTIVE')
    for (const { record } of gone) if (record) record.definition.status = 'DELETE_IN_PROGRESS'
    return {
      taskDefinitions: gone.map(({ record }) => record?.definition),
      failures: found
        .filter(({ arn }) => !gone.some((one) => one.arn === arn))
        .map(({ arn }) => ({ arn, reason: 'The specified task definition is still in ACTIVE status.' })),
    }
  },
  ListTaskDefinitions: (input: ListTaskDefinitionsRequest) => {
    const families = [...ecs.families.keys()]
      .sort()
      .filter((family) => !input.familyPrefix || family === input.familyPrefix)
    const arns = families
      .flatMap((family) => ecs.families.get(family) ?? [])
      .filter(({ definition }) => definition.status === (input.status ?? 'ACTIVE'))
      .map(({ definition }) => definition.taskDefinitionArn)
    if (input.sort === 'DESC') arns.reverse()
    const { page, nextToken } = paginate(arns, input.maxResults ?? 100, input.nextToken)
    return { taskDefinitionArns: page, ...(nextToken && { nextToken }) }
  },
  ListTaskDefinitionFamilies: (input: ListTaskDefinitionFamiliesRequest) => {
    const families = [...ecs.families.keys()].sort().filter((family) => family.startsWith(input.familyPrefix ?? ''))
    const { page, nextToken } = paginate(families, input.maxResults ?? 100, input.nextToken)
    return { families: page, ...(nextToken && { nextToken }) }
  },
})
