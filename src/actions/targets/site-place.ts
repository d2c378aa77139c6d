import type { Aws } from '../../aws/connect.ts'
import type { SiteTarget } from '../../config/select-site.ts'
import { pageReader } from '../../http/read-page.ts'
import type { Runner } from '../../runner/action.ts'
import { fieldOf, readInputs } from '../../runner/inputs.ts'
import { type SiteAccess, siteNouns, siteOutputs } from '../../targets/site/request/site-request.ts'
import type { DeployInputs } from '../inputs/deploy-inputs.ts'
import { type DeploySiteInputs, deploySiteInputs } from '../inputs/deploy-site-inputs.ts'
import { givenInputs } from '../inputs/lost-inputs.ts'
import type { World } from '../world/world.ts'
import type { Place } from './place.ts'

/** Inputs of `deploy-site`, completed by slipway.yml. An input that has its default value is one that is not given. */
export function siteInputsAt(given: DeploySiteInputs, target: SiteTarget): DeploySiteInputs {
  const texts: Readonly<Record<string, string | undefined>> = {
    ...target.settings,
    'aws-region': target.region,
    'role-to-assume': target.roleArn,
    'allowed-account-ids': target.accountId,
    'slack-channel': target.slackChannel,
  }
  const configured = readInputs(deploySiteInputs, (name) => texts[name] ?? '', [])
  const own = new Set(givenInputs(deploySiteInputs, given).map(fieldOf))
  const isRollback = given.release !== undefined
  return {
    ...configured,
    ...Object.fromEntries(Object.entries(given).filter(([field]) => own.has(field))),
    ...(isRollback && { folder: given.folder }),
  }
}

/** The inputs of a site that the action `deploy` deploys. */
export function siteInputsOf(inputs: DeployInputs, target: SiteTarget): DeploySiteInputs {
  const { awsRegion, roleToAssume, roleSessionName, roleDurationSeconds, audience, allowedAccountIds } = inputs
  const { environment, config, dryRun, guard, onDiverged, allowOlder, revision, waitForMinutes, slackChannel } = inputs
  const given = {
    ...{ awsRegion, roleToAssume, roleSessionName, roleDurationSeconds, audience, allowedAccountIds },
    ...{ environment, config, dryRun, guard, onDiverged, allowOlder, revision, slackChannel },
    waitForMinutes: Math.max(1, waitForMinutes),
    // Nothing of another run is stopped: it ends, or its claim expires.
    onConflict: inputs.onConflict === 'fail' ? ('fail' as const) : ('wait' as const),
  }
  return siteInputsAt({ ...readInputs(deploySiteInputs, () => '', []), ...given }, target)
}

/** A site as reports name it; kept for the post step. `target`: where it is one of slipway.yml. */
export function sitePlace(inputs: DeploySiteInputs, target?: SiteTarget): Place & { readonly service: string } {
  const { bucket = '', prefix, slackChannel, environment, allowedAccountIds } = inputs
  const service = `${bucket}/${prefix}`.replace(/\/$/, '')
  return {
    ...{ environment, slackChannel, allowedAccountIds, cluster: bucket, service, facts: [] },
    name: target?.name,
    url: target?.url ?? inputs.url,
    region: inputs.awsRegion,
    accountId: target?.accountId,
    roleArn: inputs.roleToAssume,
    subject: {
      service: target?.assetsOnly ? `${service} (assets)` : service,
      home: { kind: 'bucket', name: bucket },
      nouns: siteNouns,
      outputs: siteOutputs,
    },
  }
}

/** What a site uses of its surroundings. */
export function siteAccess(
  { bucket = '', expectedBucketOwner }: DeploySiteInputs,
  aws: Aws,
  { clock, signal }: Pick<Runner, 'clock' | 'signal'>,
  { fetch }: Pick<World, 'fetch'>,
): SiteAccess {
  return {
    storage: aws.storages.bucket(bucket, expectedBucketOwner),
    distributions: aws.distributions,
    pages: pageReader(fetch, clock, signal),
  }
}
