import { deadlineIn } from '../../../clock.ts'
import { withDeadline } from '../../../deployment/time-limits.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import { Failure } from '../../../failure.ts'
import type { BeanstalkEnvironment, OptionSetting } from '../../../ports.ts'
import { type Text, text, untrusted } from '../../../text.ts'
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

/** What may stay unchecked must not keep a deployment from beginning where AWS does not answer. Milliseconds. */
const longestRead = 15_000

/** Reads what the checks need. Changes nothing; what the role is not authorized to read stays unchecked. */
export async function readFacts(
  state: EnvironmentState,
  policy: DeploymentPolicy,
  wanted: WantedVersion | undefined,
  context: BeanstalkContext,
): Promise<EnvironmentFacts> {
  const { beanstalk } = withDeadline(context, deadlineIn(context.clock, longestRead))
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
export function judgeEnvironment(facts: EnvironmentFacts): readonly Finding[] {
  return [...platformFindings(facts), ...policyFindings(facts), ...quotaFindings(facts)]
}

const warns = (code: string, what: Text, why: Text, fix: Text): Finding => ({ code, severity: 'warns', what, why, fix })

function platformFindings({ environment, settings, policy, hasEnhancedHealth, branch }: EnvironmentFacts) {
  const stack = untrusted(environment.solutionStack ?? 'of the environment')
  const isBasic = optionValue(settings, 'aws:elasticbeanstalk:healthreporting:system', 'SystemType') === 'basic'
  const enhance = text`Set SystemType to enhanced (aws:elasticbeanstalk:healthreporting:system).`
  return [
    ...(branch === 'Retired' || branch === 'Deprecated'
      ? [
          warns(
            'platform-retired',
            text`The platform branch of ${stack} is ${branch}`,
            text`it gets no updates (Retired), or soon none`,
            text`Move to a supported branch with a new environment and a CNAME swap.`,
          ),
        ]
      : []),
    ...(hasEnhancedHealth || environment.tierType === 'EKS'
      ? []
      : [
          warns(
            'health-basic',
            text`Enhanced health is off, or not authorized (elasticbeanstalk:DescribeInstancesHealth)`,
            text`which instance has which version cannot be proven`,
            enhance,
          ),
        ]),
    ...(policy.replaces && isBasic
      ? [
          warns(
            'policy-needs-health',
            text`The policy ${policy.name} requires enhanced health`,
            text`SystemType is basic`,
            enhance,
          ),
        ]
      : []),
  ]
}

function policyFindings({ settings, policy }: EnvironmentFacts): readonly Finding[] {
  const isSplitting = policy.name === 'TrafficSplitting'
  const balancer = optionValue(settings, 'aws:elasticbeanstalk:environment', 'LoadBalancerType')
  const type = optionValue(settings, 'aws:elasticbeanstalk:environment', 'EnvironmentType')
  return [
    ...(isSplitting && balancer !== undefined && balancer !== 'application'
      ? [
          warns(
            'policy-needs-load-balancer',
            text`The policy TrafficSplitting requires an Application Load Balancer`,
            text`LoadBalancerType is ${untrusted(balancer)}`,
            text`Set DeploymentPolicy to Immutable or Rolling, or make an environment with an Application Load Balancer.`,
          ),
        ]
      : []),
    ...(isSplitting
      ? [
          warns(
            'leader-only',
            text`With the policy TrafficSplitting no instance is the leader`,
            text`container_commands with leader_only do not run`,
            text`Run migrations in a step of their own, before the deployment.`,
          ),
        ]
      : []),
    ...(type === 'SingleInstance' && policy.name.startsWith('Rolling')
      ? [
          warns(
            'policy-needs-load-balancer',
            text`The policy ${policy.name} requires a load balancer`,
            text`EnvironmentType is SingleInstance, so AWS deploys all at once`,
            text`Set DeploymentPolicy to Immutable, or EnvironmentType to LoadBalanced.`,
          ),
        ]
      : []),
  ]
}

function quotaFindings({ versions }: EnvironmentFacts): readonly Finding[] {
  const left = versions && versions.quota - versions.count
  if (versions === undefined || left === undefined || left >= fewLeft) return []
  return [
    warns(
      'version-quota',
      text`Only ${Math.max(0, left)} application versions are left of the quota of ${versions.quota}`,
      text`AWS refuses more with TooManyApplicationVersionsException`,
      text`Set keep-versions, so that old ones are deleted.`,
    ),
  ]
}

/** For a dry run and doctor: what AWS does when a deployment by this policy fails. */
export function rollbackFinding({ name, replaces }: DeploymentPolicy): Finding {
  return replaces
    ? {
        code: 'policy-rolls-back',
        severity: 'notes',
        what: text`A failed deployment by ${name} leaves the old instances as they were`,
        why: text`AWS terminates the new ones`,
        fix: text`Nothing is to be done.`,
      }
    : {
        code: 'policy-no-rollback',
        severity: 'notes',
        what: text`A failed deployment by ${name} is not rolled back by AWS`,
        why: text`instances may be left with the new version`,
        fix: text`Set roll-back-on-failure: true, which deploys the previous version again; or DeploymentPolicy to Immutable.`,
      }
}
