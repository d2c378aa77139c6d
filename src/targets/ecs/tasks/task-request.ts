import { createHash } from 'node:crypto'
import { Failure } from '../../../failure.ts'
import type { JsonObject, RunTaskRequest, Service } from '../../../ports.ts'
import { asName, text } from '../../../text.ts'
import type { OneOffTask } from '../request/service-request.ts'
import { startedByOf } from '../request/started-by.ts'
import { networkOf } from './task-network.ts'

/** A one-off task, with what it inherits from. */
export interface OneOff {
  readonly cluster: string
  readonly service: Service | undefined
  /** Of the task, with its containers. */
  readonly definition: JsonObject
  /** ARN, or family and revision. */
  readonly taskDefinition: string
  readonly task: OneOffTask
  readonly longestGap?: number | undefined
}

/** One RunTask of several: how many tasks, and what tells it from the others. */
export interface Part {
  /** From 0. A part that AWS has answered is not sent again, so that each has a client token of its own. */
  readonly number: number
  readonly count: number
  /** On-demand Fargate in the place of Fargate Spot. */
  readonly isOnDemand: boolean
}

/** API RunTask, `overrides`: "limited to 8192 characters, including the JSON formatting". */
const longestOverrides = 8192

/** The request for some of the tasks. */
export function requestOf({ cluster, service, task, taskDefinition }: OneOff, part: Part): RunTaskRequest {
  const strategy = part.isOnDemand ? onDemand : strategyOf(task, service)
  const launchType = strategy ? undefined : (task.launchType ?? (service ? service.launchType : 'FARGATE'))
  const network = networkOf(task, service)
  const overrides = overridesOf(task)
  const platformVersion = task.platformVersion ?? inheritedPlatform(task, service)
  return {
    cluster,
    taskDefinition,
    startedBy: startedByOf(task),
    ...(part.count === 1 ? {} : { count: part.count }),
    ...(strategy ? { capacityProviderStrategy: strategy } : {}),
    ...(launchType ? { launchType } : {}),
    ...(platformVersion ? { platformVersion } : {}),
    ...(network ? { networkConfiguration: network } : {}),
    ...(overrides ? { overrides } : {}),
    ...(task.group ? { group: task.group } : {}),
    ...(task.tags ? { tags: task.tags } : {}),
    ...(task.volumeConfigurations ? { volumeConfigurations: task.volumeConfigurations } : {}),
    ...(task.enableEcsManagedTags === undefined ? {} : { enableECSManagedTags: task.enableEcsManagedTags }),
    ...(task.enableExecuteCommand ? { enableExecuteCommand: true } : {}),
    ...(task.propagateTags ? { propagateTags: task.propagateTags } : {}),
    clientToken: clientTokenOf(task, taskDefinition, part),
  }
}

/** `overrides` of RunTask; undefined where there are none. */
export function overridesOf({ overrides, taskOverrides = {} }: Pick<OneOffTask, 'overrides' | 'taskOverrides'>) {
  const all: JsonObject = { ...taskOverrides, ...(overrides ? { containerOverrides: overrides } : {}) }
  return Object.keys(all).length === 0 ? undefined : all
}

/** Refuses overrides that RunTask would refuse for their length, before anything is registered. Throws `inputs-invalid`. */
export function requireShortOverrides(
  task: Pick<OneOffTask, 'overrides' | 'taskOverrides'> | undefined,
  name?: string,
): void {
  const length = JSON.stringify((task && overridesOf(task)) ?? {}).length
  if (length <= longestOverrides) return
  throw new Failure({
    code: 'inputs-invalid',
    what: text`The overrides of the ${name === undefined ? 'one-off task' : text`task ${asName(name)}`} have ${length} characters as JSON`,
    why: text`RunTask takes at most ${longestOverrides} characters, all names and values together`,
    fix: text`Put long values into an environment file in S3 (environmentFiles), a secret, or the task definition. Nothing has been changed.`,
    docs: 'https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html',
  })
}

/** Whether some of the tasks may be on Fargate Spot. */
export function usesSpot({ task, service }: OneOff): boolean {
  return (strategyOf(task, service) ?? []).some(({ capacityProvider }) => capacityProvider === 'FARGATE_SPOT')
}

const onDemand: readonly JsonObject[] = [{ capacityProvider: 'FARGATE', weight: 1 }]

function strategyOf(task: OneOffTask, service: Service | undefined): readonly JsonObject[] | undefined {
  if (task.capacityProviderStrategy ?? task.launchType) return task.capacityProviderStrategy
  const strategy = service?.capacityProviderStrategy ?? []
  if (strategy.length === 0) return undefined
  return strategy.map(({ capacityProvider = '', weight = 0, base = 0 }) => ({ capacityProvider, weight, base }))
}

/** A service shows a version only where its tasks are on Fargate; `LATEST` is what RunTask takes anyway. */
function inheritedPlatform(task: OneOffTask, service: Service | undefined): string | undefined {
  if (task.launchType ?? task.capacityProviderStrategy) return undefined
  const version = service?.platformVersion
  return version === 'LATEST' ? undefined : version
}

/** RunTask takes at most 64 characters of 33 to 126. */
function clientTokenOf({ clientToken, idempotencyKey }: OneOffTask, taskDefinition: string, { number }: Part): string {
  if (clientToken !== undefined && number === 0) return clientToken
  const key = clientToken ?? `${idempotencyKey} ${taskDefinition}`
  return createHash('sha256')
    .update(number === 0 ? key : `${key} ${number}`)
    .digest('hex')
}
