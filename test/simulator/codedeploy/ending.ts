/** How deployments end, and the second deployment that rolls a failed one back. */
import type { AutoRollbackEvent, DeploymentStatus, ErrorInformation } from '@aws-sdk/client-codedeploy'
import { allAtOnce, findConfig } from './configurations.ts'
import { type CodeDeployState, type DeploymentRecord, deploymentId, later, regionOf } from './state.ts'
import { restoreTraffic } from './traffic.ts'

function end(state: CodeDeployState, deployment: DeploymentRecord, status: DeploymentStatus) {
  const now = state.world.clock.now()
  for (const timer of deployment.timers) timer.cancel()
  deployment.timers.clear()
  for (const event of deployment.events) {
    if (event.status === 'InProgress') {
      event.status = 'Failed'
      event.endedAt = now
    }
    if (event.status === 'Pending') event.status = 'Skipped'
  }
  delete deployment.wait
  deployment.status = status
  deployment.completedAt = now
  deployment.updatedAt = now
}

export function succeed(state: CodeDeployState, deployment: DeploymentRecord) {
  end(state, deployment, 'Succeeded')
  if (deployment.revision) deployment.group.lastSuccessful = deployment
}

export interface Failing {
  readonly status: 'Failed' | 'Stopped'
  readonly error: ErrorInformation
  /** The event of the automatic roll back that this is. */
  readonly event: AutoRollbackEvent
  /** Overrules the configuration: StopDeployment's `autoRollbackEnabled`. */
  readonly rollBack?: boolean | undefined
}

/** Ends a deployment badly, and rolls it back where that is configured. A roll back is never rolled back itself. */
export function fail(
  state: CodeDeployState,
  deployment: DeploymentRecord,
  { status, error, event, rollBack }: Failing,
) {
  end(state, deployment, status)
  deployment.error = error
  const { enabled, events } = deployment.autoRollback ?? {}
  const isConfigured = enabled === true && events?.includes(event) === true
  if (deployment.creator !== 'codeDeployRollback' && (rollBack ?? isConfigured)) startRollback(state, deployment)
}

/** Recorded: creator codeDeployRollback, all at once whatever the group says, no task set of its own. */
function startRollback(state: CodeDeployState, failed: DeploymentRecord) {
  const id = deploymentId(state.world)
  const now = state.world.clock.now()
  const rollback: DeploymentRecord = {
    ...failed,
    id,
    config: findConfig(state, allAtOnce),
    description: undefined,
    creator: 'codeDeployRollback',
    revision: failed.previousRevision,
    previousRevision: failed.revision,
    events: failed.events.map(({ name }) => ({ name, status: 'Pending' as const })),
    status: 'Created',
    createdAt: now,
    updatedAt: now,
    timers: new Set(),
    rollback: {
      rollbackTriggeringDeploymentId: failed.id,
      rollbackMessage: `Deployment ${id} is triggered to roll back deployment ${failed.id}.`,
    },
  }
  for (const member of ['startedAt', 'completedAt', 'error', 'wait'] as const) delete rollback[member]
  failed.rollback = {
    rollbackDeploymentId: id,
    rollbackMessage: `Deployment ${failed.id} terminated. Automatic rollback is triggered with a DeploymentId ${id}.`,
  }
  state.deployments.set(id, rollback)
  failed.group.lastAttempted = rollback
  const { rollbackSeconds } = state.quirks
  later(state, rollback, rollbackSeconds / 4, () => {
    rollback.status = 'InProgress'
    rollback.startedAt = state.world.clock.now()
  })
  later(state, rollback, rollbackSeconds, () => rollBack(state, failed, rollback))
}

function rollBack(state: CodeDeployState, failed: DeploymentRecord, rollback: DeploymentRecord) {
  const now = state.world.clock.now()
  const error = state.quirks.rollbackFailure
  if (error) {
    for (const event of rollback.events) if (event.name === 'Install') event.status = 'InProgress'
    return fail(state, rollback, { status: 'Failed', error, event: 'DEPLOYMENT_FAILURE' })
  }
  for (const event of rollback.events) Object.assign(event, { status: 'Succeeded', startedAt: now, endedAt: now })
  const { service, blue, green } = failed
  if (service && blue && green) {
    restoreTraffic(state, failed)
    rollback.greenWeight = 0
    const { ecs } = regionOf(state)
    if (blue.status !== 'PRIMARY') ecs.setPrimary(service, blue)
    if (service.taskSets.includes(green)) ecs.deleteTaskSet(service, green)
  }
  later(state, rollback, state.quirks.rollbackSeconds, () => succeed(state, rollback))
}
