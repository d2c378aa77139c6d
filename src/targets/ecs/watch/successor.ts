import { withoutAccount } from '../../../arn.ts'
import { deadlineIn } from '../../../clock.ts'
import { agreed, patient } from '../../../deployment/agreement.ts'
import { stoppedByHand, supersededBy } from '../../../deployment/outcomes.ts'
import { afterEndTime, readAfterEnd } from '../../../deployment/time-limits.ts'
import type { ServiceDeployment } from '../../../ports.ts'
import { isTriggered, reasonOf } from '../facts/service-deployment.ts'
import type { EcsPorts, Rollout } from '../request/ecs-context.ts'
import { versionOf } from '../request/revision-version.ts'
import type { ServiceEnd } from '../request/service-end.ts'
import { type DeploymentReading, endByOthers, type Own, ownOf, startReadings } from './deployment-reading.ts'
import { ownBeside } from './find-service-deployment.ts'

/** As ECS words why it stopped a deployment for another one. */
const replaced = /\bnewer service deployment\b/i

/** The service, and the service deployment that was made after ours: each read may be late. */
interface Seen {
  readonly reading: DeploymentReading
  readonly newer: ServiceDeployment | undefined
}

/** A deployment of the same revision that replaced ours: it continues the requested change. */
export interface Successor {
  readonly own: Own
  /** Its service deployment, where that was listed. */
  readonly deployment?: ServiceDeployment | undefined
}

/** ECS stops a deployment for three reasons: it failed without a rollback, a newer one started, or a stop was requested. */
export async function endOfStopped(
  stopped: ServiceDeployment,
  rollout: Rollout,
  own: Own,
): Promise<ServiceEnd | Successor> {
  const reason = reasonOf(stopped)
  if (isTriggered(stopped)) return { outcome: 'failed', reason }
  const readBoth = startReads(stopped, rollout, own)
  // An existing deployment is seen in one read; a missing one may be due to an outdated response.
  const named = (seen: Seen) => isClear(seen, own) || nameOf(seen)
  const { reading, newer } = (await agreed(rollout.context, readBoth, named, patient)) ?? {}
  const { holder, current } = reading ?? {}
  const theirs = reading && endByOthers(reading)
  if (theirs) return theirs
  if (holder === 'ours' && current && current.id !== own.id) return { own: ownOf(current) }
  if (holder === 'ours' && current?.rolloutState === 'FAILED') return { outcome: 'failed', reason }
  if (newer) return await endByNewer(newer, rollout)
  // An update whose reply was lost may have been carried out twice: what was stopped was the first of ours, for the second.
  if (holder === 'ours' && current && replaced.test(reason?.untrusted ?? '')) return { own: ownOf(current) }
  return { ...stoppedByHand(reason), serving: current?.taskDefinition }
}

function startReads(stopped: ServiceDeployment, rollout: Rollout, own: Own): () => Promise<Seen> {
  const { context, request } = rollout
  const { cluster, service } = request
  const classify = startReadings(rollout, own)
  const deadline = deadlineIn(context.clock, afterEndTime)
  const read = <T>(ask: (aws: EcsPorts) => Promise<T>) => readAfterEnd(context, ask, deadline)
  const isNewer = ({ createdAt }: ServiceDeployment) =>
    createdAt !== undefined && stopped.createdAt !== undefined && createdAt > stopped.createdAt
  return async () => {
    const [found, listed] = await Promise.all([
      read(({ ecs }) => ecs.describeService(cluster, service)),
      read(({ ecs }) => ecs.listServiceDeployments(cluster, service, stopped.createdAt)),
    ])
    return { reading: classify(found), newer: listed?.find(isNewer) }
  }
}

function isClear({ reading: { holder, current } }: Seen, own: Own): boolean {
  return holder === 'others' || (holder === 'ours' && (current?.id !== own.id || current?.rolloutState === 'FAILED'))
}

function nameOf({ reading, newer }: Seen): string | undefined {
  return newer?.serviceDeploymentArn ?? reading.current?.id ?? (reading.isGone ? 'gone' : undefined)
}

async function endByNewer(newer: ServiceDeployment, { context, taskDefinition: wanted }: Rollout) {
  const { serviceDeploymentArn: arn, targetServiceRevision: target } = newer
  const revision = target?.arn
  const taskDefinition = revision && (await readAfterEnd(context, ({ ecs }) => ecs.taskDefinitionOfRevision(revision)))
  if (taskDefinition !== wanted) return supersededBy(versionOf(taskDefinition), arn && withoutAccount(arn))
  return { own: ownBeside(newer, wanted, {}), deployment: newer }
}
