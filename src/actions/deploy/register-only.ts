import type { Aws } from '../../aws/connect.ts'
import type { Context } from '../../deployment/context.ts'
import { deploy } from '../../deployment/deploy.ts'
import type { DeploymentEvent } from '../../deployment/events.ts'
import type { Terms } from '../../deployment/terms.ts'
import type { Cause } from '../../diagnosis/cause.ts'
import { Failure } from '../../failure.ts'
import type { ImageStore } from '../../ports.ts'
import type { Runner } from '../../runner/action.ts'
import { requireSubnets, taskTarget } from '../../targets/task/index.ts'
import { text, untrusted } from '../../text.ts'
import type { DeployInputs } from '../inputs/deploy-inputs.ts'
import { markReported } from '../shared/reporter.ts'
import { keepPlace, savedRecord } from '../shared/saved-run.ts'
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

/** Without a service: registers the definition; with `run-task`, runs one task of it after a preflight. Told in the log alone. */
export async function registerOnly({ inputs, place, runner, aws, images, find }: Registration): Promise<void> {
  const { cluster } = place
  const { clock, signal } = runner
  const task = inputs.runTask ? oneOffTask(inputs, { cluster, service: '' }, runner) : undefined
  requireSubnets(task, undefined)
  const wanted = () => find(undefined, undefined)
  const target = taskTarget({ cluster, region: aws.region, wanted, task: task && (() => task) }, { ...aws, images })
  const keep = keeper(place, runner)
  let error: unknown
  let bad: Cause | undefined
  const interrupted = (thrown: unknown) => {
    error = thrown
  }
  const context = { clock, signal, keep, interrupted, credentialLifetime: aws.credentialLifetime }
  for await (const event of deploy(target, termsOf(inputs), context)) bad = report(event, runner) ?? bad
  if (!signal.aborted) markReported(runner)
  // Whether a call may have been carried out when a cancel ended it is said here.
  if (error !== undefined) throw error
  if (bad !== undefined) throw taskFailure(bad)
  if (inputs.dryRun)
    runner.log.info(text`Dry run, nothing changed: the task definition would be registered, and nothing deployed.`)
}

/** Keeps what the post step needs to stop a task, and sets outputs at once. */
function keeper(place: Place, runner: Runner): Context['keep'] {
  keepPlace(place, runner)
  return (part) => {
    runner.saveState(savedRecord, JSON.stringify(part))
    for (const [name, value] of Object.entries(part.outputs ?? {})) runner.setOutput(name, value)
  }
}

function taskFailure({ what, error, why, fix, docs }: Cause): Failure {
  return new Failure({ code: 'task-failed', what, why: error ? text`${error}: ${why}` : why, fix, docs })
}

function termsOf(inputs: DeployInputs): Terms {
  return {
    wait: true,
    waitMinutes: inputs.waitForMinutes,
    longestGap: inputs.waitMaxDelaySeconds === undefined ? undefined : inputs.waitMaxDelaySeconds * 1000,
    dryRun: inputs.dryRun,
    preflight: preflightPolicy(inputs),
    onCancel: 'leave',
  }
}

/** Returns the cause of an end that no error is thrown for. */
function report(event: DeploymentEvent, { log, setOutput }: Runner): Cause | undefined {
  switch (event.kind) {
    case 'versioned':
      log.info(text`Task definition ${untrusted(event.version.id)}; service is empty, nothing to deploy.`)
      setOutput('task-definition-arn', event.version.id)
      break
    case 'phase':
      log.info(text`${event.name}: ${event.status}`)
      break
    case 'warning':
      log.warning(text`${event.message}`, 'Preflight')
      break
    case 'note':
    case 'message':
      log.info(text`${event.message}`)
      break
    case 'output':
      for (const line of event.lines) log.info(text`│ ${line}`)
      break
    case 'finished': {
      const { outcome, cause } = event.verdict
      if (outcome === 'cancelled' && cause) log.warning(text`${cause.what}: ${cause.why}. ${cause.fix}`, 'Slipway')
      return outcome === 'failed' || outcome === 'timed-out' ? cause : undefined
    }
  }
  return undefined
}
