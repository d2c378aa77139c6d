import type { Evidence, LifecycleFailure, StoppedContainer, StoppedTaskGroup } from '../diagnosis/evidence.ts'
import { type Text, text, type Untrusted, untrusted } from '../text.ts'
import { redacted } from './redacted.ts'
import { task, timeOfDay } from './short.ts'

/** One fold of evidence. Its lines are redacted; a view escapes them. */
export interface EvidenceSection {
  readonly kind: 'reason' | 'tasks' | 'targets' | 'codedeploy' | 'events' | 'logs' | 'missing'
  readonly title: Text
  readonly lines: readonly Text[]
}

/** Evidence in the order of its weight: what stopped and why first, log tails and gaps last. Empty sections are left out. */
export function evidenceSections(evidence: Evidence): readonly EvidenceSection[] {
  const sections: readonly EvidenceSection[] = [
    { kind: 'reason', title: text`What Amazon ECS says`, lines: reason(evidence.statusReason) },
    { kind: 'tasks', title: text`Stopped tasks`, lines: evidence.stoppedTasks.flatMap(stoppedTasks) },
    { kind: 'codedeploy', title: text`What CodeDeploy says`, lines: codeDeploy(evidence) },
    { kind: 'targets', title: text`Targets that are not healthy`, lines: targets(evidence) },
    { kind: 'events', title: text`Service events`, lines: events(evidence) },
    ...evidence.logs.map(
      ({ container, logGroup, logStream, lines }) =>
        ({
          kind: 'logs',
          title: text`Last log lines of container ${untrusted(container)} (${untrusted(logGroup)}, ${untrusted(logStream)})`,
          lines: lines.map((line) => [redacted(line)]),
        }) as const,
    ),
    { kind: 'missing', title: text`What could not be read`, lines: missing(evidence) },
  ]
  return sections.filter(({ lines }) => lines.length > 0)
}

function reason(statusReason: Untrusted | undefined): readonly Text[] {
  return statusReason ? [[redacted(statusReason)]] : []
}

function stoppedTasks({
  count,
  stopCode,
  stoppedReason,
  containers,
  exampleTaskArn,
}: StoppedTaskGroup): readonly Text[] {
  const why = stoppedReason ? text`: ${redacted(stoppedReason)}` : ''
  return [
    text`${count} × ${untrusted(stopCode ?? 'stopped')}${why} (task ${untrusted(task(exampleTaskArn))})`,
    ...containers.map(stoppedContainer),
  ]
}

function stoppedContainer({ name, exitCode, reason, essential, image, memory }: StoppedContainer): Text {
  const facts = [
    ...(exitCode === undefined ? [] : [text`exit code ${exitCode}`]),
    ...(reason ? [[redacted(reason)]] : []),
    ...(memory === undefined ? [] : [text`memory ${memory} MiB`]),
    ...(image ? [text`image ${untrusted(image)}`] : []),
  ]
  return text`    container ${untrusted(name)}${essential ? '' : ' (not essential)'}: ${joined(facts)}`
}

function joined(parts: readonly Text[]): Text {
  return parts.length === 0 ? ['nothing known'] : parts.flatMap((part, index) => (index === 0 ? part : [', ', ...part]))
}

function codeDeploy({ codeDeploy }: Evidence): readonly Text[] {
  if (!codeDeploy) return []
  const { errorCode, message, failures } = codeDeploy
  const error =
    errorCode || message ? [text`${untrusted(errorCode ?? 'Error')}${message ? text`: ${redacted(message)}` : ''}`] : []
  return [...error, ...failures.flatMap(lifecycleFailure)]
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
  const why = message ? text`: ${redacted(message)}` : ''
  return [
    text`${untrusted(event)} ${untrusted(status)}${errorCode ? text` (${untrusted(errorCode)})` : ''}${script}${why}`,
    ...(logTail ? [text`    ${redacted(logTail)}`] : []),
  ]
}

function targets({ targetHealth }: Evidence): readonly Text[] {
  return targetHealth.map(({ target, state, reason, description }) => {
    const why = reason ? text` ${untrusted(reason)}` : ''
    return text`${untrusted(target)} ${untrusted(state)}${why}${description ? text`: ${redacted(description)}` : ''}`
  })
}

function events({ serviceEvents }: Evidence): readonly Text[] {
  return serviceEvents.map(({ at, message }) => text`${timeOfDay(at)}  ${redacted(message)}`)
}

function missing({ missingPermissions }: Evidence): readonly Text[] {
  return missingPermissions.map(
    ({ action, shows }) => text`${untrusted(action)}, which would have shown ${untrusted(shows)}`,
  )
}
