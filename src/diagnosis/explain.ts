import type { Outcome } from '../deployment/verdict.ts'
import { type Text, text } from '../text.ts'
import { capacity } from './catalogue/capacity.ts'
import { health } from './catalogue/health.ts'
import { verdicts } from './catalogue/verdicts.ts'
import type { Cause } from './cause.ts'
import { type Entry, type Facts, fillSentence, findEntry, type Match } from './entry.ts'
import type { Evidence, TargetHealth } from './evidence.ts'
import { explainStoppedTasks } from './explain-tasks.ts'

export interface ExplainContext {
  readonly outcome: Outcome
}

/**
 * The cause that the evidence supports best. Ranked: tasks that could not start, containers that ended, health checks,
 * capacity, and only then what ECS or CodeDeploy say about the deployment as a whole.
 */
export function explain(evidence: Evidence, context: ExplainContext): Cause {
  const unhealthy = explainHealth(evidence)
  return (
    explainStoppedTasks(evidence, unhealthy) ??
    explainDecision(evidence) ??
    unhealthy ??
    explainPlacement(evidence) ??
    explainVerdict(evidence) ??
    unexplained(evidence, context)
  )
}

/** Alarms, hooks and people that ended a deployment, whatever its tasks did. */
const decisions = new Set([
  'alarm-active',
  'hook-failed',
  'hook-silent',
  'ready-wait-over',
  'pause-over',
  'manual-stop',
])

function explainDecision(evidence: Evidence): Cause | undefined {
  const verdict = explainVerdict(evidence)
  return verdict && decisions.has(verdict.code) ? verdict : undefined
}

/** Unhealthy targets: AWS's description says more than its reason code. */
export function explainHealth({ targetHealth, serviceEvents }: Evidence): Cause | undefined {
  const [first] = targetHealth
  const fromTarget = first && findEntry(health, describeTarget(first))
  const fromEvent = newestMatch(health, serviceEvents)
  const match = fromTarget ?? fromEvent
  if (!match) return undefined
  const what = first
    ? text`${targetHealth.length} ${targetHealth.length === 1 ? 'target is' : 'targets are'} unhealthy`
    : text`the new tasks are unhealthy`
  return causeOf(match, what)
}

function describeTarget({ description, reason }: TargetHealth): string {
  return `${description?.untrusted ?? ''} ${reason ?? ''}`
}

function explainPlacement({ serviceEvents }: Evidence): Cause | undefined {
  const match = newestMatch(capacity, serviceEvents)
  return match && causeOf(match, text`the new tasks cannot be started`)
}

function explainVerdict({ codeDeploy, statusReason, serviceEvents }: Evidence): Cause | undefined {
  const failures = codeDeploy?.failures ?? []
  const said = [codeDeploy?.message, ...failures.map(({ message }) => message), statusReason]
  const match = said
    .map((message) => message && findEntry([...verdicts, ...health, ...capacity], message.untrusted))
    .find((found) => found)
  const found = match ?? newestMatch(verdicts, serviceEvents)
  const [failure] = failures
  const what = failure ? text`the deployment failed at ${failure.event}` : text`the deployment failed`
  return found && causeOf(found, what)
}

function newestMatch(entries: readonly Entry[], events: Evidence['serviceEvents']): Match | undefined {
  const matches = events
    .map(({ message }) => findEntry(entries, message.untrusted))
    .filter((match) => match !== undefined)
  // A special entry stands before a general one in its catalogue; the newest event decides between equals.
  return matches.reduceRight<Match | undefined>(
    (best, match) => (best && entries.indexOf(best.entry) <= entries.indexOf(match.entry) ? best : match),
    undefined,
  )
}

function unexplained(
  { codeDeploy, statusReason, serviceEvents, missingPermissions }: Evidence,
  { outcome }: ExplainContext,
): Cause {
  const said = codeDeploy?.message ?? statusReason ?? serviceEvents.at(-1)?.message
  const blind = missingPermissions.map(({ action }) => action)
  return {
    code: 'unexplained',
    what: text`the deployment ${outcome === 'timed-out' ? 'did not end in time' : 'failed'}`,
    why: said ? text`AWS says: ${said}` : text`AWS gives no reason`,
    fix:
      blind.length > 0
        ? text`Allow ${blind.join(', ')} to the deploying role to see why.`
        : text`The evidence holds all that AWS shows; the log of the containers may say more.`,
    confidence: 'possible',
  }
}

/** The cause of a match, with what failed in front. */
export function causeOf({ entry, facts }: Match, what: Text, more: Facts = {}): Cause {
  const known = { ...more, ...facts }
  return {
    code: entry.code,
    what,
    why: fillSentence(entry.why, known),
    fix: fillSentence(entry.fix, known),
    docs: entry.docs,
    confidence: entry.confidence ?? 'certain',
  }
}
