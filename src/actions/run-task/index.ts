import { resourceName } from '../../arn.ts'
import { deploy } from '../../deployment/deploy.ts'
import type { Terms } from '../../deployment/terms.ts'
import { namingSettings, type Origins } from '../../origins.ts'
import type { Action, Runner } from '../../runner/action.ts'
import { type TaskRequest, taskNouns, taskTarget } from '../../targets/task/index.ts'
import { asDeployInputs } from '../inputs/rollback-inputs.ts'
import { openReport } from '../shared/open-report.ts'
import { settleInPost } from '../shared/post-step.ts'
import { runAndReport } from '../shared/run-and-report.ts'
import { awsInputsAt, type Place, placeOf } from '../targets/place.ts'
import { findDefinition } from '../targets/wanted-definition.ts'
import { endOfJob, openAws } from '../world/open-aws.ts'
import { openImageStore } from '../world/open-image-store.ts'
import { withSecretsAndAbort } from '../world/secrets-and-abort.ts'
import { network, type World } from '../world/world.ts'
import { requestedTask } from './requested-task.ts'
import { type RunTaskInputs, runTaskInputs, withoutAliases } from './run-task-inputs.ts'
import { noOutputs, outputsOf } from './task-outputs.ts'

/** Runs one-off tasks. The network is a parameter, so that tests define the responses of AWS and Slack. */
export function createRunTask(world: World): Action<typeof runTaskInputs> {
  return {
    inputs: runTaskInputs,
    main: (inputs, runner) => withSecretsAndAbort(inputs, runner, (calling) => begin(inputs, calling, runner, world)),
    post: (inputs, runner) => settleInPost(deployInputsOf(withoutAliases(inputs)), declared(runner), world),
  }
}

/** `run-task` with the network of the runner. */
export const action = createRunTask(network)

/** The inputs in the form of the actions that share them. */
function deployInputsOf(inputs: RunTaskInputs) {
  const { awsRegion, roleToAssume, roleSessionName, roleDurationSeconds, audience, allowedAccountIds } = inputs
  const { slackToken, slackWebhookUrl, slackChannel, slackMessageTs, slackMention, url } = inputs
  const { cluster, service, taskDefinition, image, container: containerName, environment, config, dryRun } = inputs
  return asDeployInputs({
    ...{ awsRegion, roleToAssume, roleSessionName, roleDurationSeconds, audience, allowedAccountIds },
    ...{ slackToken, slackWebhookUrl, slackChannel, slackMessageTs, slackMention, url },
    ...{ cluster, service, taskDefinition, image, containerName, environment, config, dryRun },
  })
}

/** This action has another name for the container than those that share its code. */
function ownNames({ overrideContainer }: RunTaskInputs, origins: Origins | undefined): Origins {
  const container = `the input ${overrideContainer === undefined ? 'container' : 'override-container'}`
  return (name) => origins?.(name) ?? (name === 'container-name' ? container : undefined)
}

/** `calling`: the runner with a signal that also aborts calls to AWS once the report is complete. */
async function begin(given: RunTaskInputs, calling: Runner, runner: Runner, world: World): Promise<void> {
  const inputs = withoutAliases(given)
  const found = await placeOf(deployInputsOf(inputs), runner)
  const place = { ...found, origins: ownNames(given, found.origins) }
  await namingSettings(place.origins, () => run(inputs, place, calling, runner, world))
}

async function run(inputs: RunTaskInputs, found: Place, calling: Runner, runner: Runner, world: World): Promise<void> {
  const deploying = deployInputsOf(inputs)
  const aws = openAws(awsInputsAt(deploying, found), calling, endOfJob(runner.clock), world.requestHandler)
  const place = { ...found, subject: subjectOf(inputs, found) }
  const terms = termsOf(inputs, found)
  const request: TaskRequest = {
    cluster: place.cluster,
    region: aws.region,
    service: place.service,
    wanted: findDefinition(deploying, place, runner, aws.ecs),
    task: requestedTask(inputs, runner, place.container),
    outputsOf,
  }
  for (const name of noOutputs) runner.setOutput(name, '')
  const where = { cluster: place.cluster, service: place.service, region: aws.region }
  const own = declared(runner)
  const { reporter, keep } = await openReport(deploying, place, where, own, world.fetch, { purpose: undefined })
  const images = openImageStore({ aws, runner: calling, fetch: world.fetch })
  const { clock, signal } = runner
  const context = { clock, signal, keep, credentialLifetime: aws.credentialLifetime }
  await runAndReport(deploy(taskTarget(request, { ...aws, images }), terms, context), keep, reporter, own)
}

/** Outputs that every report has and this action has not: a task is no deployment. */
const undeclared = [
  'previous-task-definition-arn',
  'deployment-id',
  'codedeploy-deployment-id',
  'console-url',
  'run-task-arn',
]

function declared(runner: Runner): Runner {
  return {
    ...runner,
    setOutput(name, value) {
      if (!undeclared.includes(name)) runner.setOutput(name, value)
    },
  }
}

/** The task is called after its service, or after its definition. */
function subjectOf({ taskDefinition }: RunTaskInputs, { service, cluster, taskDefinition: configured }: Place) {
  const definition = taskDefinition ?? configured ?? ''
  const named = definition
    .split('/')
    .at(-1)
    ?.replace(/\.(?:json|ya?ml)$/, '')
  return {
    service: service === undefined ? (named ?? '') : resourceName(service),
    home: { kind: 'cluster', name: resourceName(cluster) },
    nouns: taskNouns,
    outputs: { version: 'task-definition-arn', previous: 'previous-task-definition-arn', own: {} },
  }
}

function termsOf(inputs: RunTaskInputs, { origins }: Place): Terms {
  return {
    origins,
    wait: true,
    waitMinutes: inputs.waitForMinutes,
    longestGap: inputs.waitMaxDelaySeconds === undefined ? undefined : inputs.waitMaxDelaySeconds * 1000,
    dryRun: inputs.dryRun,
    preflight: inputs.preflight === 'off' ? undefined : { only: false, secretKeys: true },
    onCancel: inputs.onCancel,
  }
}
