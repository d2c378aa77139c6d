import { withoutAccount } from '../../arn.ts'
import { deadlineIn } from '../../clock.ts'
import type { ServiceDeployment } from '../../ports.ts'
import { agreed, patient } from '../agreement.ts'
import { type End, stoppedByHand, supersededBy } from '../end.ts'
import type { AwsPorts, Rollout } from '../journey.ts'
import { aftermath, afterwards } from '../patience.ts'
import { isTriggered, reasonOf } from './service-deployment.ts'
import { type Own, ownOf, type Sighting, startSightings, superseded } from './sighting.ts'

/** The service, and the service deployment that was made after ours: each read may be late. */
interface Seen {
  readonly sighting: Sighting
  readonly newer: ServiceDeployment | undefined
}

/**
 * ECS stops a deployment for three reasons: it failed without a way back, a newer one came, or somebody asked for it. A newer
 * one of the same revision carries on what was asked for: it is what is returned then.
 */
export async function endOfStopped(stopped: ServiceDeployment, rollout: Rollout, own: Own): Promise<End | Own> {
  const reason = reasonOf(stopped)
  if (isTriggered(stopped)) return { outcome: 'failed', reason }
  const { journey } = rollout
  const look = startLooks(stopped, rollout, own)
  // What is there is seen once; that there is neither a newer deployment nor a failure may be the service as it was.
  const { sighting, newer } = (await agreed(journey, look, (seen) => isClear(seen, own) || nameOf(seen), patient)) ?? {}
  const { holder, current } = sighting ?? {}
  if (sighting && holder === 'others') return superseded(sighting)
  if (holder === 'ours' && current && current.id !== own.id) return ownOf(current)
  if (holder === 'ours' && current?.rolloutState === 'FAILED') return { outcome: 'failed', reason }
  if (newer) return await supersededByDeployment(newer, rollout)
  return { ...stoppedByHand(reason), serving: current?.taskDefinition }
}

function startLooks(stopped: ServiceDeployment, rollout: Rollout, own: Own): () => Promise<Seen> {
  const { journey, request } = rollout
  const { cluster, service } = request
  const sight = startSightings(rollout, own)
  const deadline = deadlineIn(journey.clock, aftermath)
  const read = <T>(ask: (aws: AwsPorts) => Promise<T>) => afterwards(journey, ask, deadline)
  const isNewer = ({ createdAt }: ServiceDeployment) =>
    createdAt !== undefined && stopped.createdAt !== undefined && createdAt > stopped.createdAt
  return async () => {
    const [found, listed] = await Promise.all([
      read(({ ecs }) => ecs.describeService(cluster, service)),
      read(({ ecs }) => ecs.listServiceDeployments(cluster, service, stopped.createdAt)),
    ])
    return { sighting: sight(found), newer: listed?.find(isNewer) }
  }
}

function isClear({ sighting: { holder, current } }: Seen, own: Own): boolean {
  return holder === 'others' || (holder === 'ours' && (current?.id !== own.id || current?.rolloutState === 'FAILED'))
}

function nameOf({ sighting, newer }: Seen): string | undefined {
  return newer?.serviceDeploymentArn ?? sighting.current?.id
}

async function supersededByDeployment(
  { serviceDeploymentArn: arn, targetServiceRevision: target }: ServiceDeployment,
  { journey }: Rollout,
): Promise<End> {
  const revision = target?.arn
  const taskDefinition = revision && (await afterwards(journey, ({ ecs }) => ecs.taskDefinitionOfRevision(revision)))
  return supersededBy(taskDefinition, arn && withoutAccount(arn))
}
