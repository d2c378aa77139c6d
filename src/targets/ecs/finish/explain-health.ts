import { health } from '../../../diagnosis/catalogue/health.ts'
import type { Cause } from '../../../diagnosis/cause.ts'
import { causeOf, type Facts, findEntry, type Match } from '../../../diagnosis/entry.ts'
import { type Text, text } from '../../../text.ts'
import type { Evidence, StoppedTaskGroup, TargetHealth } from '../facts/deployment-evidence.ts'
import { newestMatch } from './newest-match.ts'
import { placeWords } from './place-words.ts'

/** Texts about the health of tasks and targets; `Request timed out` elsewhere is about something else. */
const aboutHealth = /health|TARGET (?:GROUP )?IS NOT FOUND|(?:target-group|targets)/i

/** Unhealthy targets and tasks, without those known to be old. AWS's description is more specific than its reason code. */
export function explainHealth(evidence: Evidence): Cause | undefined {
  const { targetHealth, serviceEvents } = evidence
  for (const target of targetHealth) {
    const match = findEntry(health, describeTarget(target), factsOf(target.targetGroupArn, evidence, target.zone))
    const count = targetHealth.length
    const what = count === 1 ? text`the new target is unhealthy` : text`${count} targets are unhealthy`
    if (match) return doubted(causeOf(match, what), target.isNew)
  }
  const relevant = serviceEvents.filter(({ message, about }) => about !== 'old' && aboutHealth.test(message.untrusted))
  const newest = newestMatch(health, relevant, ({ message, zone }) =>
    factsOf(groupIn(message.untrusted), evidence, zone),
  )
  const whose = relevant.some(({ about }) => about === 'new') || undefined
  return newest && doubted(causeOf(newest, text`the new tasks are unhealthy`), whose)
}

/** Where the task's revision is unknown, it may be an old one. */
function doubted(cause: Cause, isNew: boolean | undefined): Cause {
  return isNew || cause.confidence !== 'certain' ? cause : { ...cause, confidence: 'likely' }
}

/** Whether words about an end name the health of tasks, and what they say of it. */
export function healthIn(said: string): Match | undefined {
  return aboutHealth.test(said) ? findEntry(health, said) : undefined
}

/** Why ECS stopped tasks for their health: the targets' reasons are more specific than the task's. */
export function explainUnhealthy(
  group: StoppedTaskGroup,
  what: Text,
  evidence: Evidence,
  unhealthy: Cause | undefined,
): Cause | undefined {
  const { stoppedReason } = group
  const said = stoppedReason?.untrusted ?? ''
  const facts = { ...factsOf(groupIn(said), evidence, group.zone), checked: checkedIn(group) }
  const match = findEntry(health, said, facts)
  if (!match) return undefined
  const isSpecific = unhealthy !== undefined && match.entry.code !== 'container-health-check'
  if (!isSpecific) return causeOf(match, what)
  // ECS's message itself is about the new tasks.
  return { ...unhealthy, what }
}

/** The containers whose own check failed, as far as ECS shows that; else all that have one. */
function checkedIn({ containers }: StoppedTaskGroup): string | undefined {
  const failed = containers.filter(({ healthStatus }) => healthStatus === 'UNHEALTHY')
  const checked = failed.length > 0 ? failed : containers.filter(({ hasHealthCheck }) => hasHealthCheck)
  const names = checked.map(({ name }) => `"${name}"`)
  return names.length === 0 ? undefined : `container ${names.join(failed.length > 0 ? ' and ' : ' or ')}`
}

function describeTarget({ description, reason }: TargetHealth): string {
  return `${description?.untrusted ?? ''} ${reason ?? ''}`
}

/** The ARN of the target group in words of ECS, or its name alone. */
function groupIn(said: string): string | undefined {
  return /target-group ([^\s)]{1,300})/.exec(said.slice(0, 4000))?.[1]
}

/** What is checked and how, for the places in the sentences of the catalogue. `zone`: Availability Zone of the task. */
function factsOf(targetGroup: string | undefined, evidence: Evidence, zone: string | undefined): Facts {
  const { container, port, path, accepts } =
    evidence.healthChecks?.find(({ targetGroupArn }) => targetGroupArn === targetGroup) ?? {}
  const name = targetGroup && (/:targetgroup\/([^/]+)\//.exec(targetGroup)?.[1] ?? targetGroup)
  const checked = [
    ...(container === undefined ? [] : [`container "${container}"`]),
    ...(port === undefined ? [] : [`port ${port}`]),
    ...(path === undefined ? [] : [`path ${path}`]),
    ...(name === undefined ? [] : [`target group ${name}`]),
  ]
  return {
    healthCheck: checked.length === 0 ? undefined : `(${checked.join(', ')})`,
    accepted: accepts === undefined ? undefined : `HTTP ${accepts}, which the target group accepts,`,
    port: port === undefined ? undefined : `port ${port}`,
    targetGroup: name,
    zone: zone === undefined ? undefined : `(${zone})`,
    place: placeWords(evidence),
  }
}
