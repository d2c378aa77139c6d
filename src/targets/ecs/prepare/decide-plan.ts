import { withoutCredentials } from '../../../image/reference.ts'
import type { DeploymentConfiguration, DeploymentGroup, Json, JsonObject, Service } from '../../../ports.ts'
import { diff } from '../../../task-definition/diff.ts'
import { hasTags, isEqual } from '../../../task-definition/equal.ts'
import { textIn } from '../../../task-definition/members.ts'
import { appSpecFor, type InFlight } from '../codedeploy-group/deployment-group.ts'
import { groupNameOf } from '../codedeploy-group/group-name.ts'
import { settingsOf } from '../codedeploy-group/group-settings.ts'
import { isExpress } from '../facts/express-mode.ts'
import { isConsistent, isSteady, previousTaskDefinition, runningTaskDefinition } from '../facts/service-facts.ts'
import type { Engine } from '../request/ecs-record.ts'
import { versionOf } from '../request/revision-version.ts'
import type { ServiceRequest, WantedDefinition } from '../request/service-request.ts'
import type { ExpressUpdate } from '../strategy/express-settings.ts'
import { type SettingsUpdate, settingsUpdate } from '../strategy/service-settings.ts'
import { stepsOf } from '../strategy/setting-changes.ts'
import { isCopied } from '../strategy/update-effects.ts'
import type { ServicePlan } from './service-plan.ts'

/** What there is, as far as a plan depends on it. */
export interface Situation {
  readonly engine: Engine
  readonly service: Service
  /** The definition that the service is going for, or runs. */
  readonly current: JsonObject | undefined
  readonly wanted: WantedDefinition
  /** CodeDeploy's deployment of the same content, if there is one. */
  readonly inFlight: InFlight | undefined
  /** Whether it is known what CodeDeploy does with the service. */
  readonly isListed: boolean
  /** What changes at the settings of an Express service. */
  readonly express?: ExpressUpdate | undefined
}

/** Decides what to do from what is asked and what is there. Asks nothing of AWS and changes nothing. */
export function decidePlan(request: ServiceRequest, situation: Situation): ServicePlan {
  const { engine, service, current, wanted } = situation
  const taskDefinition = existingRevision(request, situation)
  const settings = plannedSettings(request, situation)
  const configuration = settings?.configuration ?? service.deploymentConfiguration
  const isSame = isUnchanged(request, situation, taskDefinition)
  return {
    cluster: request.cluster,
    service: request.service,
    region: request.region,
    engine,
    strategy: configuration?.strategy,
    isExpress: isExpress(service),
    steps: stepsOf(configuration),
    settings: settings?.changes,
    former: settings?.former,
    settingsOnly: settings !== undefined && !settings.starts && isSame,
    from: versionOf(previousTaskDefinition(service)),
    to: versionOf(taskDefinition),
    family: textIn(wanted.definition, 'family'),
    changes: diff(current, wanted.definition),
    images: images(current, wanted.definition),
    desiredCount: countChange(request, situation),
    codeDeploy: engine === 'codedeploy' ? codeDeployPlan(request, situation, taskDefinition) : undefined,
    dryRun: request.dryRun,
    unchanged: isSame && settings === undefined,
  }
}

interface PlannedSettings extends Pick<SettingsUpdate, 'changes' | 'former'> {
  /** The deployment configuration, where it changes. */
  readonly configuration?: DeploymentConfiguration | undefined
  /** Whether ECS starts a deployment for them. */
  readonly starts: boolean
}

function plannedSettings(
  request: ServiceRequest,
  { service, engine, express }: Situation,
): PlannedSettings | undefined {
  if (express) return { ...express, former: { configuration: {}, express: express.former } }
  const update = isExpress(service) ? undefined : settingsUpdate(request, service, engine)
  if (update === undefined) return undefined
  const { deploymentConfiguration: configuration, loadBalancers } = update.members
  return { ...update, configuration, starts: loadBalancers !== undefined }
}

/** The plan with what decides how CodeDeploy's deployment goes. */
export function withSettings(plan: ServicePlan, group: DeploymentGroup, { codeDeploy }: ServiceRequest): ServicePlan {
  return plan.codeDeploy
    ? { ...plan, codeDeploy: { ...plan.codeDeploy, settings: settingsOf(group, codeDeploy) } }
    : plan
}

/** The revision to deploy where it exists: requested by name, already being deployed, or live. */
function existingRevision(
  request: ServiceRequest,
  { service, current, wanted, inFlight }: Situation,
): string | undefined {
  if (isCopied(request, service, wanted.arn)) return undefined
  if (wanted.arn !== undefined) return wanted.arn
  if (inFlight) return inFlight.taskDefinition
  return current && isEqual(wanted.definition, current) && hasTags(current, wanted.definition)
    ? runningTaskDefinition(service)
    : undefined
}

function isUnchanged(request: ServiceRequest, situation: Situation, arn: string | undefined): boolean {
  const { engine, service, inFlight, isListed } = situation
  // CodeDeploy takes no volumes, so that they are no reason for a deployment.
  const isAsked = request.forceNewDeployment || (engine === 'ecs-rolling' && request.volumeConfigurations !== undefined)
  const isScaled = countChange(request, situation) !== undefined
  if (isAsked || isScaled || inFlight || arn === undefined || arn !== runningTaskDefinition(service)) return false
  return isConsistent(service) && (engine === 'codedeploy' ? isListed || isAlone(service) : isSteady(service))
}

/** While CodeDeploy moves the traffic of a service, there are two task sets. */
function isAlone({ taskSets = [] }: Service): boolean {
  return taskSets.length <= 1
}

/** CodeDeploy changes no count. */
function countChange({ desiredCount: to }: ServiceRequest, { engine, service: { desiredCount: from = 0 } }: Situation) {
  return engine === 'codedeploy' || to === undefined || to === from ? undefined : { from, to }
}

function codeDeployPlan(request: ServiceRequest, { service, wanted }: Situation, arn: string | undefined) {
  const { application, deploymentGroup } = groupNameOf(request)
  return {
    application,
    deploymentGroup,
    deploymentConfig: request.codeDeploy.deploymentConfig,
    appSpec: appSpecFor(request, service, arn ?? `${wanted.definition.family ?? 'task definition'}:(new revision)`),
  }
}

/** Images of all containers, beside those of the definition before. */
export function images(current: JsonObject | undefined, wanted: JsonObject) {
  const before = new Map(containers(current).map(({ name, image }) => [name, image]))
  return containers(wanted).flatMap(({ name, image }) => {
    if (typeof name !== 'string' || typeof image !== 'string') return []
    const from = before.get(name)
    const old = typeof from === 'string' ? withoutCredentials(from) : undefined
    return [{ container: name, from: old, to: withoutCredentials(image) }]
  })
}

function containers(definition: JsonObject | undefined): readonly { readonly [member: string]: Json }[] {
  const list = definition?.containerDefinitions
  return Array.isArray(list) ? list.filter((item) => typeof item === 'object' && item !== null) : []
}
