import { deadlineIn } from '../../../clock.ts'
import { lookUntil } from '../../../deployment/pace.ts'
import type { Explained, Known } from '../../../deployment/target.ts'
import type { Cause } from '../../../diagnosis/cause.ts'
import type { Evidence } from '../facts/deployment-evidence.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import type { EcsRecord } from '../request/ecs-record.ts'
import { alarmsIn } from '../watch/gauges.ts'
import { isDecisive, isPartial, isSpecific } from './decisive.ts'
import { evidenceInWords } from './evidence-words.ts'
import { explain } from './explain.ts'
import { clockSkew, gather } from './gather.ts'

/** Additional reads may take half of that: the rest of the evidence is complete without them. */
const asideShare = 0.5

/**
 * Gathers evidence and explains it; undefined where AWS does not answer within `time`, in milliseconds. Throws what the
 * reads throw.
 */
export async function investigate(
  known: Known,
  record: EcsRecord,
  context: EcsContext,
  time: number,
): Promise<Explained | undefined> {
  const { clock } = context
  const { ecs, codeDeploy, evidence: sources } = context.within(deadlineIn(clock, time))
  const { network, preflight } = context.within(deadlineIn(clock, time * asideShare))
  const subject = {
    cluster: record.cluster,
    service: record.service,
    taskDefinition: record.taskDefinition ?? '',
    createdAt: record.createdAt,
    since: record.startedAt - clockSkew,
    statusReason: known.reason,
    triggeredAlarms: known.triggeredAlarms,
    stopped: known.stopped,
    stopReason: known.stopReason,
    isBack: known.outcome === 'rolled-back',
    isByCodeDeploy: record.engine === 'codedeploy',
    codeDeployDeploymentId: record.codeDeploy && record.deploymentId,
  }
  const gathered = gather(subject, {
    ecs,
    codeDeploy,
    evidence: sources,
    aside: { network, preflight, images: context.images },
  })
  const evidence = await lookUntil(clock, deadlineIn(clock, time), gathered)
  if (evidence === undefined) return undefined
  const cause = explain(evidence, { outcome: known.outcome })
  const standing = standingOf(cause, evidence, clock.now())
  const { gauges } = alarmsIn(evidence.statusReason, evidence.codeDeploy?.message)
  return { cause, evidence: evidenceInWords(evidence), gauges, standing }
}

function standingOf(cause: Cause, evidence: Evidence, now: number): Explained['standing'] {
  if (!isDecisive(evidence, now) || !isSpecific(cause)) return 'open'
  return isPartial(evidence) ? 'partial' : 'proven'
}
