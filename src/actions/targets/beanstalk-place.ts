import type { BeanstalkTarget } from '../../config/select-beanstalk.ts'
import type { Terms } from '../../deployment/terms.ts'
import type { Runner } from '../../runner/action.ts'
import { fieldOf, readInputs } from '../../runner/inputs.ts'
import type { Source } from '../../source.ts'
import { beanstalkOutputs, environmentNouns } from '../../targets/beanstalk/request/beanstalk-nouns.ts'
import type { BeanstalkChange } from '../../targets/beanstalk/request/beanstalk-request.ts'
import {
  type DeployBeanstalkInputs,
  deployBeanstalkInputs,
  type GivenBeanstalkInputs,
  withoutAliases,
} from '../inputs/deploy-beanstalk-inputs.ts'
import type { DeployInputs } from '../inputs/deploy-inputs.ts'
import { givenInputs } from '../inputs/lost-inputs.ts'
import { asDeployInputs } from '../inputs/rollback-inputs.ts'
import type { Place } from './place.ts'
import { guardOf } from './requested-guard.ts'

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

/** The inputs of the channels, in the form of the actions that share them. */
export function reportInputs(inputs: GivenBeanstalkInputs): DeployInputs {
  const { slackToken, slackWebhookUrl, slackChannel, slackMessageTs, slackMention, githubToken, url } = inputs
  const { awsRegion = inputs.region, roleToAssume, roleSessionName } = inputs
  const { roleDurationSeconds, audience, allowedAccountIds } = inputs
  return asDeployInputs({
    ...{ slackToken, slackWebhookUrl, slackChannel, slackMessageTs, slackMention, githubToken, url },
    ...{ awsRegion, roleToAssume, roleSessionName, roleDurationSeconds, audience, allowedAccountIds },
    dryRun: inputs.dryRun,
    environment: inputs.environment,
  })
}

/** Inputs of `deploy-beanstalk`, completed by slipway.yml. An input that has its default value is one that is not given. */
export function beanstalkInputsAt(given: GivenBeanstalkInputs, target: BeanstalkTarget): DeployBeanstalkInputs {
  const texts: Readonly<Record<string, string | undefined>> = {
    ...target.settings,
    'aws-region': target.region,
    'role-to-assume': target.roleArn,
    'allowed-account-ids': target.accountId,
    'slack-channel': target.slackChannel,
    url: target.url,
  }
  const configured = readInputs(deployBeanstalkInputs, (name) => texts[name] ?? '', [])
  const own = new Set(givenInputs(deployBeanstalkInputs, given).map(fieldOf))
  const isEarlier = given.rollBack || given.deploymentId !== undefined || given.versionLabel !== undefined
  // What slipway.yml deploys is no part of a rollback.
  const content = isEarlier ? { sourceDirectory: undefined, deploymentPackagePath: undefined } : {}
  return withoutAliases({
    ...configured,
    ...content,
    ...Object.fromEntries(Object.entries(given).filter(([field]) => own.has(field))),
  })
}

/** The inputs of an environment of Elastic Beanstalk that the action `deploy` deploys to. `image`: with its registry. */
export function beanstalkInputsOf(
  inputs: DeployInputs,
  target: BeanstalkTarget,
  image: string | undefined,
): DeployBeanstalkInputs {
  const { awsRegion, roleToAssume, roleSessionName, roleDurationSeconds, audience, allowedAccountIds } = inputs
  const { environment, dryRun, guard, onDiverged, allowOlder, revision, waitForMinutes, slackChannel, url } = inputs
  const { onConflict, onCancel, waitMaxDelaySeconds, waitForServiceStability: waitForDeployment } = inputs
  const { imageInput } = target
  const given = {
    ...readInputs(deployBeanstalkInputs, () => '', []),
    ...{ awsRegion, roleToAssume, roleSessionName, roleDurationSeconds, audience, allowedAccountIds },
    ...{ environment, dryRun, guard, onDiverged, allowOlder, revision, waitForMinutes, slackChannel, url },
    ...{ onConflict, onCancel, waitMaxDelaySeconds, waitForDeployment },
    ...(imageInput === 'image' && { image }),
    ...(imageInput === 'image-uri' && { imageUri: image }),
  }
  return beanstalkInputsAt(given, target)
}

/** The environment as reports name it; kept for the post step. */
export function reportPlace(
  inputs: DeployBeanstalkInputs,
  region: string | undefined,
  target?: BeanstalkTarget,
): Place & { readonly service: string } {
  const { environment, environmentName: name, applicationName: application } = inputs
  return {
    environment,
    name: target?.name ?? name,
    region,
    accountId: target?.accountId,
    roleArn: inputs.roleToAssume,
    after: target?.after,
    verify: target?.verify,
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
