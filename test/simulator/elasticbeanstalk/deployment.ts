/** Deployments of application versions by the five policies, on the virtual clock. Texts of events: real runs of 2022 to 2026. */

import type { Script, Wait } from '../ecs/script.ts'
import { hexadecimal } from '../identifiers.ts'
import { isCluster, rollOut } from './cluster.ts'
import { type Deploying, runCommand } from './command.ts'
import { log } from './deployment-log.ts'
import { tell } from './events.ts'
import { type Environment, type Instance, type State, settingOf } from './state.ts'

const command = 'aws:elasticbeanstalk:command'

/** What `CreateEnvironment` and additional capacity add. */
export function newInstance({ world }: State, label: string, deploymentId: number): Instance {
  const now = world.clock.now()
  return {
    id: `i-${hexadecimal(world, 17)}`,
    label,
    deploymentId,
    status: 'Deployed',
    deployedAt: now,
    launchedAt: now,
  }
}

/** Begins to deploy a version to an environment that is ready. */
export function startDeployment(state: State, environment: Environment, label: string, requestId: string): void {
  environment.deployments++
  const deploying: Deploying = { state, environment, label, deploymentId: environment.deployments }
  const before = [...environment.instances]
  const policy = settingOf(environment, command, 'DeploymentPolicy') ?? 'AllAtOnce'
  const replaces = policy === 'Immutable' || policy === 'TrafficSplitting'
  environment.Status = 'Updating'
  environment.operation = {
    requestId,
    label,
    deploymentId: deploying.deploymentId,
    isAbortable: true,
    undo: () => {
      const extra = environment.instances.filter((instance) => !before.includes(instance))
      environment.instances = environment.instances.filter((instance) => before.includes(instance))
      return !replaces || extra.length === 0
    },
  }
  if (state.quirks.labelFromStart) environment.VersionLabel = label
  environment.player.play(deploy(deploying, policy))
}

/** One of two ends of a command that timed out; which one AWS chooses when, no page says. */
const commandTimeouts =
  'Update environment operation is complete, but with command timeouts. Try increasing the timeout period. For more information, see troubleshooting documentation.'

function* deploy(deploying: Deploying, policy: string): Script {
  const { state, environment, label } = deploying
  const previous = environment.expected
  tell(state, environment, 'Environment update is starting.')
  log(state, environment, `[INFO] Deployment of application version ${label} started`)
  yield { seconds: 3 }
  const succeeded = !isUnprocessable(deploying) && (yield* byPolicy(deploying, policy))
  if (succeeded) {
    environment.expected = { label, deploymentId: deploying.deploymentId }
    environment.VersionLabel = label
    tell(state, environment, 'New application version was deployed to running EC2 instances.')
    tell(state, environment, 'Environment update completed successfully.')
    log(state, environment, '[INFO] Deployment completed')
  } else {
    const behaviour = state.behaviour(label)
    const isLate = behaviour.kind === 'command-hangs' && behaviour.endsWithTimeouts === true
    environment.VersionLabel = isLate ? label : previous.label
    if (isLate) tell(state, environment, commandTimeouts)
    else tell(state, environment, 'Failed to deploy application.', 'ERROR')
    log(state, environment, '[ERROR] Deployment failed')
  }
  environment.Status = 'Ready'
  environment.operation = undefined
  environment.DateUpdated = new Date(state.world.clock.now())
}

/** A bundle that nobody asked to process is processed now. */
function isUnprocessable({ state, environment, label }: Deploying): boolean {
  const behaviour = state.behaviour(label)
  if (behaviour.kind !== 'processing-fails') return false
  tell(state, environment, behaviour.message, 'ERROR')
  return true
}

function byPolicy(deploying: Deploying, policy: string): Generator<Wait, boolean, void> {
  if (isCluster(deploying.environment)) return rollOut(deploying)
  switch (policy) {
    case 'Rolling':
      return rolling(deploying, false)
    case 'RollingWithAdditionalBatch':
      return rolling(deploying, true)
    case 'Immutable':
      return replacing(deploying, false)
    case 'TrafficSplitting':
      return replacing(deploying, true)
    default:
      return allAtOnce(deploying)
  }
}

function* allAtOnce(deploying: Deploying): Generator<Wait, boolean, void> {
  const { state, environment } = deploying
  tell(state, environment, 'Deploying new version to instance(s).')
  return yield* runCommand(deploying, environment.instances)
}

/** Instances of a batch, by `BatchSizeType` and `BatchSize`. */
function batchSize(environment: Environment): number {
  const size = Number(settingOf(environment, command, 'BatchSize') ?? 100)
  const isFixed = settingOf(environment, command, 'BatchSizeType') === 'Fixed'
  return Math.max(1, isFixed ? size : Math.floor((environment.instances.length * size) / 100))
}

function* rolling(deploying: Deploying, hasExtra: boolean): Generator<Wait, boolean, void> {
  const { state, environment } = deploying
  tell(state, environment, 'Deploying new version to instance(s).')
  const size = batchSize(environment)
  const old = [...environment.instances]
  const batches = Array.from({ length: Math.ceil(old.length / size) }, (_, index) =>
    old.slice(index * size, (index + 1) * size),
  )
  if (hasExtra && !(yield* addBatch(deploying, size))) return false
  const queue = hasExtra ? batches.slice(0, -1) : batches
  for (const [index, batch] of queue.entries()) if (!(yield* oneBatch(deploying, batch, index + 1))) return false
  if (hasExtra) yield* removeBatch(deploying, batches.at(-1) ?? [])
  return true
}

function* oneBatch(deploying: Deploying, batch: readonly Instance[], number: number): Generator<Wait, boolean, void> {
  const { state, environment } = deploying
  const ids = batch.map(({ id }) => id).join(', ')
  const say = (text: string) => tell(state, environment, `Batch ${number}: ${text}`)
  say(`Starting application deployment on instance(s) [${ids}].`)
  say('De-registering instance(s) from the load balancer and waiting for them to go out of service.')
  yield { seconds: state.quirks.deregistration }
  say('Starting application deployment command execution.')
  if (!(yield* runCommand(deploying, batch))) return false
  if (!(yield* passesChecks(deploying, batch))) return false
  say('Completed application deployment.')
  return true
}

function* addBatch(deploying: Deploying, size: number): Generator<Wait, boolean, void> {
  const { state, environment, label, deploymentId } = deploying
  yield { seconds: state.quirks.launch }
  const added = Array.from({ length: size }, () => newInstance(state, label, deploymentId))
  environment.instances.push(...added)
  tell(state, environment, `Added instance [${added.map(({ id }) => id).join(', ')}] to your environment.`)
  return yield* runCommand(deploying, added)
}

function* removeBatch({ state, environment }: Deploying, batch: readonly Instance[]): Generator<Wait, void, void> {
  yield { seconds: state.quirks.deregistration }
  environment.instances = environment.instances.filter((instance) => !batch.includes(instance))
  tell(state, environment, `Removed instance [${batch.map(({ id }) => id).join(', ')}] from your environment.`)
}

/** The health checks of enhanced health, which a batch must pass. */
function* passesChecks(deploying: Deploying, instances: readonly Instance[]): Generator<Wait, boolean, void> {
  const { state, environment, label } = deploying
  const behaviour = state.behaviour(label)
  const ignores = settingOf(environment, command, 'IgnoreHealthCheck') === 'true'
  if (behaviour.kind !== 'unhealthy' || ignores) {
    yield { seconds: state.quirks.health }
    return true
  }
  yield { seconds: state.quirks.healthLimit }
  for (const instance of instances) instance.status = 'Deployed'
  tellHealth(state, environment, 'Severe', behaviour.causes)
  return false
}

/** An event of enhanced health, which is of no operation. */
export function tellHealth(state: State, environment: Environment, to: string, causes: readonly string[]): void {
  const message = [`Environment health has transitioned from Ok to ${to}.`, ...causes].join(' ')
  const event = { at: state.world.clock.now(), message, severity: 'WARN' as const }
  state.events.push({ ...event, application: environment.ApplicationName, environment: environment.EnvironmentName })
}

/** Immutable and traffic-splitting deployments. No page has the events of the latter: those that differ are the simulator's own. */
function* replacing(deploying: Deploying, splits: boolean): Generator<Wait, boolean, void> {
  const { state, environment } = deploying
  const say = (text: string) => tell(state, environment, text)
  const old = [...environment.instances]
  if (!splits)
    say('Immutable deployment policy enabled. Launching one instance with the new settings to verify health.')
  const group = `awseb-e-${environment.EnvironmentId.slice(2)}-immutable-stack-AWSEBAutoScalingGroup-${hexadecimal(state.world, 12)}`
  say(`Created temporary auto scaling group ${group}.`)
  const launched = yield* launch(deploying, splits ? old.length : 1)
  if (launched === undefined) return false
  const fresh = splits ? launched : [...launched, ...((yield* launch(deploying, old.length - 1)) ?? [])]
  if (splits) yield* evaluate(deploying)
  if (fresh.some((instance) => !environment.instances.includes(instance))) return false
  const ids = fresh.map(({ id }) => id).join(', ')
  if (!splits) {
    say(`Detached new instance(s) from temporary auto scaling group ${group}.`)
    say('Attached new instance(s) to the permanent auto scaling group awseb-permanent.')
    say('Starting post-deployment configuration on new instances.')
    yield { seconds: 20 }
  } else say(`Shifted all traffic to instance(s) (${ids}).`)
  environment.VersionLabel = deploying.label
  say('Deployment succeeded. Terminating old instances and temporary Auto Scaling group.')
  environment.operation = environment.operation && { ...environment.operation, isAbortable: false }
  environment.expected = { label: deploying.label, deploymentId: deploying.deploymentId }
  yield { seconds: state.quirks.termination }
  environment.instances = environment.instances.filter((instance) => !old.includes(instance))
  return true
}

/** New instances with the version; undefined where they fail, and are terminated. */
function* launch(deploying: Deploying, count: number): Generator<Wait, readonly Instance[] | undefined, void> {
  const { state, environment, label, deploymentId } = deploying
  if (count < 1) return []
  const behaviour = state.behaviour(label)
  yield { seconds: state.quirks.launch }
  if (behaviour.kind === 'launch-fails') {
    tell(state, environment, behaviour.message, 'ERROR')
    return undefined
  }
  const added = Array.from({ length: count }, () => newInstance(state, label, deploymentId))
  environment.instances.push(...added)
  const ids = added.map(({ id }) => id).join(', ')
  const isDone = (yield* runCommand(deploying, added)) && (yield* attached(deploying, added, ids))
  if (isDone) return added
  yield { seconds: 30 }
  environment.instances = environment.instances.filter((instance) => !added.includes(instance))
  return undefined
}

function* attached(deploying: Deploying, added: readonly Instance[], ids: string): Generator<Wait, boolean, void> {
  const { state, environment } = deploying
  tell(state, environment, `Adding new instance(s) (${ids}) to the load balancer.`)
  tell(state, environment, `Waiting for instance(s) (${ids}) to pass health checks.`)
  return yield* passesChecks(deploying, added)
}

/** The time in which the new version has a share of the traffic. */
function* evaluate({ state, environment }: Deploying): Generator<Wait, void, void> {
  const splitting = 'aws:elasticbeanstalk:trafficsplitting'
  const percent = settingOf(environment, splitting, 'NewVersionPercent') ?? '10'
  const minutes = Number(settingOf(environment, splitting, 'EvaluationTime') ?? 5)
  tell(state, environment, `Shifting ${percent}% of traffic to the new version for ${minutes} minutes.`)
  yield { seconds: minutes * 60 }
}
