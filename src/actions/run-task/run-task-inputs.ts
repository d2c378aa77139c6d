import { longestWatchMinutes } from '../../deployment/watch-deadline.ts'
import type { JsonObject } from '../../ports.ts'
import {
  flag,
  type InputReader,
  type Inputs,
  integer,
  integerUpTo,
  invalidInputs,
  lines,
  list,
  matching,
  oneOf,
  optionalFlag,
  optionalName,
  optionalText,
} from '../../runner/inputs.ts'
import { lockName } from '../../targets/ecs/request/started-by.ts'
import { parseAssignments } from '../../task-definition/assignments.ts'
import { parseCommand } from '../../task-definition/command-words.ts'
import { type Text, text } from '../../text.ts'
import { awsInputs } from '../inputs/aws-inputs.ts'
import { channelInputs } from '../inputs/channel-inputs.ts'
import { deployInputs } from '../inputs/deploy-inputs.ts'
import { image } from '../inputs/image-inputs.ts'
import { structuredOrNothing } from '../inputs/structured-inputs.ts'

const assignments: InputReader<ReadonlyMap<string, string>> = (given) => parseAssignments(given)
const command: InputReader<readonly string[] | undefined> = (given) => parseCommand(given)
const assignPublicIp = matching(/^(ENABLED|DISABLED)$/, 'ENABLED or DISABLED')

/** Units of ECS, as RunTask takes them: `512`, `1 vCPU`, `2 GB`. */
const size = (kind: string) => matching(/^\d{1,7}$|^\d{1,3}(?:\.\d{1,3})? ?(?:vCPU|vcpu|GB|gb)$/, kind)

/** Reads an input by another name; undefined where it is not given. */
function alias<T>(reader: InputReader<T>): InputReader<T | undefined> {
  return (given, warn) => (given === '' ? undefined : reader(given, warn))
}

/** Inputs of `geekcell/github-action-aws-ecs-run-task`, under their names. */
const aliases = {
  'subnet-ids': alias(list),
  'security-group-ids': alias(list),
  'override-container': optionalText,
  'override-container-command': alias(lines),
  'override-container-environment': alias(assignments),
  'tail-logs': optionalFlag,
  'task-wait-until-stopped': optionalFlag,
  'task-stop-max-wait-time': integer(1, longestWatchMinutes * 60, undefined),
}

/** GitHub's page of an environment shows deployments: a task is none, and must not pass for one. */
const { 'github-token': _, ...channels } = channelInputs

/** All inputs of the action `run-task`. */
export const runTaskInputs = {
  ...aliases,
  cluster: optionalText,
  service: optionalText,
  'task-definition': optionalName,
  image,
  container: optionalText,
  command,
  'environment-variables': assignments,
  'environment-from': list,
  overrides: structuredOrNothing<JsonObject | readonly JsonObject[]>({
    object: 'TaskOverride',
    list: 'ContainerOverride',
  }),
  cpu: size('CPU units such as 512, or 1 vCPU'),
  memory: size('MiB such as 1024, or 2 GB'),
  'task-role-arn': optionalText,
  'execution-role-arn': optionalText,
  count: integer(1, 10, 1),
  subnets: list,
  'security-groups': list,
  'assign-public-ip': assignPublicIp,
  'launch-type': deployInputs['run-task-launch-type'],
  'capacity-provider-strategy': deployInputs['run-task-capacity-provider-strategy'],
  'platform-version': optionalText,
  'started-by': matching(/^[\w/-]{1,128}$/, 'at most 128 letters, digits, hyphens, underscores and slashes'),
  group: optionalText,
  tags: deployInputs['run-task-tags'],
  'volume-configurations': structuredOrNothing<JsonObject | readonly JsonObject[]>({
    object: 'TaskVolumeConfiguration',
    list: 'TaskVolumeConfiguration',
  }),
  'propagate-tags': matching(/^TASK_DEFINITION$/, 'TASK_DEFINITION (RunTask refuses SERVICE)'),
  'enable-ecs-managed-tags': optionalFlag,
  'enable-execute-command': flag(false),
  'wait-for': oneOf(['stopped', 'running', 'started'], 'stopped'),
  'wait-for-minutes': integerUpTo(1, longestWatchMinutes, 30, 'GitHub ends a job after six hours'),
  'wait-max-delay-seconds': integer(1, 600, undefined),
  logs: flag(true),
  'result-marker': (given: string) => given || 'slipway-result:',
  'on-timeout': oneOf(['stop', 'leave'], 'stop'),
  'on-cancel': oneOf(['stop', 'leave'], 'stop'),
  'retry-on-capacity': integer(0, longestWatchMinutes, 10),
  'retry-on-interruption': integer(0, 10, 0),
  'fall-back-to-fargate': flag(false),
  lock: matching(lockName, 'at most 100 letters, digits, hyphens, underscores and slashes'),
  'client-token': matching(/^[!-~]{1,64}$/, '1 to 64 ASCII characters without spaces'),
  preflight: oneOf(['on', 'off'], 'on'),
  'dry-run': flag(false),
  ...awsInputs,
  ...channels,
}

type GivenInputs = Inputs<typeof runTaskInputs>

/** Typed values of the inputs of `run-task`, in camel case, with the values of other names in their places. */
export type RunTaskInputs = GivenInputs

/** Puts the inputs with names of another action in their places. Throws `inputs-invalid` with all that contradicts. */
export function withoutAliases(given: GivenInputs): RunTaskInputs {
  const problems = problemsOf(given)
  if (problems.length > 0) throw invalidInputs(problems)
  const { taskStopMaxWaitTime: seconds } = given
  return {
    ...given,
    subnets: given.subnetIds ?? given.subnets,
    securityGroups: given.securityGroupIds ?? given.securityGroups,
    container: given.overrideContainer ?? given.container,
    command: given.overrideContainerCommand ?? given.command,
    environmentVariables: given.overrideContainerEnvironment ?? given.environmentVariables,
    logs: given.tailLogs ?? given.logs,
    waitFor: given.taskWaitUntilStopped === false ? 'started' : given.waitFor,
    waitForMinutes: seconds === undefined ? given.waitForMinutes : Math.ceil(seconds / 60),
  }
}

function problemsOf(given: GivenInputs): readonly Text[] {
  const { overrideContainer, overrideContainerCommand: words, lock, startedBy } = given
  const both: readonly (readonly [string, boolean])[] = [
    ['subnets and subnet-ids', given.subnets.length > 0 && given.subnetIds !== undefined],
    ['security-groups and security-group-ids', given.securityGroups.length > 0 && given.securityGroupIds !== undefined],
    ['container and override-container', given.container !== undefined && overrideContainer !== undefined],
    ['command and override-container-command', given.command !== undefined && words !== undefined],
    ['launch-type and capacity-provider-strategy', (given.launchType && given.capacityProviderStrategy) !== undefined],
    ['lock and started-by', lock !== undefined && startedBy !== undefined],
  ]
  return [
    ...both.filter(([, isGiven]) => isGiven).map(([names]) => text`${names} are mutually exclusive`),
    ...(words !== undefined && overrideContainer === undefined
      ? [text`override-container-command requires override-container`]
      : []),
    ...(given.taskDefinition === undefined && given.service === undefined && given.environment === undefined
      ? [text`one of task-definition, service and environment is required`]
      : []),
    ...(lock !== undefined && given.waitFor !== 'stopped'
      ? [text`lock requires wait-for: stopped, as the task holds it until it has stopped`]
      : []),
  ]
}
