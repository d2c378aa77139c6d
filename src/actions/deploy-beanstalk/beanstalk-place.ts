import { originFrom } from '../../deployment/origin.ts'
import type { Guard } from '../../deployment/policies.ts'
import type { Terms } from '../../deployment/terms.ts'
import type { Runner } from '../../runner/action.ts'
import type { Source } from '../../source.ts'
import { beanstalkOutputs, environmentNouns } from '../../targets/beanstalk/request/beanstalk-nouns.ts'
import type { BeanstalkChange } from '../../targets/beanstalk/request/beanstalk-request.ts'
import type { DeployInputs } from '../inputs/deploy-inputs.ts'
import { asDeployInputs } from '../inputs/rollback-inputs.ts'
import type { Place } from '../targets/place.ts'
import type { DeployBeanstalkInputs } from './deploy-beanstalk-inputs.ts'

/** Longer than an environment needs to return to Ok after a deployment. Minutes. */
const usualRecovery = 5

/** What is deployed, and how. */
export function beanstalkRequest(
  inputs: DeployBeanstalkInputs,
  source: Source | undefined,
  runner: Runner,
  wanted: BeanstalkChange['wanted'],
): { readonly change: BeanstalkChange; readonly terms: Terms } {
  const { waitForEnvironmentRecovery: recovery, deploymentTimeout, waitMaxDelaySeconds: longest } = inputs
  const change: BeanstalkChange = {
    application: inputs.applicationName,
    environment: inputs.environmentName,
    wanted,
    settings: inputs.optionSettings,
    acceptedHealth: recovery === 'off' ? ['Green', 'Yellow', 'Red', 'Grey'] : inputs.acceptedHealth,
    recoveryMinutes: recovery === 'off' || recovery === undefined ? usualRecovery : recovery / 60,
    rollsBack: inputs.rollBackOnFailure,
    keepVersions: inputs.keepVersions,
    swap: swapOf(inputs),
    bucket: inputs.s3BucketName,
    usesExisting: inputs.useExistingApplicationVersionIfAvailable,
  }
  const terms: Terms = {
    wait: inputs.waitForDeployment,
    waitMinutes: deploymentTimeout === undefined ? inputs.waitForMinutes : Math.ceil(deploymentTimeout / 60),
    longestGap: longest === undefined ? undefined : longest * 1000,
    dryRun: inputs.dryRun,
    guard: guardOf(inputs, source, runner),
    deploymentId: inputs.deploymentId,
    waitFor: inputs.waitFor,
    // An environment is often not Ready for some minutes: a managed update, a change of settings.
    onConflict: inputs.onConflict ?? 'wait',
    onCancel: inputs.onCancel,
  }
  return { change, terms }
}

function swapOf({ swapEnvironmentName: environment, swapCnamePrefix: cnamePrefix }: DeployBeanstalkInputs) {
  return environment === undefined || cnamePrefix === undefined ? undefined : { environment, cnamePrefix }
}

/** Undefined without a commit: where none is known there is no order that could be kept. */
function guardOf(
  { guard: mode, onDiverged, allowOlder }: DeployBeanstalkInputs,
  source: Source | undefined,
  { environment }: Runner,
): Guard | undefined {
  if (mode === 'off' || source === undefined) return undefined
  const { GITHUB_RUN_ID = '', GITHUB_RUN_ATTEMPT = '1' } = environment
  const { revision: commit, repository, branch: ref = '' } = source
  const origin = originFrom({ commit, repository, run: `${GITHUB_RUN_ID}/${GITHUB_RUN_ATTEMPT}`, ref })
  return { mode, onDiverged, allowOlder, origin }
}

/** The inputs of the channels, in the form of the actions that share them. */
export function reportInputs(inputs: DeployBeanstalkInputs): DeployInputs {
  const { slackToken, slackWebhookUrl, slackChannel, slackMessageTs, slackMention, githubToken, url } = inputs
  const { awsRegion, roleToAssume, roleSessionName, roleDurationSeconds, audience, allowedAccountIds } = inputs
  return asDeployInputs({
    ...{ slackToken, slackWebhookUrl, slackChannel, slackMessageTs, slackMention, githubToken, url },
    ...{ awsRegion, roleToAssume, roleSessionName, roleDurationSeconds, audience, allowedAccountIds },
    dryRun: inputs.dryRun,
    environment: inputs.environment,
  })
}

/** The environment as reports name it; kept for the post step. */
export function reportPlace(inputs: DeployBeanstalkInputs, region: string | undefined): Place {
  const { environment, environmentName: name, applicationName: application } = inputs
  return {
    environment,
    name,
    region,
    allowedAccountIds: inputs.allowedAccountIds,
    cluster: application,
    service: name,
    image: inputs.image ?? inputs.imageUri,
    url: inputs.url?.replace(/(?<=:\/\/)[^/?#\s]*@/, ''),
    slackChannel: inputs.slackChannel,
    facts: [],
    subject: {
      service: name,
      home: { kind: 'application', name: application },
      nouns: environmentNouns,
      outputs: beanstalkOutputs,
    },
  }
}
