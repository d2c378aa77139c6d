import { randomUUID } from 'node:crypto'
import type { JsonObject } from '../../ports.ts'
import type { Runner } from '../../runner/action.ts'
import { invalidInputs } from '../../runner/inputs.ts'
import type { OneOffTask } from '../../targets/ecs/request/service-request.ts'
import { containerNames, containersOf, isList, isObject, objectsIn, textIn } from '../../task-definition/members.ts'
import { type Text, text, untrusted } from '../../text.ts'
import type { RunTaskInputs } from './run-task-inputs.ts'

/** The one-off task of the inputs, once its definition is known. Throws `inputs-invalid` with all that is wrong. */
export function requestedTask(
  inputs: RunTaskInputs,
  runner: Runner,
  containerOf: string | undefined,
): (definition: JsonObject) => OneOffTask {
  // Never the same for two steps: one that starts a task must not find that of another.
  const key = randomUUID()
  const environment = environmentOf(inputs, runner)
  const { lock, launchType, capacityProviderStrategy, assignPublicIp } = inputs
  return (definition) => {
    const container = inputs.container ?? containerOf
    const { overrides, taskOverrides } = overridesOf(inputs, environment, container, definition)
    const { volumeConfigurations: volumes } = inputs
    return {
      overrides,
      taskOverrides,
      count: inputs.count,
      container: inputs.container,
      subnets: inputs.subnets,
      securityGroups: inputs.securityGroups,
      assignPublicIp: assignPublicIp === 'ENABLED' || assignPublicIp === 'DISABLED' ? assignPublicIp : undefined,
      launchType,
      capacityProviderStrategy,
      platformVersion: inputs.platformVersion,
      startedBy: inputs.startedBy,
      group: inputs.group,
      enableExecuteCommand: inputs.enableExecuteCommand,
      tags: inputs.tags,
      volumeConfigurations: volumes && (isObject(volumes) ? [volumes] : volumes),
      enableEcsManagedTags: inputs.enableEcsManagedTags,
      propagateTags: inputs.propagateTags,
      awaitStop: inputs.waitFor === 'stopped',
      awaitRunning: inputs.waitFor === 'running',
      waitMinutes: inputs.waitForMinutes,
      followsLog: inputs.logs && inputs.waitFor === 'stopped',
      resultMarker: inputs.resultMarker,
      onTimeout: inputs.onTimeout,
      onCancel: inputs.onCancel,
      capacityMinutes: inputs.retryOnCapacity,
      interruptionRetries: inputs.retryOnInterruption,
      fallsBackToFargate: inputs.fallBackToFargate,
      lock,
      clientToken: inputs.clientToken,
      idempotencyKey: key,
    }
  }
}

/** Variables of the job that are handed to the command, and those that are written out. */
function environmentOf({ environmentFrom, environmentVariables }: RunTaskInputs, { environment }: Runner) {
  const missing = environmentFrom.filter((name) => environment[name] === undefined)
  const twice = environmentFrom.filter((name) => environmentVariables.has(name))
  const problems = [
    ...missing.map((name) => text`environment-from: the step has no variable ${untrusted(name)}; set it under env:`),
    ...twice.map((name) => text`environment-from and environment-variables both set ${untrusted(name)}`),
  ]
  if (problems.length > 0) throw invalidInputs(problems)
  return new Map([...environmentFrom.map((name) => [name, environment[name] ?? ''] as const), ...environmentVariables])
}

function overridesOf(
  inputs: RunTaskInputs,
  environment: ReadonlyMap<string, string>,
  container: string | undefined,
  definition: JsonObject,
): Pick<OneOffTask, 'overrides' | 'taskOverrides'> {
  const { overrides: given, command, cpu, memory, taskRoleArn, executionRoleArn } = inputs
  const whole = isObject(given) ? given : {}
  const { containerOverrides: _, ...others } = whole
  const listed = isList(given) ? given.filter(isObject) : objectsIn(whole, 'containerOverrides')
  const size = { cpu, memory, taskRoleArn, executionRoleArn }
  const own = Object.fromEntries(Object.entries(size).filter((entry) => entry[1] !== undefined)) as JsonObject
  const needsContainer = command !== undefined || environment.size > 0
  const name = needsContainer ? (container ?? onlyContainer(definition)) : undefined
  const problems = [
    ...Object.keys(own).flatMap((member) =>
      member in others ? [text`overrides has ${member}, which another input sets, too`] : [],
    ),
    ...containerProblems('container', [name ?? inputs.container ?? []].flat(), definition),
    ...containerProblems(
      'overrides',
      listed.map((each) => textIn(each, 'name') ?? ''),
      definition,
    ),
    ...(needsContainer && name === undefined ? [text`container is required: the task definition has several`] : []),
    ...(command !== undefined && listed.some((each) => textIn(each, 'name') === name && each.command !== undefined)
      ? [text`command and overrides both set the command of container ${untrusted(name ?? '')}`]
      : []),
  ]
  if (problems.length > 0) throw invalidInputs(problems)
  const containers = name === undefined ? listed : withContainer(listed, name, command, environment)
  return {
    overrides: containers.length > 0 ? containers : undefined,
    taskOverrides: { ...others, ...own },
  }
}

function containerProblems(input: string, names: readonly string[], definition: JsonObject): readonly Text[] {
  const known = containerNames(definition)
  const unknown = [...new Set(names)].filter((name) => !known.includes(name))
  return unknown.map(
    (name) =>
      text`${input} names ${untrusted(name)}, and the task definition has no such container; it has ${untrusted(known.join(', '))}`,
  )
}

function withContainer(
  listed: readonly JsonObject[],
  name: string,
  command: readonly string[] | undefined,
  environment: ReadonlyMap<string, string>,
): readonly JsonObject[] {
  const before = listed.find((each) => textIn(each, 'name') === name) ?? { name }
  const variables = [...environment].map(([variable, value]) => ({ name: variable, value }))
  const own: JsonObject = {
    ...before,
    ...(command === undefined ? {} : { command }),
    ...(variables.length > 0 ? { environment: [...objectsIn(before, 'environment'), ...variables] } : {}),
  }
  return [...listed.filter((each) => each !== before), own]
}

/** The only container, or the only essential one. */
function onlyContainer(definition: JsonObject): string | undefined {
  const all = containersOf(definition)
  const essential = all.filter((each) => each.essential !== false)
  const [only] = all.length === 1 ? all : essential
  return all.length === 1 || essential.length === 1 ? textIn(only, 'name') : undefined
}
