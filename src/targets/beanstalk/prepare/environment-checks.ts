import { Failure } from '../../../failure.ts'
import type { BeanstalkEnvironment, OptionSetting } from '../../../ports.ts'
import { renderText, type Text, text, type Untrusted, untrusted } from '../../../text.ts'
import type { BeanstalkContext, WantedVersion } from '../request/beanstalk-request.ts'
import { type DeploymentPolicy, optionValue } from '../request/deployment-policy.ts'
import type { EnvironmentState } from './read-state.ts'

/** What is known of an environment before a deployment. Undefined members could not be read. */
export interface EnvironmentFacts {
  readonly environment: BeanstalkEnvironment
  readonly settings: readonly OptionSetting[]
  readonly policy: DeploymentPolicy
  readonly hasEnhancedHealth: boolean
  /** Lifecycle state of the branch of its platform. */
  readonly branch?: string | undefined
  readonly versions?: { readonly count: number; readonly quota: number } | undefined
}

/** Reads what the checks need. Reads only, and what may not be read stays unchecked. */
export async function readFacts(
  state: EnvironmentState,
  policy: DeploymentPolicy,
  wanted: WantedVersion | undefined,
  { beanstalk }: BeanstalkContext,
): Promise<EnvironmentFacts> {
  const { environment, settings, instances } = state
  const makesVersion = wanted !== undefined && wanted.content.kind !== 'existing'
  const [platform, quota, versions] = await Promise.all([
    environment.platformArn === undefined ? undefined : ifKnown(beanstalk.platform(environment.platformArn)),
    makesVersion ? ifKnown(beanstalk.versionQuota()) : undefined,
    makesVersion ? ifKnown(beanstalk.listVersions(environment.application)) : undefined,
  ])
  return {
    environment,
    settings,
    policy,
    hasEnhancedHealth: instances !== undefined,
    branch: platform?.branch,
    versions: quota !== undefined && versions !== undefined ? { count: versions.length, quota } : undefined,
  }
}

async function ifKnown<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if (!(error instanceof Failure) || error.parts.code === 'cancelled') throw error
    return undefined
  }
}

/** Versions that may still be made, below which a warning says so. */
const fewLeft = 20

/** What of an environment may make its deployments fail, or keeps a failure from being rolled back; pure. */
export function judgeEnvironment(facts: EnvironmentFacts): readonly Text[] {
  const { environment, settings, policy, hasEnhancedHealth, branch, versions } = facts
  const stack = untrusted(environment.solutionStack ?? 'of the environment')
  const isSplitting = policy.name === 'TrafficSplitting'
  const balancer = optionValue(settings, 'aws:elasticbeanstalk:environment', 'LoadBalancerType')
  const type = optionValue(settings, 'aws:elasticbeanstalk:environment', 'EnvironmentType')
  const left = versions && versions.quota - versions.count
  return [
    ...(branch === 'Retired' || branch === 'Deprecated'
      ? [
          text`The platform branch of ${stack} is ${branch}: it gets no updates (Retired), or soon none. Move to a supported branch with a new environment and a CNAME swap.`,
        ]
      : []),
    ...(hasEnhancedHealth || environment.tierType === 'EKS'
      ? []
      : [
          text`Enhanced health is off, or not authorized (elasticbeanstalk:DescribeInstancesHealth): which instance has which version cannot be proven. Set SystemType to enhanced (aws:elasticbeanstalk:healthreporting:system).`,
        ]),
    ...(policy.replaces &&
    optionValue(settings, 'aws:elasticbeanstalk:healthreporting:system', 'SystemType') === 'basic'
      ? [text`The policy ${policy.name} requires enhanced health, and SystemType is basic.`]
      : []),
    ...(isSplitting && balancer !== undefined && balancer !== 'application'
      ? [
          text`The policy TrafficSplitting requires an Application Load Balancer, and LoadBalancerType is ${untrusted(balancer)}.`,
        ]
      : []),
    ...(isSplitting
      ? [
          text`With the policy TrafficSplitting no instance is the leader: container_commands with leader_only do not run.`,
        ]
      : []),
    ...(type === 'SingleInstance' && policy.name.startsWith('Rolling')
      ? [
          text`The policy ${policy.name} requires a load balancer, and EnvironmentType is SingleInstance: AWS deploys all at once.`,
        ]
      : []),
    ...(left !== undefined && left < fewLeft
      ? [
          text`Only ${Math.max(0, left)} application versions are left of the quota of ${versions?.quota ?? 0}. Set keep-versions, so that old ones are deleted.`,
        ]
      : []),
  ]
}

/** For a dry run: what AWS does when a deployment by this policy fails. */
export function rollbackWords({ name, replaces }: DeploymentPolicy): Text {
  return replaces
    ? text`A failed deployment by ${name} leaves the old instances as they were.`
    : text`A failed deployment by ${name} is not rolled back by AWS: instances may be left with the new version (roll-back-on-failure: true deploys the previous version again).`
}

/** The findings as warnings. */
export function asWarnings(findings: readonly Text[]): readonly Untrusted[] {
  return findings.map((finding) => untrusted(renderText(finding, (theirs) => theirs)))
}
