import type { Outcome } from '../../../deployment/verdict.ts'
import type { Cause } from '../../../diagnosis/cause.ts'
import { causeOf } from '../../../diagnosis/entry.ts'
import { redact } from '../../../diagnosis/redact.ts'
import { text, untrusted } from '../../../text.ts'
import type { Evidence } from '../facts/deployment-evidence.ts'
import { withNetwork } from '../network/explain-network.ts'
import { explainHealth } from './explain-health.ts'
import { explainStoppedTasks, startErrors, startFacts } from './explain-tasks.ts'
import { explainVerdict } from './explain-verdict.ts'
import { withTags } from './image-tags.ts'
import { newestMatch } from './newest-match.ts'
import { withUnreadEvidence } from './unread-evidence.ts'

/** What an explanation needs to know besides the evidence. */
export interface ExplainContext {
  readonly outcome: Outcome
}

/**
 * The cause that the evidence supports best. Ranked: what AWS itself decided by (hooks, missing permissions, listener
 * rules), tasks that could not start, containers that ended, alarms and stops, health checks, capacity, tasks that AWS
 * took away, and only then what is said about the deployment as a whole.
 */
export function explain(evidence: Evidence, context: ExplainContext): Cause {
  return withUnreadEvidence(withTags(bestCause(evidence, context), evidence), evidence)
}

function bestCause(evidence: Evidence, context: ExplainContext): Cause {
  const unhealthy = explainHealth(evidence)
  const verdict = explainVerdict(evidence)
  const tasks = explainStoppedTasks(evidence, unhealthy)
  const isDecided = verdict?.isSaid && decisions.has(verdict.cause.code)
  const isEnding = verdict && (endings.has(verdict.cause.code) || decisions.has(verdict.cause.code))
  return (
    (isDecided ? verdict.cause : undefined) ??
    withAlarm(tasks.own, isEnding ? verdict.cause : undefined) ??
    (isEnding ? verdict.cause : undefined) ??
    unhealthy ??
    explainPlacement(evidence) ??
    tasks.noise ??
    verdict?.cause ??
    unexplained(evidence, context)
  )
}

/** These ended the deployment, whatever else happened to its tasks. */
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

/** Failed tasks may have caused an alarm; that the alarm ended the deployment is a separate fact. */
function withAlarm(tasks: Cause | undefined, verdict: Cause | undefined): Cause | undefined {
  if (tasks === undefined || verdict?.code !== 'alarm-active') return tasks
  return { ...tasks, why: text`${tasks.why}; the deployment ended when ${verdict.why}` }
}

function explainPlacement(evidence: Evidence): Cause | undefined {
  const match = newestMatch(startErrors, evidence.serviceEvents, ({ message }) =>
    startFacts(message.untrusted, undefined, evidence),
  )
  return match && withNetwork(causeOf(match, text`new tasks cannot start`), '', evidence)
}

function unexplained(evidence: Evidence, { outcome }: ExplainContext): Cause {
  const { codeDeploy, statusReason, serviceEvents, stoppedTasks, missingPermissions } = evidence
  const said = stoppedTasks[0]?.stoppedReason ?? codeDeploy?.message ?? statusReason ?? serviceEvents.at(-1)?.message
  const denied = missingPermissions.map(({ action }) => action)
  return {
    code: 'unexplained',
    what: outcome === 'timed-out' ? text`the deployment did not finish in time` : text`the deployment failed`,
    why: said ? text`${untrusted(redact(said.untrusted).slice(0, 1000))}` : text`AWS gives no reason`,
    fix:
      denied.length > 0
        ? text`Allow ${untrusted([...new Set(denied)].join(', '))} to the deploying role to get the reason.`
        : text`Read the service events in the job summary and the logs of the containers.`,
    confidence: 'certain',
    isGeneral: true,
  }
}
