/** A version that is put on instances: commands, their events and their log. */
import type { Wait } from '../ecs/script.ts'
import { log } from './deployment-log.ts'
import { tell } from './events.ts'
import type { Environment, Instance, State } from './state.ts'

/** What Elastic Beanstalk adds to `Timeout` before a command has timed out. Seconds. */
export const graceSeconds = 240

/** The deployment, as far as its steps need it. */
export interface Deploying {
  readonly state: State
  readonly environment: Environment
  readonly label: string
  readonly deploymentId: number
}

const timeoutOf = (environment: Environment) =>
  Number(environment.settings.get('aws:elasticbeanstalk:command Timeout')?.Value ?? 600)

const list = (instances: readonly Instance[]) => `[${instances.map(({ id }) => id).join(', ')}]`

/** Whether this version fails on this instance, by its place in the fleet. */
function failsOn(deploying: Deploying, instance: Instance): boolean {
  const behaviour = deploying.state.behaviour(deploying.label)
  if (behaviour.kind !== 'command-fails' && behaviour.kind !== 'command-hangs') return false
  return behaviour.on?.includes(deploying.environment.instances.indexOf(instance)) ?? true
}

function begin({ state, label, deploymentId }: Deploying, instances: readonly Instance[]): void {
  for (const instance of instances) {
    instance.label = label
    instance.deploymentId = deploymentId
    instance.status = 'In Progress'
    instance.deployedAt = state.world.clock.now()
  }
}

/** Runs the command of the deployment on some instances. Returns whether it succeeded on all. */
export function* runCommand(deploying: Deploying, instances: readonly Instance[]): Generator<Wait, boolean, void> {
  const { state, environment, label } = deploying
  const behaviour = state.behaviour(label)
  begin(deploying, instances)
  const failing = instances.filter((instance) => failsOn(deploying, instance))
  log(state, environment, `[INFO] Instance ${instances[0]?.id}: downloading application version ${label}`)
  if (behaviour.kind === 'command-hangs' && failing.length > 0) return yield* hang(deploying, instances, failing)
  yield { seconds: state.quirks.command }
  for (const instance of instances) instance.status = failing.includes(instance) ? 'Failed' : 'Deployed'
  const succeeded = instances.length - failing.length
  if (behaviour.kind !== 'command-fails' || failing.length === 0) {
    log(state, environment, '[INFO] Instance deployment completed successfully')
    for (const _ of instances) tell(state, environment, 'Instance deployment completed successfully.')
    return true
  }
  const step = behaviour.step ?? 'RunAppDeployPreBuildHooks'
  log(state, environment, `[ERROR] ${step} failed with exit status ${behaviour.exitCode}`, ...behaviour.log.slice(-50))
  tell(state, environment, "Instance deployment failed. For details, see 'eb-engine.log'.", 'ERROR')
  const said = `Command failed on instance. Return code: ${behaviour.exitCode} Output: Engine execution has encountered an error..`
  for (const { id } of failing) tell(state, environment, `[Instance: ${id}] ${said}`, 'ERROR')
  summarize(deploying, succeeded, failing, 'Failed')
  return false
}

function* hang(
  { state, environment, label, deploymentId }: Deploying,
  instances: readonly Instance[],
  failing: readonly Instance[],
): Generator<Wait, boolean, void> {
  yield { seconds: state.quirks.command }
  for (const instance of instances) if (!failing.includes(instance)) instance.status = 'Deployed'
  yield { seconds: timeoutOf(environment) + graceSeconds - state.quirks.command }
  const said =
    'The following instances have not responded in the allowed command timeout time (they might still finish eventually on their own)'
  tell(state, environment, `${said}: ${list(failing)}.`, 'WARN')
  const behaviour = state.behaviour(label)
  if (behaviour.kind === 'command-hangs' && behaviour.endsWithTimeouts) return false
  summarize({ state, environment, label, deploymentId }, instances.length - failing.length, failing, 'TimedOut')
  return false
}

function summarize(
  { state, environment }: Deploying,
  succeeded: number,
  failing: readonly Instance[],
  how: 'Failed' | 'TimedOut',
): void {
  const counts = `[Successful: ${succeeded}, ${how}: ${failing.length}]`
  tell(state, environment, `Command execution completed on all instances. Summary: ${counts}.`)
  const ids = failing.map(({ id }) => `'${id}'`).join(', ')
  tell(state, environment, `Unsuccessful command execution on instance id(s) ${ids}. Aborting the operation.`, 'ERROR')
}
