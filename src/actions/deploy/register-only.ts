import type { Aws } from '../../aws/connect.ts'
import type { Context } from '../../deployment/context.ts'
import type { PreflightPolicy } from '../../deployment/policies.ts'
import { Failure } from '../../failure.ts'
import type { ImageStore } from '../../ports.ts'
import type { Runner } from '../../runner/action.ts'
import type { WantedDefinition } from '../../targets/ecs/request/service-request.ts'
import { runOneOffTask } from '../../targets/ecs/tasks/run-task.ts'
import { requireSubnets } from '../../targets/ecs/tasks/task-network.ts'
import { register } from '../../task-definition/register.ts'
import { text, untrusted } from '../../text.ts'
import type { DeployInputs } from '../inputs/deploy-inputs.ts'
import type { Place } from '../targets/place.ts'
import { oneOffTask, preflightPolicy } from '../targets/requested-service.ts'
import type { FindDefinition } from '../targets/wanted-definition.ts'

interface Registration {
  readonly inputs: DeployInputs
  readonly place: Place
  readonly runner: Runner
  readonly aws: Aws
  readonly images: ImageStore
  readonly find: FindDefinition
}

/** Without a service: registers the definition; with `run-task`, runs one task of it after a preflight. */
export async function registerOnly(registration: Registration): Promise<void> {
  const { inputs, place, runner, aws, find } = registration
  const { cluster } = place
  const task = inputs.runTask ? oneOffTask(inputs, { cluster, service: '' }, runner) : undefined
  requireSubnets(task, undefined)
  const wanted = await find(undefined, undefined)
  const policy = preflightPolicy(inputs)
  // An image may be pushed after its definition is registered, but not after a task of it is started.
  if (policy && (task !== undefined || policy.only)) await lookAhead(wanted, policy, registration)
  if (inputs.dryRun)
    return runner.log.info(
      text`Dry run, nothing changed: the task definition would be registered, and nothing deployed.`,
    )
  const { taskDefinitionArn, definition } =
    wanted.arn === undefined
      ? await register(wanted.definition, aws, wanted.original)
      : { taskDefinitionArn: wanted.arn, definition: wanted.definition }
  runner.log.info(text`Task definition ${untrusted(taskDefinitionArn)}; service is empty, nothing to deploy.`)
  runner.setOutput('task-definition-arn', taskDefinitionArn)
  if (!task) return
  const keep: Context['keep'] = ({ runTaskArns: tasks = [] }) => {
    if (tasks.length > 0) runner.setOutput('run-task-arn', JSON.stringify(tasks))
  }
  const context: Context = { ...aws, clock: runner.clock, signal: runner.signal, keep }
  const events = runOneOffTask(
    { cluster, service: undefined, definition, taskDefinition: taskDefinitionArn, task },
    context,
  )
  for (;;) {
    const { done, value } = await events.next()
    if (!done) runner.log.info(text`${value.kind === 'phase' ? `${value.name}: ${value.status}` : value.kind}`)
    else if (value?.cause) throw new Failure({ ...value.cause, code: 'task-failed' })
    else return
  }
}

async function lookAhead(
  wanted: WantedDefinition,
  policy: PreflightPolicy,
  { inputs, place, runner, aws, images }: Registration,
): Promise<void> {
  const { preflight, tell } = await import('../../targets/ecs/prepare/run-preflight.ts')
  const { clock, signal, log } = runner
  const context: Context = { ...aws, clock, signal, images, keep: () => undefined }
  const request = { region: aws.region, cluster: place.cluster, service: '', codeDeploy: {}, preflight: policy }
  const nothing = { service: undefined, current: undefined, group: Promise.resolve(undefined), active: undefined }
  const found = await preflight(request, { ...nothing, wanted }, context)
  const asked = { ...request, dryRun: inputs.dryRun }
  for await (const event of tell(found, { request: asked, isQuiet: false }, context)) {
    if (event.kind === 'warning') log.warning(text`${event.message}`, 'Preflight')
    else if (event.kind === 'note') log.info(text`${event.message}`)
  }
}
