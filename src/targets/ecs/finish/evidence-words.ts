import type { EvidenceReport, EvidenceSection } from '../../../diagnosis/evidence-report.ts'
import { asName, joined, type Text, text, type Untrusted, untrusted } from '../../../text.ts'
import { day, timeOfDay } from '../../../utc.ts'
import type { Evidence, LifecycleFailure, StoppedContainer, StoppedTaskGroup } from '../facts/deployment-evidence.ts'

/**
 * Evidence as sections of a report, the most telling first: stopped tasks and their last log lines, health checks and alarms,
 * what AWS says of the whole deployment, missing permissions and service events.
 */
export function evidenceInWords(evidence: Evidence): EvidenceReport {
  const sections: readonly EvidenceSection[] = [
    { kind: 'failure', title: text`Stopped tasks`, lines: evidence.stoppedTasks.flatMap(stoppedTasks) },
    ...evidence.logs.map(
      ({ container, logGroup, logStream, lines }) =>
        ({
          kind: 'log',
          title: text`Last log lines of container ${asName(container)} (${asName(logGroup)}, ${asName(logStream)})`,
          lines: lines.map((line) => [line]),
        }) as const,
    ),
    { kind: 'surroundings', title: text`Unhealthy targets`, lines: targets(evidence) },
    { kind: 'failure', title: text`CloudWatch alarms (current state)`, lines: alarms(evidence) },
    { kind: 'surroundings', title: networkTitle(evidence), lines: network(evidence) },
    { kind: 'surroundings', title: text`Platforms of task and images`, lines: platforms(evidence) },
    {
      kind: 'failure',
      title: evidence.isByCodeDeploy ? text`CodeDeploy error` : text`ECS status reason`,
      lines: reason(evidence),
    },
    { kind: 'surroundings', title: text`Missing permissions`, lines: missing(evidence) },
    { kind: 'history', title: text`Service events`, lines: events(evidence) },
  ]
  return {
    sections: sections.filter(({ lines }) => lines.length > 0),
    said: [evidence.statusReason, evidence.codeDeploy?.message].filter((words) => words !== undefined),
    missingPermissions: evidence.missingPermissions,
  }
}

/**
 * The words for the end, once: CodeDeploy has them in its error, and ECS in the reason of the service deployment. Both call
 * a stop that this run asked for a stop on request, so it is said whose it was.
 */
function reason({ statusReason, codeDeploy, stopped, stopReason }: Evidence): readonly Text[] {
  const { errorCode, message, failures = [] }: Partial<NonNullable<Evidence['codeDeploy']>> = codeDeploy ?? {}
  const own = stopReason ? text`Stopped by this run: ${stopReason}` : text`Stopped by this run`
  const isIncluded = statusReason !== undefined && message?.untrusted.includes(statusReason.untrusted)
  const error = errorCode || message ? [text`${asName(errorCode ?? 'Error')}${message ? text`: ${message}` : ''}`] : []
  return [
    ...error,
    ...(statusReason && !isIncluded ? [[statusReason]] : []),
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
    text`${count} × ${asName(stopCode ?? 'stopped')}${why} (task ${asName(shortId(exampleTaskArn))})`,
    ...containers.map((container) => stoppedContainer(container, stoppedReason)),
  ]
}

/** The first 8 characters of the id in a task ARN. */
function shortId(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1).slice(0, 8)
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
  const script = scriptName ? text` in ${asName(scriptName)}` : ''
  const why = message ? text`: ${message}` : ''
  return [
    text`${asName(event)} ${asName(status)}${errorCode ? text` (${asName(errorCode)})` : ''}${script}${why}`,
    ...(logTail ? [text`    ${logTail}`] : []),
  ]
}

function targets({ targetHealth }: Evidence): readonly Text[] {
  return targetHealth.map(({ target, state, reason, description }) => {
    const why = reason ? text` ${asName(reason)}` : ''
    return text`${asName(target)} ${asName(state)}${why}${description ? text`: ${description}` : ''}`
  })
}

function alarms({ alarms = [] }: Evidence): readonly Text[] {
  return alarms.map(({ name, state, since, reason }) => {
    const changed = since === undefined ? '' : text` since ${day(since)} ${timeOfDay(since)}`
    return text`${asName(name)}: ${asName(state)}${changed}${reason ? text`: ${untrusted(reason)}` : ''}`
  })
}

function networkTitle({ network }: Evidence): Text {
  return network ? text`Network of the tasks (${asName(network.vpcId)}, ${asName(network.region)})` : []
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
    const names = asName(containers.join(', '))
    return text`image ${asName(reference)} (container ${names}): built for ${asName(platforms.join(', '))}`
  })
  return [text`Platform of the task: ${asName(platforms.task ?? 'that of its container instance')}`, ...images]
}

function events({ serviceEvents }: Evidence): readonly Text[] {
  return serviceEvents.map(({ at, message }) => text`${timeOfDay(at)}  ${message}`)
}

function missing({ missingPermissions }: Evidence): readonly Text[] {
  return missingPermissions.map(({ action, shows }) => text`${asName(action)}, for ${shows}`)
}
