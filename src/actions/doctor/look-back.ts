import type { Aws } from '../../aws/connect.ts'
import type { DeploymentEvent } from '../../deployment/events.ts'
import { type DeploymentState, fold, initialState } from '../../deployment/state.ts'
import { isGood } from '../../deployment/verdict.ts'
import { readRun } from '../../github/workflow-run.ts'
import { firstLine, linesBelow, opening } from '../../report/opening.ts'
import { outputs } from '../../report/outputs.ts'
import { renderSummary } from '../../report/summary.ts'
import type { Runner } from '../../runner/action.ts'
import { outputNames, startedEvent } from '../../targets/ecs/facts/started-event.ts'
import { evidenceInWords } from '../../targets/ecs/finish/evidence-words.ts'
import { explain } from '../../targets/ecs/finish/explain.ts'
import { type GatherPorts, gather } from '../../targets/ecs/finish/gather.ts'
import { findDeployment } from '../../targets/ecs/locate/deployment-history.ts'
import type { KnownDeployment } from '../../targets/ecs/locate/known-deployment.ts'
import { planInWords } from '../../targets/ecs/prepare/plan-words.ts'
import { versionOf } from '../../targets/ecs/request/revision-version.ts'
import { text, untrusted } from '../../text.ts'
import type { Place } from '../targets/place.ts'
import { openImageStore } from '../world/open-image-store.ts'
import type { World } from '../world/world.ts'

/** How far the clocks of AWS's services may be apart. Milliseconds. */
const skew = 60_000
/** ECS shows stopped tasks for about an hour. Milliseconds. */
const tasksStay = 3_600_000

/** Explains a deployment that has been, in the log, the summary and the outputs. Never ends the step red. */
export async function lookBack(id: string, place: Place, aws: Aws, runner: Runner, { fetch }: World): Promise<void> {
  const { cluster, service, codeDeployApplication, codeDeployDeploymentGroup } = place
  const codeDeploy = { application: codeDeployApplication, deploymentGroup: codeDeployDeploymentGroup }
  const now = runner.clock.now()
  const ports = { ...aws, clock: runner.clock, signal: runner.signal }
  const past = await findDeployment(id, { region: aws.region, cluster, service, codeDeploy }, ports)
  const images = openImageStore({ aws, runner, fetch })
  const state = await stateOf(past, { ...aws, aside: { ...aws, images } }, now, aws.region)
  const subject = {
    service: past.service,
    home: { kind: 'cluster', name: past.cluster },
    region: aws.region,
    environment: place.environment,
    outputs: outputNames,
    accountId: place.accountId,
    run: readRun(runner.environment),
  }
  const report = { subject, state }
  const said = opening(report)
  runner.log.info(firstLine(said))
  for (const line of linesBelow(said)) runner.log.info(text`   ${line}`)
  for (const { title, lines } of state.evidence?.sections ?? []) runner.log.group(title, lines)
  for (const warning of state.warnings) runner.log.warning(text`${warning}`, 'Slipway')
  for (const [name, value] of Object.entries(outputs(report))) runner.setOutput(name, value)
  runner.setOutput('findings', '[]')
  await runner.writeSummary(renderSummary(report))
}

async function stateOf(
  past: KnownDeployment,
  ports: GatherPorts,
  now: number,
  region: string,
): Promise<DeploymentState> {
  const { startedAt, endedAt, outcome } = past
  const isGoodEnd = outcome !== undefined && isGood(outcome)
  const events: readonly DeploymentEvent[] = [
    planned(past, region),
    started(past, region),
    ...(isGoodEnd ? [] : await explained(past, ports, now)),
  ]
  const serving = outcome === 'succeeded' ? past.taskDefinition : past.previousTaskDefinition
  const verdict = outcome && { outcome, serving: outcome === 'failed' ? undefined : versionOf(serving) }
  const finished: DeploymentEvent | undefined = verdict && { kind: 'finished', at: endedAt ?? startedAt, verdict }
  const state = [...events, ...(finished ? [finished] : [])].reduce(fold, {
    ...initialState(startedAt),
    purpose: 'explanation' as const,
  })
  return finished ? state : { ...state, updatedAt: now }
}

function planned({ cluster, service, engine, startedAt, ...past }: KnownDeployment, region: string): DeploymentEvent {
  const what = { changes: [], images: [], unchanged: false }
  const plan = {
    cluster,
    service,
    region,
    engine,
    to: versionOf(past.taskDefinition),
    from: versionOf(past.previousTaskDefinition),
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

async function explained(past: KnownDeployment, ports: GatherPorts, now: number): Promise<readonly DeploymentEvent[]> {
  const { startedAt: at, endedAt = now, engine, id, cluster, service, taskDefinition = '', reason } = past
  const subject = {
    cluster,
    service,
    taskDefinition,
    createdAt: at,
    since: at,
    statusReason: reason,
    triggeredAlarms: past.triggeredAlarms,
    // By now the targets are those of the version that the rollback restored.
    isBack: past.outcome === 'rolled-back',
    isByCodeDeploy: engine === 'codedeploy',
    codeDeployDeploymentId: engine === 'codedeploy' ? id : undefined,
  }
  const { serviceEvents, ...gathered } = await gather(subject, ports)
  const evidence = { ...gathered, serviceEvents: serviceEvents.filter((event) => event.at <= endedAt + skew) }
  // One that still runs has nothing to explain until a task of it has stopped.
  if (past.outcome === undefined && evidence.stoppedTasks.length === 0) return []
  const cause = explain(evidence, { outcome: past.outcome ?? 'failed' })
  const hours = Math.floor((now - endedAt) / tasksStay)
  const late = `The deployment ended ${hours} ${hours === 1 ? 'hour' : 'hours'} ago, and ECS keeps stopped tasks for about one hour: evidence may be missing.`
  const isLate = hours > 0 && evidence.stoppedTasks.length === 0
  return [
    { kind: 'explained', at, cause, evidence: evidenceInWords(evidence) },
    ...(isLate ? [{ kind: 'warning', at, message: untrusted(late) } as const] : []),
  ]
}
