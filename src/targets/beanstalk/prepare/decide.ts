import type { Method, Plan, SettingChange } from '../../../deployment/plan.ts'
import { Failure } from '../../../failure.ts'
import type { ApplicationVersion, OptionSetting } from '../../../ports.ts'
import { setting, type Text, text, untrusted } from '../../../text.ts'
import type { BeanstalkRequest, WantedVersion } from '../request/beanstalk-request.ts'
import { type DeploymentPolicy, optionValue, policyOf } from '../request/deployment-policy.ts'
import { undoOf } from '../request/former-options.ts'
import { mayBeSecret } from '../request/known-properties.ts'
import { fleetOf } from '../watch/fleet.ts'
import type { EnvironmentState } from './read-state.ts'

/** What is done to an environment. */
export interface Decision {
  /** Undefined: the version stays. */
  readonly version: WantedVersion | undefined
  /** Options that have another value now. */
  readonly settings: readonly OptionSetting[]
  readonly policy: DeploymentPolicy
}

/** Compares an environment with what is wanted; pure. */
export function decide(
  wanted: WantedVersion | undefined,
  state: EnvironmentState,
  request: BeanstalkRequest,
): Decision {
  const settings = request.settings.filter(
    ({ namespace, name, value }) => optionValue(state.settings, namespace, name) !== value,
  )
  const isLive = wanted !== undefined && isLiveVersion(wanted, state) && isHealthy(state, request)
  return {
    version: isLive ? undefined : wanted,
    settings,
    policy: policyOf([...settings, ...state.settings], state.environment.tierType),
  }
}

/** Whether the environment has the version on every instance. */
function isLiveVersion(wanted: WantedVersion, { environment, instances, live }: EnvironmentState): boolean {
  const { versionLabel } = environment
  if (versionLabel === undefined) return false
  const isSame = versionLabel === wanted.label || (!wanted.isLabelGiven && hasContent(live, wanted))
  return isSame && (fleetOf(instances, versionLabel)?.isWhole ?? true)
}

/**
 * Whether the environment has an accepted health color: a version that is live and unhealthy is deployed again, so that a repeated job is
 * not green on what failed before.
 */
function isHealthy({ environment: { color } }: EnvironmentState, { acceptedHealth }: BeanstalkRequest): boolean {
  return acceptedHealth.includes(color)
}

/** Why a version that is live already is deployed again, as a finding; none where it is not. */
export function againBecause({ version }: Decision, { environment }: EnvironmentState): readonly Text[] {
  const { versionLabel, color, status } = environment
  if (version === undefined || version.label !== versionLabel || status !== 'Ready') return []
  return [
    text`${untrusted(version.label)} is live already; this run deploys it again: the health of the environment is ${untrusted(color)}, or instances have another version.`,
  ]
}

/** Whether a version has the content that is wanted: keys of bundles contain the hash of their bytes. */
export function hasContent(version: ApplicationVersion | undefined, { content }: WantedVersion): boolean {
  if (content.kind === 'existing') return version !== undefined
  if (content.kind === 'image') return version?.image === content.uri
  return version?.source?.key.includes(content.sha256) ?? false
}

/** Throws where an existing version rules out what is wanted. `existing`: the version that has the label now. */
export function requireUsable(
  wanted: WantedVersion,
  existing: ApplicationVersion | undefined,
  { application }: Pick<BeanstalkRequest, 'application'>,
): void {
  const label = untrusted(wanted.label)
  if (wanted.content.kind === 'existing' && existing === undefined)
    throw new Failure({
      code: 'inputs-invalid',
      what: text`No Application Version named ${label} found in the application ${untrusted(application)}`,
      fix: text`Correct ${setting('version-label')}, or set deployment-package-path or source-directory to make it. Nothing has been changed.`,
    })
  if (existing === undefined) return
  if (!hasContent(existing, wanted))
    throw new Failure({
      code: 'version-label-taken',
      what: text`Application Version ${label} already exists with another source bundle`,
      why: text`the S3 location of an application version can never change`,
      fix: text`Set ${setting('version-label')} to a new label, or leave it out: the default contains a hash of the bundle. Nothing has been changed.`,
    })
  if (existing.status === 'Failed')
    throw new Failure({
      code: 'version-failed',
      what: text`The application version ${label} exists with the status Failed`,
      why: text`Elastic Beanstalk could not process it when it was created`,
      fix: text`Correct .ebextensions and env.yaml in the bundle, and deploy it under a new label. Nothing has been changed.`,
    })
}

/** The content must fit the tier: cluster mode runs an image, and every other tier a source bundle. */
export function requireTier(wanted: WantedVersion, { environment }: EnvironmentState): void {
  const isCluster = environment.tierType === 'EKS'
  const { kind } = wanted.content
  if (kind === 'existing' || (kind === 'image') === isCluster) return
  throw new Failure({
    code: 'environment-unsupported',
    what: isCluster
      ? text`The environment ${untrusted(environment.name)} is in cluster mode (tier EKS) and takes a container image`
      : text`The environment ${untrusted(environment.name)} takes a source bundle, and image-uri is for cluster mode (tier EKS)`,
    fix: isCluster
      ? text`Set ${setting('image-uri')}. Nothing has been changed.`
      : text`Set ${setting('image')}: a bundle is made around it for the Docker platform. Nothing has been changed.`,
  })
}

/** The plan in words. */
export function planOf(
  { version, settings, policy }: Decision,
  state: EnvironmentState,
  request: BeanstalkRequest,
): Plan {
  const { versionLabel } = state.environment
  const from = versionLabel === undefined ? undefined : { id: versionLabel, label: versionLabel }
  const to = version ? { id: version.label, label: version.label } : undefined
  return {
    does: version ? 'deploys' : settings.length > 0 ? 'settings' : 'nothing',
    from,
    to: to ?? from,
    method: methodOf(policy),
    facts: [
      { label: 'Deployment policy', value: text`${policyWords(policy)}`, line: text`policy   ${policyWords(policy)}` },
    ],
    settings: settings.map((changed) => changeOf(changed, state)),
    ...undoOf(
      settings.map(({ namespace, name }) => ({
        namespace,
        name,
        value: optionValue(state.settings, namespace, name),
      })),
    ),
    changes: [],
    changesOf: 'Application version',
    artifacts: version?.artifacts ?? [],
    dryRun: request.dryRun,
  }
}

function policyWords({ name, pace }: DeploymentPolicy): string {
  return pace === undefined ? name : `${name} (${pace})`
}

function methodOf(policy: DeploymentPolicy): Method {
  const label = text`Elastic Beanstalk ${policy.name}`
  const deploys = text`with Elastic Beanstalk (${policyWords(policy)})`
  return { label, pace: policy.pace, deploys, rollsBack: text`with Elastic Beanstalk` }
}

/** Values of environment properties may be secrets. */
function changeOf({ namespace, name, value }: OptionSetting, { settings }: EnvironmentState): SettingChange {
  const before = optionValue(settings, namespace, name)
  const shown = (given: string | undefined) =>
    given === undefined ? 'not set' : mayBeSecret({ namespace, name }) ? '***' : given
  return { name: `${namespace}:${name}`, from: shown(before), to: shown(value) }
}
