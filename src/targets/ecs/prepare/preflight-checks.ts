import type { DeploymentEvent } from '../../../deployment/events.ts'
import type { DeploymentGroup, Service } from '../../../ports.ts'
import type { Preflight } from '../preflight/run-preflight.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import type { ServiceRequest, WantedDefinition } from '../request/service-request.ts'
import { isAdoptable } from '../strategy/update-effects.ts'
import type { Reading } from './read-target.ts'
import type { ServicePlan } from './service-plan.ts'

/**
 * Checks whether the planned deployment can succeed. Undefined with `preflight: off`, where no new task starts, or where what is
 * requested is already in progress. `group`: the deployment group of CodeDeploy, which may still be being read.
 */
export async function check(
  request: ServiceRequest,
  prepared: Reading,
  plan: ServicePlan,
  group: Promise<DeploymentGroup | undefined>,
  context: EcsContext,
): Promise<Preflight | undefined> {
  const { preflight: policy } = request
  if (policy === undefined || !(policy.only || startsTasks(request, prepared, plan, context))) return undefined
  const { service, current, wanted, conflict } = prepared
  const { codeDeployId: id, isRollback = false } = conflict ?? {}
  const active = id === undefined ? undefined : { id, isRollback, isWanted: false }
  // Loaded only now: most runs of a service that is up to date need none of it.
  const { preflight } = await import('../preflight/run-preflight.ts')
  return await preflight({ ...request, preflight: policy }, { service, current, wanted, group, active }, context)
}

function startsTasks(
  request: ServiceRequest,
  { service, inFlight, conflict }: Reading,
  { unchanged, settingsOnly, from, to }: ServicePlan,
  context: EcsContext,
): boolean {
  if (inFlight !== undefined || settingsOnly || (unchanged && conflict === undefined)) return false
  if (to === undefined) return true
  return !isAdoptable({ request, context, service, taskDefinition: to.id, previousTaskDefinition: from?.id })
}

/** Says what was found, once. Throws `preflight-failed` when something blocks the deployment. */
export async function* reportChecks(
  checked: Preflight | undefined,
  request: ServiceRequest,
  { conflict }: Reading,
  context: EcsContext,
): AsyncGenerator<DeploymentEvent, void> {
  if (checked === undefined) return
  const { reportFindings } = await import('../preflight/run-preflight.ts')
  // After a conflict the checks are repeated, and reported then.
  yield* reportFindings(checked, { request, isQuiet: conflict !== undefined && !request.dryRun }, context)
}

/** The same of a service that is going to be made from a file, in the shape of CreateService. */
export async function* checkNew(
  request: ServiceRequest,
  service: Service,
  wanted: WantedDefinition,
  context: EcsContext,
): AsyncGenerator<DeploymentEvent, void> {
  const { preflight: policy } = request
  if (policy === undefined) return
  const { preflight, reportFindings } = await import('../preflight/run-preflight.ts')
  const nothing = { current: undefined, group: Promise.resolve(undefined), active: undefined }
  const found = await preflight(
    { ...request, settings: undefined, preflight: policy },
    { ...nothing, service, wanted },
    context,
  )
  yield* reportFindings(found, { request, isQuiet: false }, context)
}
