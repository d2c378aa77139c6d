import { originFrom } from '../../deployment/origin.ts'
import type { Terms } from '../../deployment/terms.ts'
import type { ObjectHeaders } from '../../ports.ts'
import type { Runner } from '../../runner/action.ts'
import { readFolder } from '../../runner/folder.ts'
import { invalidInputs } from '../../runner/inputs.ts'
import type { Source } from '../../source.ts'
import { siteFiles } from '../../targets/site/index.ts'
import type { Canary, SiteRequest, Wanted } from '../../targets/site/request/site-request.ts'
import type { Check } from '../../targets/steps/request/release-steps.ts'
import { asName, type Text, text } from '../../text.ts'
import type { DeploySiteInputs } from '../inputs/deploy-site-inputs.ts'
import { workspaceOf } from '../world/source-commit.ts'

/**
 * Refuses inputs that are right one by one and make no sense together. Throws `inputs-invalid` with all that is wrong. `checks`: those
 * of `verify`.
 */
export function requireSiteInputs(inputs: DeploySiteInputs, checks: readonly Check[] = []): void {
  const { folder, release, bucket, kmsKeyId, encryption, publish, distributionId, keepReleases, keepDays } = inputs
  const problems: readonly Text[] = [
    ...(bucket === undefined ? [text`bucket is required, or environment with slipway.yml`] : []),
    ...(folder === undefined && release === undefined ? [text`folder is required`] : []),
    ...(folder !== undefined && release !== undefined ? [text`folder and release are mutually exclusive`] : []),
    ...(kmsKeyId !== undefined && !encryption.startsWith('aws:kms')
      ? [text`kms-key-id requires encryption: aws:kms`]
      : []),
    ...(publish === 'origin-path' && distributionId.length === 0
      ? [text`publish: origin-path requires distribution-id`]
      : []),
    ...(checks.length > 0 && keepReleases === 0 && keepDays === 0
      ? [
          text`verify requires keep-releases or keep-days of at least 1: a failed check rolls back to the release before`,
        ]
      : []),
    ...canaryProblems(inputs),
  ]
  if (problems.length > 0) throw invalidInputs(problems)
}

function canaryProblems({ publish, distributionId, canaryWeight, canaryHeader }: DeploySiteInputs): readonly Text[] {
  if (canaryWeight === undefined && canaryHeader === undefined) return []
  const canary = asName(canaryWeight === undefined ? 'canary-header' : 'canary-weight')
  return [
    ...(publish === 'origin-path' ? [] : [text`${canary} requires publish: origin-path`]),
    ...(distributionId.length > 1 ? [text`${canary} requires one distribution-id, not ${distributionId.length}`] : []),
  ]
}

/** The typed request of the inputs. */
export function siteRequest(
  inputs: DeploySiteInputs,
  region: string,
  source: Source | undefined,
  runner: Runner,
): SiteRequest {
  const { GITHUB_RUN_ID = '', GITHUB_RUN_ATTEMPT = '1', GITHUB_REPOSITORY = '' } = runner.environment
  const run = `${GITHUB_RUN_ID}/${GITHUB_RUN_ATTEMPT}`
  const encryption = encryptionOf(inputs)
  return {
    ...{ bucket: inputs.bucket ?? '', owner: inputs.expectedBucketOwner, prefix: inputs.prefix, region, encryption },
    run: GITHUB_RUN_ID === '' ? '' : `${GITHUB_REPOSITORY} ${run}`,
    origin:
      source && originFrom({ commit: source.revision, repository: source.repository, run, ref: source.branch ?? '' }),
    wanted: wantedOf(inputs, encryption, runner),
    distributions: inputs.distributionId,
    publish: inputs.publish,
    canary: canaryOf(inputs),
    ...{ invalidation: inputs.invalidation, waitForInvalidation: inputs.waitForInvalidation },
    ...{ keepReleases: inputs.keepReleases, keepDays: inputs.keepDays, deletes: inputs.deleteRemoved },
    ...{ check: inputs.check === 'on', url: inputs.url },
  }
}

/** A rollback has none: it is to be over soon, and its release was live. */
function canaryOf({ canaryWeight: weight, canaryMinutes, canaryHeader: header, release }: DeploySiteInputs) {
  if (release !== undefined || (weight === undefined && header === undefined)) return undefined
  return { weight, minutes: canaryMinutes, header } satisfies Canary
}

function encryptionOf({ encryption, kmsKeyId }: DeploySiteInputs): ObjectHeaders {
  if (encryption === 'bucket-default') return {}
  return { ServerSideEncryption: encryption, ...(kmsKeyId !== undefined && { SSEKMSKeyId: kmsKeyId }) }
}

function wantedOf(inputs: DeploySiteInputs, encryption: ObjectHeaders, runner: Runner): Wanted {
  const { folder, release, exclude } = inputs
  if (folder === undefined) return { kind: 'release', id: release === 'previous' ? undefined : release }
  const { cacheControl, contentType, metadata, redirects, prefix } = inputs
  const isWanted = (path: string) => !exclude.some((pattern) => pattern.test(path))
  return {
    kind: 'files',
    async read() {
      const listed = await readFolder(folder, workspaceOf(runner), isWanted)
      return siteFiles(folder, listed, { cacheControl, contentType, metadata, redirects, encryption, prefix })
    },
  }
}

/** How the site is deployed. A release has nothing that goes on without its run, so a cancel puts the one before back. */
export function siteTerms(inputs: DeploySiteInputs, { origin }: SiteRequest): Terms {
  const { guard: mode, onDiverged, allowOlder, release } = inputs
  const isGuarded = mode !== 'off' && origin !== undefined && release === undefined
  return {
    ...{ wait: true, waitMinutes: inputs.waitForMinutes, dryRun: inputs.dryRun, onConflict: inputs.onConflict },
    guard: isGuarded ? { mode, onDiverged, allowOlder, origin } : undefined,
    onCancel: 'stop-and-roll-back',
  }
}
