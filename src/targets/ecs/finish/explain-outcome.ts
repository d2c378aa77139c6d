import { deadlineIn } from '../../../clock.ts'
import type { Context } from '../../../deployment/context.ts'
import type { DeploymentRecord } from '../../../deployment/deployment-record.ts'
import type { DeploymentEvent } from '../../../deployment/events.ts'
import type { End } from '../../../deployment/outcomes.ts'
import { lookUntil } from '../../../deployment/pace.ts'
import type { Cause } from '../../../diagnosis/cause.ts'
import { Failure, failureInOneLine } from '../../../failure.ts'
import { renderText, untrusted } from '../../../text.ts'
import type { Evidence } from '../facts/deployment-evidence.ts'
import { alarmsIn } from '../watch/gauges.ts'
import { evidenceInWords } from './evidence-words.ts'
import { explain } from './explain.ts'
import { clockSkew, gather } from './gather.ts'

/** What looking for the reason may take: it must not hold up the verdict when AWS does not answer. Milliseconds. */
const longest = 40_000

/** Additional reads may take half of that: the rest of the evidence is complete without them. */
const asideShare = 0.5

/** What an engine knows of a failed deployment, or of one that is failing. */
export type Known = Pick<End, 'outcome' | 'reason' | 'triggeredAlarms' | 'stopped' | 'stopReason'>

/** The cause of a failed deployment, with the evidence behind it. */
export interface Explained {
  readonly cause: Cause
  readonly evidence: Evidence
}

/**
 * Gathers evidence and explains it; undefined where AWS does not answer within `time`, in milliseconds. Throws what the
 * reads throw.
 */
export async function investigate(
  known: Known,
  record: DeploymentRecord,
  context: Context,
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
  return evidence && { cause: explain(evidence, { outcome: known.outcome }), evidence }
}

/** Gathers evidence of a failed deployment and explains it. An error here is a warning: the verdict stays. */
export async function* examine(
  end: End,
  record: DeploymentRecord,
  context: Context,
): AsyncGenerator<DeploymentEvent, Cause | undefined> {
  const { clock } = context
  try {
    const explained = await investigate(end, record, context, longest)
    if (explained === undefined) return undefined
    const { cause, evidence } = explained
    const alarms = alarmsIn(evidence.statusReason, evidence.codeDeploy?.message)
    yield { kind: 'explained', at: clock.now(), cause, evidence: evidenceInWords(evidence), ...alarms }
    return cause
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const message = `The cause could not be determined: ${renderText(failureInOneLine(error.parts), (theirs) => theirs)}.`
    yield { kind: 'warning', at: clock.now(), message: untrusted(message) }
    return undefined
  }
}
