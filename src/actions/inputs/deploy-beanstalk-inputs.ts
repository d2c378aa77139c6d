import { longestWatchMinutes } from '../../deployment/watch-deadline.ts'
import {
  flag,
  type InputReader,
  type Inputs,
  integer,
  integerUpTo,
  invalidInputs,
  list,
  matching,
  oneOf,
  optionalName,
  optionalOneOf,
  optionalText,
} from '../../runner/inputs.ts'
import { text } from '../../text.ts'
import { awsInputs } from './aws-inputs.ts'
import { channelInputs } from './channel-inputs.ts'
import { image } from './image-inputs.ts'
import { optionSettings } from './option-settings.ts'
import { revisionInput } from './revision-input.ts'

/** An input of another action that cannot be supported, with what to do instead; `false` is the same as nothing. */
function notSupported(instead: string): InputReader<undefined> {
  return (given) => {
    if (given === '' || given === 'false') return undefined
    throw new Error(`is not supported: ${instead}`)
  }
}

/** `true`, `false`, or seconds. Undefined: the usual time. */
const recovery: InputReader<number | 'off' | undefined> = (given) => {
  if (/^(|true|True|TRUE)$/.test(given)) return undefined
  if (/^(false|False|FALSE)$/.test(given)) return 'off'
  if (/^\d{1,5}$/.test(given) && Number(given) <= 21_600) return Number(given)
  throw new Error(`must be true, false or seconds from 0 to 21600, not "${given}"`)
}

/** Labels are in addresses and events: no slash, no space, at most 100 characters (API reference, CreateApplicationVersion). */
const versionLabel = matching(/^[^/\s]{1,100}$/, 'a version label: at most 100 characters, no slash and no space')

/** API reference, CreateEnvironment. */
const environmentName = matching(
  /^[A-Za-z0-9-]{4,40}$/,
  'the name of an environment: 4 to 40 letters, digits and hyphens',
)

const colors: InputReader<readonly string[]> = (given) => {
  if (given === '') return ['Green', 'Yellow']
  const named = list(given)
  const wrong = named.filter((color) => !/^(Green|Yellow|Red|Grey)$/.test(color))
  if (wrong.length > 0) throw new Error(`must be one of Green, Yellow, Red or Grey, not "${wrong.join(', ')}"`)
  return named
}

const platform = 'a deployment never changes the platform; use managed updates, or change it once in the AWS console'
const creation = 'create the environment once, with infrastructure as code or in the AWS console, and deploy to it'

/** Inputs of `aws-actions/aws-elasticbeanstalk-deploy` v1, under their names and with their meaning. */
const peerInputs = {
  'application-name': optionalText,
  'environment-name': environmentName,
  'version-label': versionLabel,
  'version-description': optionalText,
  'deployment-package-path': optionalName,
  'source-directory': optionalName,
  'exclude-patterns': list,
  'image-uri': image,
  'option-settings': optionSettings,
  'wait-for-deployment': flag(true),
  'wait-for-environment-recovery': recovery,
  'deployment-timeout': integer(60, 21_600, undefined),
  'use-existing-application-version-if-available': flag(false),
  's3-bucket-name': optionalText,
  'create-s3-bucket-if-not-exists': flag(true),
  'max-retries': integer(0, 100, undefined),
  'retry-delay': integer(0, 3600, undefined),
  'verbose-logging': flag(false),
  'create-environment-if-not-exists': notSupported(creation),
  'create-application-if-not-exists': notSupported(creation),
  'cname-prefix': notSupported(creation),
  'solution-stack-name': notSupported(platform),
  'platform-arn': notSupported(platform),
  'build-configuration': notSupported('build the image with actions/build-push, and set image-uri'),
}

/** Reads an input by another name; undefined where it is not given. */
function alias<T>(reader: InputReader<T>): InputReader<T | undefined> {
  return (given, warn) => (given === '' ? undefined : reader(given, warn))
}

const keys = 'set role-to-assume, or run aws-actions/configure-aws-credentials before this step'

/** Inputs of `einaregilsson/beanstalk-deploy` v22, under their names. */
const aliases = {
  application_name: alias(peerInputs['application-name']),
  environment_name: alias(peerInputs['environment-name']),
  version_label: alias(peerInputs['version-label']),
  version_description: alias(peerInputs['version-description']),
  deployment_package: alias(peerInputs['deployment-package-path']),
  existing_bucket_name: alias(peerInputs['s3-bucket-name']),
  use_existing_version_if_available: alias(peerInputs['use-existing-application-version-if-available']),
  wait_for_deployment: alias(peerInputs['wait-for-deployment']),
  wait_for_environment_recovery: alias(peerInputs['wait-for-environment-recovery']),
  max_backoff_retries: alias(peerInputs['max-retries']),
  region: alias(awsInputs['aws-region']),
  aws_access_key: notSupported(keys),
  aws_secret_key: notSupported(keys),
  aws_session_token: notSupported(keys),
}

/** All inputs of the action `deploy-beanstalk`. */
export const deployBeanstalkInputs = {
  ...peerInputs,
  ...aliases,
  service: optionalText,
  verify: optionalText,
  image,
  'container-port': integer(1, 65_535, 8080),
  'bundle-format': oneOf(['compose', 'dockerrun'], 'compose'),
  'compose-service': optionalText,
  'accepted-health': colors,
  'swap-environment-name': environmentName,
  'swap-cname-prefix': matching(/^[A-Za-z0-9-]{4,63}$/, 'a CNAME prefix: 4 to 63 letters, digits and hyphens'),
  'roll-back': flag(false),
  'roll-back-on-failure': flag(false),
  'keep-versions': integer(1, 1000, undefined),
  'wait-for': oneOf(['traffic-shifted', 'terminated'], 'terminated'),
  'wait-for-minutes': integerUpTo(0, longestWatchMinutes, 30, 'GitHub ends a job after six hours'),
  'wait-max-delay-seconds': integer(1, 600, undefined),
  'deployment-id': matching(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'the deployment-id of an earlier run'),
  'dry-run': flag(false),
  guard: oneOf(['on', 'off', 'strict'], 'on'),
  'on-diverged': oneOf(['other-branch', 'refuse', 'deploy'], 'other-branch'),
  'allow-older': flag(false),
  revision: revisionInput,
  'on-conflict': optionalOneOf(['wait', 'stop', 'fail']),
  'on-cancel': oneOf(['stop-and-roll-back', 'leave'], 'stop-and-roll-back'),
  ...awsInputs,
  ...channelInputs,
}

/** Typed values of the inputs of `deploy-beanstalk` as they are given. */
export type GivenBeanstalkInputs = Inputs<typeof deployBeanstalkInputs>

/** The same, with the values of other names in their places. */
export type DeployBeanstalkInputs = GivenBeanstalkInputs & {
  readonly applicationName: string
  readonly environmentName: string
}

/** Puts the inputs with names of another action in their places. Throws `inputs-invalid` where no name is given. */
export function withoutAliases(given: GivenBeanstalkInputs): DeployBeanstalkInputs {
  const applicationName = given.applicationName ?? given.application_name
  const environmentName = given.environmentName ?? given.environment_name
  if (applicationName === undefined || environmentName === undefined)
    throw invalidInputs([
      ...(applicationName === undefined ? [text`application-name is required`] : []),
      ...(environmentName === undefined ? [text`environment-name is required`] : []),
    ])
  return {
    ...given,
    applicationName,
    environmentName,
    versionLabel: given.versionLabel ?? given.version_label,
    versionDescription: given.versionDescription ?? given.version_description,
    deploymentPackagePath: given.deploymentPackagePath ?? given.deployment_package,
    s3BucketName: given.s3BucketName ?? given.existing_bucket_name,
    useExistingApplicationVersionIfAvailable:
      given.use_existing_version_if_available ?? given.useExistingApplicationVersionIfAvailable,
    waitForDeployment: given.wait_for_deployment ?? given.waitForDeployment,
    waitForEnvironmentRecovery: given.waitForEnvironmentRecovery ?? given.wait_for_environment_recovery,
    awsRegion: given.awsRegion ?? given.region,
  }
}
