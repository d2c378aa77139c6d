import { type Deadline, remaining } from '../../../clock.ts'
import { Failure } from '../../../failure.ts'
import type { ServiceDeployment } from '../../../ports.ts'
import { shellWord } from '../../../shell-word.ts'
import { type Text, text, untrusted } from '../../../text.ts'
import { standingOf } from '../facts/service-deployment.ts'
import { primary } from '../facts/service-facts.ts'
import { untilShown } from '../watch/own-deployment.ts'
import type { NativePorts } from './read-native-facts.ts'

/** How a deployment by ECS ended. */
export interface NativeEnd {
  readonly isDone: boolean
  /** False: a deployment is in progress. */
  readonly isOver: boolean
  readonly words: Text
}

/** A deployment, and what must hold at its end. */
export interface NativeGoal {
  /** Names. */
  readonly cluster: string
  readonly service: string
  /** ARN of the deployment; undefined: the first one since `since`. */
  readonly deployment?: string | undefined
  /** When the update was sent. Milliseconds since 1970. */
  readonly since: number
  readonly taskDefinition: string | undefined
  /** ARNs of both. */
  readonly targetGroups: readonly (string | undefined)[]
  readonly listenerArn: string
  readonly ruleArn: string | undefined
  readonly deadline: Deadline
}

/** Between two reads. Milliseconds. */
const pause = 5_000
/** How far the clock of this machine and that of AWS may differ (IAM user guide: a signature is valid for five minutes). Milliseconds. */
const skew = 300_000

interface Seen {
  readonly own: ServiceDeployment
  /** The newest one, where that is another. */
  readonly newer: ServiceDeployment | undefined
  /** How often it was read in this state, by which a newer one would be listed. */
  readonly reads: number
}

/** Watches a deployment to its end, and verifies where the traffic is. */
export async function* awaitNative(goal: NativeGoal, ports: NativePorts): AsyncGenerator<Text, NativeEnd> {
  let last: Seen | undefined
  try {
    while (remaining(ports.clock, goal.deadline) > 0) {
      const now = (await readDeployment(goal, last, ports)) ?? last
      const stage = now?.own.lifecycleStage
      if (stage !== undefined && stage !== last?.own.lifecycleStage) yield text`   ${untrusted(stage)}`
      last = now
      const end = last && (await endOf(last, goal, ports))
      if (end) return end
      await ports.clock.sleep(pause, ports.signal)
    }
  } catch (error) {
    if (ports.signal.aborted) return continuing(goal, last, text`Cancelled`)
    if (!(error instanceof Failure)) throw error
    return continuing(goal, last, text`${error.parts.what}: the deployment is no longer watched`)
  }
  return continuing(goal, last, text`The time limit was reached`)
}

/** The deployment of the change: what another user starts afterwards is theirs, and comes first. */
async function readDeployment(
  { cluster, service, since, deployment }: NativeGoal,
  last: Seen | undefined,
  { ecs }: NativePorts,
): Promise<Seen | undefined> {
  const arn = last?.own.serviceDeploymentArn ?? deployment
  const listed = await ecs.listServiceDeployments(cluster, service, new Date(since - skew))
  const own = arn === undefined ? listed.at(-1) : listed.find((one) => one.serviceDeploymentArn === arn)
  if (own === undefined) return undefined
  const reads = own.status === last?.own.status ? (last?.reads ?? 0) : 0
  return { own, newer: listed[0] === own ? undefined : listed[0], reads: reads + 1 }
}

/** What is left in motion. */
function continuing({ cluster, service }: NativeGoal, last: Seen | undefined, why: Text): NativeEnd {
  const look = text`aws ecs describe-services --cluster ${shellWord(cluster)} --services ${shellWord(service)}`
  const status = untrusted(last?.own.status ?? 'unknown')
  return {
    isDone: false,
    isOver: false,
    words: text`${why}. The deployment of ECS continues (status ${status}), and traffic stays on healthy tasks. To look: ${look}. To watch it again, repeat the command.`,
  }
}

/** Undefined while it is in progress, or while reads do not agree yet. */
async function endOf(
  { own, newer, reads }: Seen,
  goal: NativeGoal,
  ports: NativePorts,
): Promise<NativeEnd | undefined> {
  const reason = untrusted(own.statusReason ?? own.status ?? '')
  const isOver = newer === undefined
  switch (standingOf(own)) {
    case 'succeeded':
      return newer ? replaced(newer, true) : await verified(goal, ports)
    case 'rolled-back':
      return {
        isDone: false,
        isOver,
        words: text`ECS rolled the deployment back (ROLLBACK_SUCCESSFUL): ${reason}. The service is on the controller ECS, and the tasks of before serve. Correct the cause, then deploy with actions/deploy.`,
      }
    case 'stopped':
    case 'rollback-failed':
      if (newer) return replaced(newer, false)
      // ECS stops a deployment for a newer one, which may not be listed yet.
      if (reads * pause < untilShown) return undefined
      return {
        isDone: false,
        isOver,
        words: text`The deployment of ECS failed (${untrusted(own.status ?? '')}): ${reason}. The service is on the controller ECS. Explain it with slipway doctor --deployment-id newest.`,
      }
    default:
      return undefined
  }
}

/** Another user deploys the service already. `isDone`: the deployment of the change had succeeded. */
function replaced({ serviceDeploymentArn = '' }: ServiceDeployment, isDone: boolean): NativeEnd {
  const how = isDone
    ? text`ECS has completed the first deployment (SUCCESSFUL)`
    : text`The first deployment of ECS was replaced`
  return {
    isDone,
    isOver: false,
    words: text`${how}. A newer deployment, which is not watched, was started by another user: ${untrusted(serviceDeploymentArn)}. The service is on the controller ECS.`,
  }
}

/** Green only where the service, its revision and the rule agree. */
async function verified(goal: NativeGoal, { ecs, listeners }: NativePorts): Promise<NativeEnd | undefined> {
  const now = await ecs.describeService(goal.cluster, goal.service)
  const current = now && primary(now)
  const isThere =
    now?.deploymentController?.type === 'ECS' &&
    current?.rolloutState === 'COMPLETED' &&
    current.taskDefinition === goal.taskDefinition
  const targets = (await listeners.routes(goal.listenerArn))?.find(({ arn }) => arn === goal.ruleArn)?.targets ?? []
  const serves = targets.filter(({ weight }) => weight > 0)
  const isRouted = serves.length === 1 && goal.targetGroups.includes(serves[0]?.targetGroupArn)
  if (!isThere || !isRouted) return undefined
  return {
    isDone: true,
    isOver: true,
    words:
      now.desiredCount === 0
        ? text`The service is on the deployment controller ECS. Its desired count is 0: whether its tasks get traffic is unknown.`
        : text`The service is on the deployment controller ECS, and all traffic is on its new tasks.`,
  }
}
