import { randomUUID } from 'node:crypto'
import { deadlineIn } from '../../clock.ts'
import { causeOf } from '../../deployment/outcomes.ts'
import type { Cause } from '../../diagnosis/cause.ts'
import { Failure } from '../../failure.ts'
import { namingSettings } from '../../origins.ts'
import type { Action, Runner } from '../../runner/action.ts'
import { invalidInputs } from '../../runner/inputs.ts'
import type { Check } from '../../targets/steps/request/release-steps.ts'
import { asName, text } from '../../text.ts'
import { asDeployInputs } from '../inputs/rollback-inputs.ts'
import { awsInputsAt, type Place, placeOf } from '../targets/place.ts'
import { oneOffTask } from '../targets/requested-service.ts'
import { ownProbe } from '../targets/with-steps.ts'
import { openAws } from '../world/open-aws.ts'
import { withSecretsAndAbort } from '../world/secrets-and-abort.ts'
import { network, type World } from '../world/world.ts'
import { keepTasks, stopLeftTasks } from './left-tasks.ts'
import { type Checked, reportChecks } from './report-checks.ts'
import { type VerifyInputs, verifyInputs } from './verify-inputs.ts'

/** For calls to AWS before and between checks. Milliseconds. */
const retryTime = 5 * 60_000

/** Makes checks of anything, without a deployment. The network is a parameter, so that tests define the responses. */
export function createVerify(world: World): Action<typeof verifyInputs> {
  return {
    inputs: verifyInputs,
    main: (inputs, runner) => withSecretsAndAbort({}, runner, (calling) => main(inputs, calling, world)),
    post: (inputs, runner) => stopLeftTasks(inputs, runner, world),
  }
}

/** `verify` with the network of the runner. */
export const action = createVerify(network)

async function main(inputs: VerifyInputs, runner: Runner, world: World): Promise<void> {
  const { checks: given, onFailure: _, ...where } = inputs
  const place = await placeOf(asDeployInputs(where), runner)
  const checks = requireChecks(given === undefined ? place.verify : await readGiven(given), place, given)
  await namingSettings(place.origins, async () => {
    const checked: Checked[] = []
    const runTask = openTasks(inputs, place, runner, world)
    for (const check of checks) checked.push(await made(check, { runner, world, runTask }))
    await reportChecks(checked, inputs, runner)
  })
}

async function readGiven(given: string): Promise<readonly Check[]> {
  const { readChecks } = await import('../../config/read-checks.ts')
  return readChecks(given, { input: 'checks' })
}

function requireChecks(verify: readonly Check[] = [], { service }: Place, given: string | undefined): readonly Check[] {
  if (verify.length === 0)
    throw invalidInputs([
      given === undefined
        ? text`checks is required, or environment (and service) with verify in slipway.yml`
        : text`checks has no check`,
    ])
  const tasks = verify.filter(({ kind }) => kind === 'task')
  if (tasks.length > 0 && service === undefined)
    throw invalidInputs([
      text`service is required: the check ${asName(tasks[0]?.name ?? '')} is a task in the network of a service`,
    ])
  return verify
}

interface Making {
  readonly runner: Runner
  readonly world: World
  readonly runTask: ReturnType<typeof openTasks>
}

async function made(check: Check, { runner, world, runTask }: Making): Promise<Checked> {
  const { clock, signal } = runner
  if (check.kind === 'http') {
    const { runHttpCheck } = await import('../../targets/steps/index.ts')
    const probe = world.probe?.(runner) ?? (await ownProbe(runner))
    return { check, ...(await runHttpCheck(check, probe, { clock, signal })) }
  }
  const start = clock.monotonic()
  const cause = await runTask(check)
  const known = {
    check,
    name: text`task ${asName(check.name)}`,
    milliseconds: Math.round(clock.monotonic() - start),
    tries: 1,
  }
  if (cause === undefined) return { ...known, passed: true }
  const why = text`${cause.what}: ${cause.error ? text`${cause.error}: ` : []}${cause.why}`
  return { ...known, passed: false, why, advice: cause.fix }
}

/** Runs tasks with the live revision of the service. A task that could not be run is none that was passed. */
function openTasks(inputs: VerifyInputs, place: Place, runner: Runner, world: World) {
  return async (check: Extract<Check, { kind: 'task' }>): Promise<Cause | undefined> => {
    const { requireService, runningTaskDefinition, runTaskBeside } = await import('../../targets/ecs/index.ts')
    const { namedTask } = await import('../targets/with-steps.ts')
    const { cluster, service = '' } = place
    const { clock, signal } = runner
    const aws = openAws(
      awsInputsAt(inputs, place),
      runner,
      deadlineIn(clock, retryTime + check.timeout * 60_000),
      world.requestHandler,
    )
    const keep = keepTasks(place, runner)
    const context = { clock, signal, keep, credentialLifetime: aws.credentialLifetime }
    // Each check is a task of its own, also where two have the same name or the same step runs twice in a job.
    const key = randomUUID()
    const shared = oneOffTask(asDeployInputs({}), { cluster, service }, runner)
    const task = namedTask(check, { ...shared, idempotencyKey: key, earlierKeys: [] })
    try {
      const found = await requireService(await aws.ecs.describeService(cluster, service), { cluster, service }, aws.ecs)
      const revision = runningTaskDefinition(found) ?? ''
      const events = runTaskBeside(
        { task, phase: `Verify ${check.name}` },
        revision,
        { cluster, service },
        aws,
        context,
      )
      for (;;) {
        const { done, value } = await events.next()
        if (done) return value
        if (value.kind === 'note' || value.kind === 'warning') runner.log.info(text`${value.message}`)
        if (value.kind === 'output') for (const line of value.lines) runner.log.info(text`│ ${line}`)
      }
    } catch (error) {
      if (signal.aborted || !(error instanceof Failure)) throw error
      return causeOf(error)
    }
  }
}
