import type { PreflightPolicy } from '../../deployment/policies.ts'
import type { Source as DocumentSource } from '../../document/document.ts'
import type { JsonObject } from '../../ports.ts'
import type { Runner } from '../../runner/action.ts'
import type { Source } from '../../source.ts'
import { combineSettings } from '../../targets/ecs/request/requested-settings.ts'
import { serviceDefinitionIn } from '../../targets/ecs/request/service-definition-file.ts'
import type {
  CodeDeployRequest,
  OneOffTask,
  ServiceDefinition,
  ServiceRequest,
} from '../../targets/ecs/request/service-request.ts'
import type { DeployInputs } from '../inputs/deploy-inputs.ts'
import { settingsOf } from '../inputs/strategy-inputs.ts'
import type { Place } from './place.ts'
import { guardOf } from './requested-guard.ts'
import { namedTask } from './with-steps.ts'

/** The typed request of the action's inputs. `wanted` finds and renders the definition; `source` is what is deployed. */
export async function deployRequest(
  inputs: DeployInputs,
  place: Place & { readonly service: string },
  region: string,
  runner: Runner,
  wanted: ServiceRequest['wanted'],
  source: Source | undefined,
): Promise<ServiceRequest> {
  return {
    cluster: place.cluster,
    service: place.service,
    region,
    origins: place.origins,
    wanted,
    desiredCount: inputs.desiredCount,
    forceDesiredCount: inputs.forceDesiredCount,
    serviceDefinition: await serviceDefinition(place, runner),
    settings: combineSettings(place.settings, settingsOf(inputs)),
    forceNewDeployment: inputs.forceNewDeployment,
    followTags: true,
    enableEcsManagedTags: inputs.enableEcsManagedTags,
    propagateTags: inputs.propagateTags,
    volumeConfigurations: volume(inputs.serviceManagedEbsVolumeName, inputs.serviceManagedEbsVolume),
    codeDeploy: await codeDeployRequest(inputs, place, runner),
    runTask: inputs.runTask ? oneOffTask(inputs, place, runner) : undefined,
    ...tasksOf(place, oneOffTask(inputs, place, runner)),
    wait: inputs.waitForServiceStability,
    waitMinutes: inputs.waitForMinutes,
    longestGap: inputs.waitMaxDelaySeconds === undefined ? undefined : inputs.waitMaxDelaySeconds * 1000,
    deploymentId: inputs.deploymentId,
    waitFor: inputs.waitFor,
    failFastAfter: inputs.failFastAfter,
    dryRun: inputs.dryRun,
    preflight: preflightPolicy(inputs),
    guard: guardOf(inputs, source, runner),
    onPause: inputs.onPause,
    onConflict: inputs.onConflict,
    onCancel: inputs.onCancel,
  }
}

/** The tasks of slipway.yml, and the checks that are tasks. */
function tasksOf(
  { tasks = [], verify = [] }: Pick<Place, 'tasks' | 'verify'>,
  own: OneOffTask,
): Pick<ServiceRequest, 'tasksBefore' | 'tasksLater'> {
  const before = tasks.filter(({ when }) => when === 'before')
  const later = [...tasks.filter((task) => !before.includes(task)), ...verify.filter((check) => check.kind === 'task')]
  return {
    tasksBefore: before.map((task) => namedTask(task, own)),
    tasksLater: later.map((task) => namedTask(task, own)),
  }
}

/** Undefined: no preflight. */
export function preflightPolicy({ preflight, checkSecretKeys }: DeployInputs): PreflightPolicy | undefined {
  return preflight === 'off' ? undefined : { only: preflight === 'only', secretKeys: checkSecretKeys }
}

async function codeDeployRequest(inputs: DeployInputs, place: Place, runner: Runner): Promise<CodeDeployRequest> {
  return {
    application: place.codeDeployApplication,
    deploymentGroup: place.codeDeployDeploymentGroup,
    deploymentConfig: inputs.codedeployDeploymentConfig,
    description: inputs.codedeployDeploymentDescription,
    appSpec: await appSpec(inputs, place, runner),
    appSpecSource: appSpecSource(inputs, place),
    alarms: inputs.codedeployAlarms,
    autoRollback: inputs.codedeployAutoRollback,
  }
}

/** The task of `run-task`; also used where there is no service at all. */
export function oneOffTask(inputs: DeployInputs, place: Named, runner: Runner): OneOffTask {
  const assignPublicIp = inputs.runTaskAssignPublicIP
  return {
    overrides: inputs.runTaskContainerOverrides,
    subnets: inputs.runTaskSubnets,
    securityGroups: inputs.runTaskSecurityGroups,
    assignPublicIp: assignPublicIp === 'ENABLED' || assignPublicIp === 'DISABLED' ? assignPublicIp : undefined,
    launchType: inputs.runTaskLaunchType,
    capacityProviderStrategy: inputs.runTaskCapacityProviderStrategy,
    startedBy: inputs.runTaskStartedBy,
    tags: inputs.runTaskTags,
    volumeConfigurations: volume(inputs.runTaskManagedEbsVolumeName, inputs.runTaskManagedEbsVolume),
    enableEcsManagedTags: inputs.enableEcsManagedTags,
    propagateTags: taskTagSource(inputs),
    awaitStop: inputs.waitForTaskStopped,
    waitMinutes: inputs.waitForMinutes,
    onCancel: inputs.onCancel === 'leave' ? 'leave' : 'stop',
    idempotencyKey: tryOf(place, runner),
    earlierKeys: earlierTries(runner).map((attempt) => tryOf(place, runner, attempt)),
  }
}

/** Attempts of this run whose tasks may still run, the last one first. */
function earlierTries({ environment: { GITHUB_RUN_ATTEMPT = '1' } }: Runner): readonly string[] {
  const before = Number(GITHUB_RUN_ATTEMPT) - 1
  return [before, before - 1, before - 2].filter((attempt) => attempt > 0).map(String)
}

interface Named {
  readonly cluster: string
  readonly service: string
}

/** What this step of this attempt of this run is, and to what. */
function tryOf(
  { cluster, service }: Named,
  { environment }: Runner,
  attempt: string | undefined = environment.GITHUB_RUN_ATTEMPT,
): string {
  const { GITHUB_REPOSITORY, GITHUB_RUN_ID, GITHUB_JOB, GITHUB_ACTION } = environment
  return [GITHUB_REPOSITORY, GITHUB_RUN_ID, attempt, GITHUB_JOB, GITHUB_ACTION, cluster, service].join(' ')
}

/** Read whether or not it is needed, so that a mistake in it shows before the day on which it is. */
async function serviceDefinition(
  { serviceDefinition: file, ...place }: Named & Pick<Place, 'serviceDefinition'>,
  runner: Runner,
): Promise<ServiceDefinition | undefined> {
  if (file === undefined) return undefined
  const written = serviceDefinitionIn(await runner.files.readText(file, 'service-definition'), file)
  return { ...written, idempotencyKey: tryOf(place, runner) }
}

/** RunTask refuses `SERVICE`, and `NONE` is what it does anyway. */
function taskTagSource({ propagateTags }: DeployInputs): string | undefined {
  return propagateTags === 'TASK_DEFINITION' ? propagateTags : undefined
}

function volume(name: string | undefined, managedEBSVolume: JsonObject | undefined): readonly JsonObject[] | undefined {
  return name === undefined || managedEBSVolume === undefined ? undefined : [{ name, managedEBSVolume }]
}

/** An AppSpec itself, and not where it is: no path has several lines or begins like this. */
function isInline(given: string): boolean {
  return /\n|^\{|^version\s*:/i.test(given)
}

function appSpecSource(
  { codedeployAppspec: given }: DeployInputs,
  { codeDeployAppSpec: file }: Place,
): DocumentSource | undefined {
  if (given !== undefined && isInline(given)) return { input: 'codedeploy-appspec' }
  const path = given ?? file
  return path === undefined ? undefined : { file: path }
}

/** The AppSpec of the input or of slipway.yml. Undefined: it is generated from the service. */
export async function appSpec(
  { codedeployAppspec: given }: Pick<DeployInputs, 'codedeployAppspec'>,
  { codeDeployAppSpec: file }: Place,
  { files }: Runner,
): Promise<string | undefined> {
  if (given !== undefined && isInline(given)) return given
  const path = given ?? file
  return path === undefined ? undefined : await files.readText(path, 'codedeploy-appspec')
}
