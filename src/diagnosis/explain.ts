import type { Outcome } from '../deployment/verdict.ts'
import { text, untrusted } from '../text.ts'
import { capacity } from './catalogue/capacity.ts'
import { health } from './catalogue/health.ts'
import { launch } from './catalogue/launch.ts'
import { traffic } from './catalogue/traffic.ts'
import { verdicts } from './catalogue/verdicts.ts'
import type { Cause } from './cause.ts'
import { causeOf, type Entry, findEntry, type Match } from './entry.ts'
import type { Evidence, TargetHealth } from './evidence.ts'
import { explainStoppedTasks, startErrors } from './explain-tasks.ts'
import { withNetwork } from './network/explain-network.ts'
import { redact } from './redact.ts'

export interface ExplainContext {
  readonly outcome: Outcome
}

/**
 * The cause that the evidence supports best. Ranked: what AWS itself decided by (hooks, missing permissions, listener
 * rules), tasks that could not start, containers that ended, health checks, capacity, alarms, and only then what is said
 * about the deployment as a whole.
 */
export function explain(evidence: Evidence, context: ExplainContext): Cause {
  const unhealthy = explainHealth(evidence)
  const verdict = explainVerdict(evidence)
  return (
    (verdict && decisions.has(verdict.code) ? verdict : undefined) ??
    explainStoppedTasks(evidence, unhealthy) ??
    (verdict && endings.has(verdict.code) ? verdict : undefined) ??
    unhealthy ??
    explainPlacement(evidence) ??
    verdict ??
    unexplained(evidence, context)
  )
}

/** These ended the deployment, whatever its tasks did beside. */
const decisions = new Set([
  'hook-answer',
  'hook-denied',
  'hook-failed',
  'hook-role',
  'hook-silent',
  'infrastructure-role',
  'codedeploy-role',
  'listener-rules',
  'listener-weights',
  'listener-mismatch',
  'pause-over',
  'ready-wait-over',
])

/** These ended it too, but a task that crashed may be what set them off. */
const endings = new Set(['alarm-active', 'manual-stop', 'service-update', 'container-port', 'pass-role-denied'])

/** Unhealthy targets: AWS's description says more than its reason code. */
function explainHealth({ targetHealth, serviceEvents }: Evidence): Cause | undefined {
  const fromTarget = targetHealth.map((target) => findEntry(health, describeTarget(target))).find((match) => match)
  const match = fromTarget ?? newestMatch(health, serviceEvents)
  const count = targetHealth.length
  const targets = count === 1 ? text`The new target is unhealthy` : text`${count} targets are unhealthy`
  return match && causeOf(match, fromTarget ? targets : text`The new tasks are unhealthy`)
}

function describeTarget({ description, reason }: TargetHealth): string {
  return `${description?.untrusted ?? ''} ${reason ?? ''}`
}

function explainPlacement(evidence: Evidence): Cause | undefined {
  const match = newestMatch(startErrors, evidence.serviceEvents)
  return match && withNetwork(causeOf(match, text`The new tasks cannot be started`), '', evidence)
}

function explainVerdict(evidence: Evidence): Cause | undefined {
  const { codeDeploy, statusReason, serviceEvents } = evidence
  const failures = codeDeploy?.failures ?? []
  const said = [codeDeploy?.message, ...failures.map(({ message }) => message), statusReason]
  const ends = [...traffic, ...verdicts]
  const entries = [...launch, ...ends, ...health, ...capacity]
  const match = said
    .map((message) => message && findEntry(entries, message.untrusted, { hook: failures[0]?.scriptName }))
    .find((found) => found !== undefined)
  const found = match ?? newestMatch(ends, serviceEvents)
  const [failure] = failures
  const what = failure ? text`The deployment failed at ${untrusted(failure.event)}` : text`The deployment failed`
  return found && withAlarms(causeOf(found, what), evidence)
}

/** CloudWatch's own reason of the alarm that ended the deployment; it may be silent again by now. */
function withAlarms(cause: Cause, { alarms = [], missingPermissions }: Evidence): Cause {
  if (cause.code !== 'alarm-active') return cause
  const firing = alarms.filter(({ state, reason }) => state === 'ALARM' && reason)
  const isBlind = missingPermissions.some(({ action }) => action === 'cloudwatch:DescribeAlarms')
  if (isBlind)
    return {
      ...cause,
      fix: text`${cause.fix} Allow cloudwatch:DescribeAlarms to the deploying role to see why it fired.`,
    }
  if (firing.length === 0) return alarms.length > 0 ? { ...cause, why: text`${cause.why} and is silent again` } : cause
  const reasons = firing.flatMap(({ name, reason = '' }, index) => {
    const said = untrusted(redact(reason).slice(0, 500))
    return [
      ...(index > 0 ? ['; '] : []),
      ...(firing.length > 1 ? text`${untrusted(name)}: “${said}”` : text`“${said}”`),
    ]
  })
  return { ...cause, why: text`${cause.why}: ${reasons}` }
}

function newestMatch(entries: readonly Entry[], events: Evidence['serviceEvents']): Match | undefined {
  const matches = events.flatMap(({ message }) => findEntry(entries, message.untrusted) ?? [])
  // A special entry stands before a general one in its catalogue; the newest event decides between equals.
  return matches.reduceRight<Match | undefined>(
    (best, match) => (best && entries.indexOf(best.entry) <= entries.indexOf(match.entry) ? best : match),
    undefined,
  )
}

function unexplained(evidence: Evidence, { outcome }: ExplainContext): Cause {
  const { codeDeploy, statusReason, serviceEvents, stoppedTasks, missingPermissions } = evidence
  const said = stoppedTasks[0]?.stoppedReason ?? codeDeploy?.message ?? statusReason ?? serviceEvents.at(-1)?.message
  const blind = missingPermissions.map(({ action }) => action)
  return {
    code: 'unexplained',
    what: outcome === 'timed-out' ? text`The deployment did not end in time` : text`The deployment failed`,
    why: said ? text`AWS says “${untrusted(redact(said.untrusted).slice(0, 1000))}”` : text`AWS gives no reason`,
    fix:
      blind.length > 0
        ? text`Allow ${untrusted([...new Set(blind)].join(', '))} to the deploying role to see why.`
        : text`The evidence holds all that AWS shows; the log of the containers may say more.`,
    confidence: said ? 'possible' : 'certain',
  }
}
