import { persistently } from '../../../deployment/agreement.ts'
import type { Provenance } from '../../../deployment/commit-guard.ts'
import { unlessDenied } from '../../../deployment/optional-permission.ts'
import { originIn } from '../../../deployment/origin.ts'
import { Failure } from '../../../failure.ts'
import type { ApplicationVersion, BeanstalkEnvironment, BeanstalkInstance, OptionSetting } from '../../../ports.ts'
import { setting, text, untrusted } from '../../../text.ts'
import type { BeanstalkChange, BeanstalkContext, BeanstalkRecord } from '../request/beanstalk-request.ts'

/** An environment as it is before a deployment. */
export interface EnvironmentState {
  readonly environment: BeanstalkEnvironment
  readonly settings: readonly OptionSetting[]
  /** Undefined: basic health reporting, or no permission. */
  readonly instances: readonly BeanstalkInstance[] | undefined
  /** The version of its label; undefined where it has none. */
  readonly live: ApplicationVersion | undefined
}

/** What finds the deployment log of an environment, for the record of a deployment. */
export function ownOf({ id, tierType }: BeanstalkEnvironment): Pick<BeanstalkRecord, 'environmentId' | 'isCluster'> {
  return { environmentId: id, ...(tierType === 'EKS' && { isCluster: true }) }
}

type Where = Pick<BeanstalkChange, 'application' | 'environment'>

/** Reads an environment. Throws `environment-not-found`. */
export async function readState(where: Where, context: BeanstalkContext): Promise<EnvironmentState> {
  const { application, environment: name } = where
  const { beanstalk } = context
  const environment = await persistently(context, () => beanstalk.describeEnvironment(application, name))
  if (environment === undefined) throw notFound(where, context)
  const { versionLabel } = environment
  const [settings, instances, live] = await Promise.all([
    beanstalk.settings(application, name),
    unlessDenied(beanstalk.instances(name), () => undefined),
    versionLabel === undefined ? undefined : beanstalk.describeVersion(application, versionLabel),
  ])
  context.learn(settings)
  return { environment, settings, instances, live }
}

function notFound({ application, environment }: Where, { region }: BeanstalkContext): Failure {
  return new Failure({
    code: 'environment-not-found',
    what: text`No Environment found for EnvironmentName = ${untrusted(environment)} in the application ${untrusted(application)}, region ${region}`,
    why: text`elasticbeanstalk:DescribeEnvironments returned no environment of this name that is not terminated`,
    fix: text`Correct ${setting('application-name')}, ${setting('environment-name')} or ${setting('aws-region')}. Nothing has been changed.`,
  })
}

/** Where a version comes from: Slipway tags every version that it makes. */
export async function provenanceOf(
  version: ApplicationVersion | undefined,
  { beanstalk }: BeanstalkContext,
): Promise<Provenance | undefined> {
  if (version === undefined) return undefined
  const tags = await unlessDenied(beanstalk.tags(version.arn), () => undefined)
  const why =
    tags === undefined
      ? text`its tags could not be read (elasticbeanstalk:ListTagsForResource)`
      : text`the live application version has no tag slipway:commit, so it was not deployed by Slipway`
  const fix = text`Allow elasticbeanstalk:ListTagsForResource and elasticbeanstalk:AddTags`
  return { origin: originIn((key) => tags?.[key]), unmarked: { why, fix } }
}
