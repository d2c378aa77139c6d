import { deadlineIn } from '../clock.ts'
import type { Cause } from '../diagnosis/cause.ts'
import { explain } from '../diagnosis/explain.ts'
import { clockSkew, gather } from '../diagnosis/gather.ts'
import { Failure, failureInOneLine } from '../failure.ts'
import { renderText, untrusted } from '../text.ts'
import type { End } from './end.ts'
import type { DeploymentEvent } from './event.ts'
import type { Journey } from './journey.ts'
import type { DeploymentRecord } from './record.ts'
import { lookUntil } from './watch.ts'

/** What looking for the reason may take: it must not hold up the verdict when AWS does not answer. Milliseconds. */
const longest = 40_000

/** What is looked at besides may take less: the rest of the evidence does without it. Milliseconds. */
const longestAside = 20_000

/** Gathers evidence of a bad end and explains it. Whatever goes wrong here is a warning: the verdict stands. */
export async function* examine(
  end: End,
  record: DeploymentRecord,
  journey: Journey,
): AsyncGenerator<DeploymentEvent, Cause | undefined> {
  const { clock } = journey
  const { ecs, codeDeploy, evidence: sources } = journey.within(deadlineIn(clock, longest))
  const { network, preflight } = journey.within(deadlineIn(clock, longestAside))
  try {
    const subject = {
      cluster: record.cluster,
      service: record.service,
      taskDefinition: record.taskDefinition ?? '',
      createdAt: record.createdAt,
      since: record.startedAt - clockSkew,
      statusReason: end.reason,
      triggeredAlarms: end.triggeredAlarms,
      stopped: end.stopped,
      isBack: end.outcome === 'rolled-back',
      codeDeployDeploymentId: record.codeDeploy && record.deploymentId,
    }
    const gathered = gather(subject, {
      ecs,
      codeDeploy,
      evidence: sources,
      aside: { network, preflight, images: journey.images },
    })
    const evidence = await lookUntil(clock, deadlineIn(clock, longest), gathered)
    if (evidence === undefined) return undefined
    const cause = explain(evidence, { outcome: end.outcome })
    yield { kind: 'explained', at: clock.now(), cause, evidence }
    return cause
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const message = `The cause could not be determined: ${renderText(failureInOneLine(error.parts), (theirs) => theirs)}.`
    yield { kind: 'warning', at: clock.now(), message: untrusted(message) }
    return undefined
  }
}
