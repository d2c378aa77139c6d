import { begun } from '../../../begun.ts'
import type { Judgement, Watchman } from '../../../deployment/commit-guard.ts'
import { unlessDenied } from '../../../deployment/optional-permission.ts'
import type { DeploymentGroup, JsonObject, Service } from '../../../ports.ts'
import { findInFlight, type InFlight, requireGroup, withGroup } from '../codedeploy-group/deployment-group.ts'
import { groupNameOf } from '../codedeploy-group/group-name.ts'
import { locateGroup } from '../codedeploy-group/group-search.ts'
import type { Conflict } from '../facts/conflicting-deployment.ts'
import { isExpress, missingExpress, requireSupported } from '../facts/express-mode.ts'
import { originOf, provenanceOf, withoutOrigin } from '../facts/origin-tags.ts'
import { readRevisions } from '../facts/read-revisions.ts'
import { isSound, readService } from '../facts/read-service.ts'
import { engineOf, requireService, runningTaskDefinition } from '../facts/service-facts.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import type { Engine } from '../request/ecs-record.ts'
import type { ServiceRequest, WantedDefinition } from '../request/service-request.ts'
import { type ExpressUpdate, requestedUpdate } from '../strategy/express-settings.ts'
import { requireTasks } from '../tasks/named-task.ts'
import { requireSubnets } from '../tasks/task-network.ts'
import { requireShortOverrides } from '../tasks/task-request.ts'
import { requireVolumes } from '../tasks/task-volumes.ts'
import type { ServicePlan } from './service-plan.ts'

/** Without it the settings of the deployment group are unknown. */
const listing = 'codedeploy:ListDeployments'

/** What is there, and what is to be there instead. */
export interface Reading {
  /** With the names of CodeDeploy's deployment group. */
  readonly request: ServiceRequest
  readonly service: Service
  readonly engine: Engine
  /** ARN of what the service is going for, or runs, and its definition with tags. */
  readonly running: string | undefined
  readonly stored: JsonObject | undefined
  /** The latest active revision of the family that runs, where it is known. */
  readonly latest: JsonObject | undefined
  /** Without tags of an origin. */
  readonly current: JsonObject | undefined
  readonly wanted: WantedDefinition
  readonly inFlight: InFlight | undefined
  readonly conflict: Conflict | undefined
  /** What changes at the settings of an Express service. */
  readonly express: ExpressUpdate | undefined
  /** Whether CodeDeploy's deployments may be listed. */
  readonly isListed: boolean
  /** Whether it may be replaced; asked for while the rest is read. */
  readonly judgement: Promise<Judgement>
  /** When the service was read, on the monotonic clock. */
  readonly readAt: number
  /** Actions that the credentials do not allow. */
  readonly denied: readonly string[]
}

/** Reads the service, what it runs and what is wanted. Changes nothing. Undefined: the service is missing, and may be made. */
export async function readTarget(
  request: ServiceRequest,
  context: EcsContext,
  watchman: Watchman | undefined,
): Promise<Reading | undefined> {
  const { ecs, clock } = context
  const readAt = clock.monotonic()
  // A service that is to be created is not read again: CreateService fails where it exists.
  const isToBeMade = (seen: Service | undefined) =>
    isCreated(request) && (seen === undefined || seen.status === 'INACTIVE')
  const found = await readService(context, request, (seen) => isToBeMade(seen) || isSound(seen))
  if (isToBeMade(found)) return undefined
  const service = await requireService(found, request, ecs).catch((error: unknown) => {
    throw request.express ? missingExpress(error) : error
  })
  const engine = engineOf(service, request.service)
  requireSupported(request, service)
  requireSubnets(request.runTask, service)
  requireShortOverrides(request.runTask)
  const express = begun(expressOf(request, service, ecs))
  const running = runningTaskDefinition(service)
  const denied: string[] = []
  const { stored, latest } =
    (await unlessDenied(readRevisions(running, ecs), () => denied.push('ecs:DescribeTaskDefinition'))) ?? {}
  const judgement = begun(watchman?.judge(provenanceOf(stored)) ?? Promise.resolve<Judgement>({ kind: 'pass' }))
  const current = stored ? withoutOrigin(stored) : undefined
  const rendered = await request.wanted(service, current, originOf(stored))
  const wanted = { ...rendered, definition: withoutOrigin(rendered.definition) }
  requireVolumes(request.runTask, wanted.definition)
  requireTasks([...(request.tasksBefore ?? []), ...(request.tasksLater ?? [])], wanted.definition)
  const atGroup =
    engine === 'codedeploy'
      ? await readGroup(request, service, wanted, context, () => denied.push(listing))
      : { request, inFlight: undefined, conflict: undefined }
  const isListed = !denied.includes(listing)
  const rest = { isListed, service, engine, running, stored, latest, current, wanted, judgement, readAt, denied }
  return { ...atGroup, ...rest, express: await express }
}

/** Whether a missing service may be made. */
export function isCreated({ serviceDefinition, express }: ServiceRequest): boolean {
  return serviceDefinition !== undefined || express?.creation !== undefined
}

/** What changes at the settings of an Express service; it is read only where some are asked for. */
async function expressOf(
  { express, former }: ServiceRequest,
  service: Service,
  ecs: EcsContext['ecs'],
): Promise<ExpressUpdate | undefined> {
  const wanted = former?.express ?? express?.settings
  if (!isExpress(service) || wanted === undefined || Object.values(wanted).every((value) => value === undefined))
    return undefined
  const found = await ecs.describeExpress(service.serviceArn ?? '')
  return requestedUpdate(wanted, found ?? {})
}

/** The request with the names of CodeDeploy's deployment group, and what that is busy with. */
async function readGroup(
  request: ServiceRequest,
  service: Service,
  wanted: WantedDefinition,
  context: EcsContext,
  onDenied: () => void,
): Promise<Pick<Reading, 'request' | 'inFlight' | 'conflict'>> {
  const { name, active } = await locateGroup(request, service, context, onDenied)
  const named = withGroup(request, { ...name, ...(wanted.appSpec === undefined ? {} : { appSpec: wanted.appSpec }) })
  const busy = await findInFlight(named, context, service, wanted, active?.[0])
  return busy?.kind === 'conflict'
    ? { request: named, inFlight: undefined, conflict: busy }
    : { request: named, inFlight: busy, conflict: undefined }
}

/** CodeDeploy's deployment group, where there is something to do with it. */
export async function groupFor(
  { unchanged }: ServicePlan,
  { request, engine, service, conflict }: Reading,
  context: EcsContext,
): Promise<DeploymentGroup | undefined> {
  if (engine !== 'codedeploy' || (unchanged && conflict === undefined)) return undefined
  return await requireGroup(context, groupNameOf(request), service)
}
