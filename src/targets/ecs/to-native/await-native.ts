import { type Deadline, remaining } from '../../../clock.ts'
import { Failure } from '../../../failure.ts'
import type { ServiceDeployment } from '../../../ports.ts'
import { shellWord } from '../../../shell-word.ts'
import { type Text, text, untrusted } from '../../../text.ts'
import { standingOf } from '../facts/service-deployment.ts'
import { primary } from '../facts/service-facts.ts'
import { slack } from '../watch/find-service-deployment.ts'
import type { NativeFacts } from './native-facts.ts'
import type { NativeChange } from './plan-native.ts'
import type { NativePorts } from './read-native-facts.ts'

/** How the first deployment by ECS ended. */
export interface NativeEnd {
  readonly isDone: boolean
  readonly words: Text
}

interface Awaited {
  readonly facts: NativeFacts
  readonly change: NativeChange
  /** When the update was sent. Milliseconds since 1970. */
  readonly since: number
  readonly deadline: Deadline
}

/** Between two reads. Milliseconds. */
const pause = 5_000

/** Watches the deployment that the change made to its end, and verifies where the traffic is. */
export async function* awaitNative(awaited: Awaited, ports: NativePorts): AsyncGenerator<Text, NativeEnd> {
  let last: ServiceDeployment | undefined
  try {
    while (remaining(ports.clock, awaited.deadline) > 0) {
      const now = (await readDeployment(awaited, ports)) ?? last
      const stage = now?.lifecycleStage
      if (stage !== undefined && stage !== last?.lifecycleStage) yield text`   ${untrusted(stage)}`
      last = now
      const end = last && (await endOf(last, awaited, ports))
      if (end) return end
      await ports.clock.sleep(pause, ports.signal)
    }
  } catch (error) {
    if (ports.signal.aborted) return continuing(awaited, last, text`Cancelled`)
    if (!(error instanceof Failure)) throw error
    return continuing(awaited, last, text`${error.parts.what}: the deployment is no longer watched`)
  }
  return continuing(awaited, last, text`The time limit was reached`)
}

/** The deployment of the change: what another user starts afterwards is theirs, and comes first. */
async function readDeployment({ facts, since }: Awaited, { ecs }: NativePorts): Promise<ServiceDeployment | undefined> {
  const { cluster, service } = facts
  const listed = await ecs.listServiceDeployments(cluster, service.serviceName ?? '', new Date(since - slack))
  return listed.at(-1)
}

/** What is left in motion. */
function continuing(
  { facts: { cluster, service } }: Awaited,
  last: ServiceDeployment | undefined,
  why: Text,
): NativeEnd {
  const name = service.serviceName ?? ''
  const look = text`aws ecs describe-services --cluster ${shellWord(cluster)} --services ${shellWord(name)}`
  const status = untrusted(last?.status ?? 'unknown')
  return {
    isDone: false,
    words: text`${why}. The deployment of ECS continues (status ${status}), and traffic stays on healthy tasks. To look: ${look}`,
  }
}

/** Undefined while it is in progress, or while reads do not agree yet. */
async function endOf(
  deployment: ServiceDeployment,
  { facts, change }: Awaited,
  ports: NativePorts,
): Promise<NativeEnd | undefined> {
  const reason = untrusted(deployment.statusReason ?? deployment.status ?? '')
  switch (standingOf(deployment)) {
    case 'succeeded':
      return await verified(facts, change, ports)
    case 'rolled-back':
      return {
        isDone: false,
        words: text`ECS rolled the deployment back (ROLLBACK_SUCCESSFUL): ${reason}. The service is on the controller ECS, and the tasks of before serve. Correct the cause, then deploy with actions/deploy.`,
      }
    case 'stopped':
    case 'rollback-failed':
      return {
        isDone: false,
        words: text`The deployment of ECS failed (${untrusted(deployment.status ?? '')}): ${reason}. The service is on the controller ECS. Explain it with slipway doctor --deployment-id newest.`,
      }
    default:
      return undefined
  }
}

/** Green only where the service, its revision and the rule agree. */
async function verified(
  { cluster, service, serving, other, primary: before }: NativeFacts,
  { route }: NativeChange,
  { ecs, listeners }: NativePorts,
): Promise<NativeEnd | undefined> {
  const now = await ecs.describeService(cluster, service.serviceName ?? '')
  const current = now && primary(now)
  const isThere =
    now?.deploymentController?.type === 'ECS' &&
    current?.rolloutState === 'COMPLETED' &&
    current.taskDefinition === before?.taskDefinition
  const targets = (await listeners.routes(route.listenerArn))?.find(({ arn }) => arn === route.arn)?.targets ?? []
  const serves = targets.filter(({ weight }) => weight > 0)
  const isRouted = serves.length === 1 && [serving?.arn, other?.arn].includes(serves[0]?.targetGroupArn)
  if (!isThere || !isRouted) return undefined
  return {
    isDone: true,
    words: text`The service is on the deployment controller ECS, and all traffic is on its new tasks.`,
  }
}
