import type { DeploymentState } from '../deployment/state.ts'
import type {
  Evidence,
  LifecycleFailure,
  StoppedContainer,
  StoppedTaskGroup,
} from '../targets/ecs/facts/deployment-evidence.ts'
import { asName, joined, type Text, text, type Untrusted, untrusted } from '../text.ts'
import { day, task, timeOfDay } from './short.ts'

/** One fold of evidence. Its lines are redacted; a view escapes them. */
export interface EvidenceSection {
  readonly kind: 'tasks' | 'logs' | 'targets' | 'alarms' | 'network' | 'platforms' | 'reason' | 'missing' | 'events'
  readonly title: Text
  readonly lines: readonly Text[]
}

/**
 * Evidence in the order in which it answers why: what stopped and what it said last, what was watched from outside, what
 * AWS says of the whole, and then what only happened. Empty sections are left out.
 */
export function evidenceSections(state: DeploymentState): readonly EvidenceSection[] {
  const { evidence } = state
  if (!evidence) return []
  const sections: readonly EvidenceSection[] = [
    { kind: 'tasks', title: text`Stopped tasks`, lines: evidence.stoppedTasks.flatMap(stoppedTasks) },
    ...evidence.logs.map(
      ({ container, logGroup, logStream, lines }) =>
        ({
          kind: 'logs',
          title: text`Last log lines of container ${untrusted(container)} (${untrusted(logGroup)}, ${untrusted(logStream)})`,
          lines: lines.map((line) => [line]),
        }) as const,
    ),
    { kind: 'targets', title: text`Unhealthy targets`, lines: targets(evidence) },
    { kind: 'alarms', title: text`CloudWatch alarms (current state)`, lines: alarms(evidence) },
    { kind: 'network', title: networkTitle(evidence), lines: network(evidence) },
    { kind: 'platforms', title: text`Platforms of task and images`, lines: platforms(evidence) },
    {
      kind: 'reason',
      title: evidence.isByCodeDeploy ? text`CodeDeploy error` : text`ECS status reason`,
      lines: reason(evidence, state),
    },
    { kind: 'missing', title: text`Missing permissions`, lines: missing(evidence) },
    { kind: 'events', title: text`Service events`, lines: events(evidence) },
  ]
  return sections.filter(({ lines }) => lines.length > 0)
}

/** What proves the cause: what the container that failed printed last, where there is that, else what answers why best. */
export function proof(sections: readonly EvidenceSection[]): EvidenceSection | undefined {
  return sections.find(({ kind }) => kind === 'logs') ?? sections[0]
}

/**
 * The words for the end, once: CodeDeploy has them in its error, and ECS in the reason of the service deployment. Both call
 * a stop that this run asked for a stop on request, so it is said whose it was.
 */
function reason({ statusReason, codeDeploy, stopped }: Evidence, { rollingBack }: DeploymentState): readonly Text[] {
  const { errorCode, message, failures = [] }: Partial<NonNullable<Evidence['codeDeploy']>> = codeDeploy ?? {}
  const own = rollingBack?.reason ? text`Stopped by this run: ${rollingBack.reason}` : text`Stopped by this run`
  const isTold = statusReason !== undefined && message?.untrusted.includes(statusReason.untrusted)
  const error =
    errorCode || message ? [text`${untrusted(errorCode ?? 'Error')}${message ? text`: ${message}` : ''}`] : []
  return [
    ...error,
    ...(statusReason && !isTold ? [[statusReason]] : []),
    ...(stopped === 'by-us' ? [own] : []),
    ...failures.flatMap(lifecycleFailure),
  ]
}

function stoppedTasks({
  count,
  stopCode,
  stoppedReason,
  containers,
  exampleTaskArn,
}: StoppedTaskGroup): readonly Text[] {
  const why = stoppedReason ? text`: ${stoppedReason}` : ''
  return [
    text`${count} × ${untrusted(stopCode ?? 'stopped')}${why} (task ${untrusted(task(exampleTaskArn))})`,
    ...containers.map((container) => stoppedContainer(container, stoppedReason)),
  ]
}

/** `taskReason`: why its task stopped; where the container has the same words, they are not said again. */
function stoppedContainer(container: StoppedContainer, taskReason: Untrusted | undefined): Text {
  const { name, exitCode, reason, essential, image, memory } = container
  const facts = [
    ...(exitCode === undefined ? [] : [text`exit code ${exitCode}`]),
    ...(reason && reason.untrusted !== taskReason?.untrusted ? [[reason]] : []),
    ...(memory === undefined ? [] : [text`memory ${memory} MiB`]),
    ...(image ? [text`image ${asName(image)}`] : []),
  ]
  return text`    container ${asName(name)}${essential ? '' : ' (not essential)'}: ${facts.length > 0 ? joined(facts) : 'no details'}`
}

function lifecycleFailure({
  event,
  status,
  errorCode,
  scriptName,
  message,
  logTail,
}: LifecycleFailure): readonly Text[] {
  const script = scriptName ? text` in ${untrusted(scriptName)}` : ''
  const why = message ? text`: ${message}` : ''
  return [
    text`${untrusted(event)} ${untrusted(status)}${errorCode ? text` (${untrusted(errorCode)})` : ''}${script}${why}`,
    ...(logTail ? [text`    ${logTail}`] : []),
  ]
}

function targets({ targetHealth }: Evidence): readonly Text[] {
  return targetHealth.map(({ target, state, reason, description }) => {
    const why = reason ? text` ${untrusted(reason)}` : ''
    return text`${untrusted(target)} ${untrusted(state)}${why}${description ? text`: ${description}` : ''}`
  })
}

function alarms({ alarms = [] }: Evidence): readonly Text[] {
  return alarms.map(({ name, state, since, reason }) => {
    const changed = since === undefined ? '' : text` since ${day(since)} ${timeOfDay(since)}`
    return text`${asName(name)}: ${untrusted(state)}${changed}${reason ? text`: ${untrusted(reason)}` : ''}`
  })
}

function networkTitle({ network }: Evidence): Text {
  return network ? text`Network of the tasks (${untrusted(network.vpcId)}, ${untrusted(network.region)})` : []
}

function network({ network }: Evidence): readonly Text[] {
  if (!network) return []
  const { gaps, enclosed, isWhole } = network
  const nothing = isWhole
    ? text`No fault found in routes, VPC endpoints and security groups.`
    : text`No fault found; not all of the network could be read.`
  return [
    ...(enclosed ? [text`${enclosed}.`] : []),
    ...gaps.map(({ what, why, fix }) => text`${what}: ${why}. ${fix}`),
    ...(gaps.length === 0 ? [nothing] : []),
  ]
}

function platforms({ platforms }: Evidence): readonly Text[] {
  if (!platforms) return []
  const images = platforms.images.map(({ reference, containers, platforms }) => {
    const names = untrusted(containers.join(', '))
    return text`image ${asName(reference)} (container ${names}): built for ${untrusted(platforms.join(', '))}`
  })
  return [text`Platform of the task: ${untrusted(platforms.task ?? 'that of its container instance')}`, ...images]
}

function events({ serviceEvents }: Evidence): readonly Text[] {
  return serviceEvents.map(({ at, message }) => text`${timeOfDay(at)}  ${message}`)
}

function missing({ missingPermissions }: Evidence): readonly Text[] {
  return missingPermissions.map(({ action, shows }) => text`${untrusted(action)}, for ${untrusted(shows)}`)
}
