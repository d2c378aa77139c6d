import type { DeploymentEvent } from '../../../deployment/events.ts'
import type { EarlierDeployment } from '../../../deployment/target.ts'
import { isGood } from '../../../deployment/verdict.ts'
import { untrusted } from '../../../text.ts'
import { startedEvent } from '../facts/started-event.ts'
import { evidenceInWords } from '../finish/evidence-words.ts'
import { explain } from '../finish/explain.ts'
import { type GatherPorts, gather } from '../finish/gather.ts'
import { planInWords } from '../prepare/plan-words.ts'
import { versionOf } from '../request/revision-version.ts'
import { findDeployment, type Where } from './deployment-history.ts'
import type { HistoryPorts, KnownDeployment } from './known-deployment.ts'

/** How far the clocks of AWS's services may be apart. Milliseconds. */
const skew = 60_000
/** ECS shows stopped tasks for about an hour. Milliseconds. */
const tasksStay = 3_600_000

/** Events of a deployment that has ended or is in progress, as a watch would have reported them. Throws `deployment-not-found`. */
export async function explainDeployment(
  id: string,
  where: Where,
  ports: HistoryPorts & GatherPorts,
): Promise<EarlierDeployment> {
  const deployment = await findDeployment(id, where, ports)
  const { startedAt, endedAt, outcome } = deployment
  const isGoodEnd = outcome !== undefined && isGood(outcome)
  const serving = outcome === 'succeeded' ? deployment.taskDefinition : deployment.previousTaskDefinition
  const verdict = outcome && { outcome, serving: outcome === 'failed' ? undefined : versionOf(serving) }
  const events: readonly DeploymentEvent[] = [
    planned(deployment, where.region),
    started(deployment, where.region),
    ...(isGoodEnd ? [] : await explained(deployment, ports, ports.clock.now())),
    ...(verdict ? [{ kind: 'finished', at: endedAt ?? startedAt, verdict } as const] : []),
  ]
  return {
    name: deployment.service,
    home: { kind: 'cluster', name: deployment.cluster },
    startedAt,
    isOver: verdict !== undefined,
    events,
  }
}

function planned(
  { cluster, service, engine, startedAt, ...deployment }: KnownDeployment,
  region: string,
): DeploymentEvent {
  const what = { changes: [], images: [], unchanged: false }
  const plan = {
    cluster,
    service,
    region,
    engine,
    to: versionOf(deployment.taskDefinition),
    from: versionOf(deployment.previousTaskDefinition),
    ...what,
  }
  return { kind: 'planned', at: startedAt, plan: planInWords(plan) }
}

function started(
  { engine, id, consoleUrl, startedAt, cluster, service }: KnownDeployment,
  region: string,
): DeploymentEvent {
  return startedEvent(
    { at: startedAt, engine, deploymentId: id, consoleUrl, adopted: true },
    { cluster, service, region },
  )
}

async function explained(
  deployment: KnownDeployment,
  ports: GatherPorts,
  now: number,
): Promise<readonly DeploymentEvent[]> {
  const { startedAt: at, endedAt = now, engine, id, cluster, service, taskDefinition = '', reason } = deployment
  const subject = {
    cluster,
    service,
    taskDefinition,
    createdAt: at,
    since: at,
    statusReason: reason,
    triggeredAlarms: deployment.triggeredAlarms,
    // By now the targets are those of the version that the rollback restored.
    isBack: deployment.outcome === 'rolled-back',
    isByCodeDeploy: engine === 'codedeploy',
    codeDeployDeploymentId: engine === 'codedeploy' ? id : undefined,
  }
  const { serviceEvents, ...gathered } = await gather(subject, ports)
  const evidence = { ...gathered, serviceEvents: serviceEvents.filter((event) => event.at <= endedAt + skew) }
  // One that still runs has nothing to explain until a task of it has stopped.
  if (deployment.outcome === undefined && evidence.stoppedTasks.length === 0) return []
  const cause = explain(evidence, { outcome: deployment.outcome ?? 'failed' })
  const hours = Math.floor((now - endedAt) / tasksStay)
  const late = `The deployment ended ${hours} ${hours === 1 ? 'hour' : 'hours'} ago, and ECS keeps stopped tasks for about one hour: evidence may be missing.`
  const isLate = hours > 0 && evidence.stoppedTasks.length === 0
  return [
    { kind: 'explained', at, cause, evidence: evidenceInWords(evidence) },
    ...(isLate ? [{ kind: 'warning', at, message: untrusted(late) } as const] : []),
  ]
}
