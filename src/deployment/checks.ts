import type { DeploymentGroup, Service } from '../ports.ts'
import { isAdoptable } from './ecs/update.ts'
import type { DeploymentEvent } from './event.ts'
import type { DeployRequest, Journey, WantedDefinition } from './journey.ts'
import type { Plan } from './plan.ts'
import type { Preflight } from './preflight.ts'
import type { Prepared } from './prepare.ts'

/**
 * Looks whether the planned deployment can succeed. Undefined where nobody asks, where no new task starts, or where what is
 * wanted is on its way already. `group`: CodeDeploy's, which may still be on its way.
 */
export async function check(
  request: DeployRequest,
  prepared: Prepared,
  plan: Plan,
  group: Promise<DeploymentGroup | undefined>,
  journey: Journey,
): Promise<Preflight | undefined> {
  const { preflight: policy } = request
  if (policy === undefined || !(policy.only || startsTasks(request, prepared, plan, journey))) return undefined
  const { service, current, wanted, conflict } = prepared
  const { codeDeployId: id, isRollback = false } = conflict ?? {}
  const active = id === undefined ? undefined : { id, isRollback, isWanted: false }
  // Loaded only now: most runs of a service that is up to date need none of it.
  const { preflight } = await import('./preflight.ts')
  return await preflight({ ...request, preflight: policy }, { service, current, wanted, group, active }, journey)
}

function startsTasks(
  request: DeployRequest,
  { service, inFlight, conflict }: Prepared,
  { unchanged, settingsOnly, taskDefinition, previousTaskDefinition }: Plan,
  journey: Journey,
): boolean {
  if (inFlight !== undefined || settingsOnly || (unchanged && conflict === undefined)) return false
  if (taskDefinition === undefined) return true
  return !isAdoptable({ request, journey, service, taskDefinition, previousTaskDefinition })
}

/** Says what was found, once. Throws `preflight-failed` when something blocks the deployment. */
export async function* tellChecks(
  checked: Preflight | undefined,
  request: DeployRequest,
  { conflict }: Prepared,
  journey: Journey,
): AsyncGenerator<DeploymentEvent, void> {
  if (checked === undefined) return
  const { tell } = await import('./preflight.ts')
  // After a conflict all is looked at again, and told then.
  yield* tell(checked, { request, isQuiet: conflict !== undefined && !request.dryRun }, journey)
}

/** The same of a service that is going to be made from a file, in the shape of CreateService. */
export async function* checkNew(
  request: DeployRequest,
  service: Service,
  wanted: WantedDefinition,
  journey: Journey,
): AsyncGenerator<DeploymentEvent, void> {
  const { preflight: policy } = request
  if (policy === undefined) return
  const { preflight, tell } = await import('./preflight.ts')
  const nothing = { current: undefined, group: Promise.resolve(undefined), active: undefined }
  const found = await preflight(
    { ...request, settings: undefined, preflight: policy },
    { ...nothing, service, wanted },
    journey,
  )
  yield* tell(found, { request, isQuiet: false }, journey)
}
