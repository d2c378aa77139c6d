import { readEach } from '../../read-each.ts'
import {
  flag,
  type InputReader,
  type Inputs,
  integer,
  integerUpTo,
  lines,
  list,
  matching,
  oneOf,
  optionalText,
} from '../../runner/inputs.ts'
import { globPattern } from '../../targets/site/index.ts'
import { releasePattern } from '../../targets/site/request/release-name.ts'
import { bucketName, distributionId, metadataBytes, mostMetadata } from '../../targets/site/request/site-names.ts'
import { awsInputs } from './aws-inputs.ts'
import { channelInputs } from './channel-inputs.ts'
import { deployInputs } from './deploy-inputs.ts'

/** Lines `pattern: value`, the first that fits decides; a value without a pattern is for all files. */
const pathRules: InputReader<readonly { readonly pattern: RegExp; readonly value: string }[]> = (given) =>
  readEach(lines(given), (line) => {
    // A header with another character fails at the first request, when the deployment has begun.
    if (/[^\x20-\x7e]/.test(line)) throw new Error(`has the line "${line.trim()}", which is not US-ASCII`)
    const [, glob, value] = /^\s*(\S+?):\s+(.+)$/.exec(line) ?? []
    if (glob !== undefined && value !== undefined) return { pattern: globPattern(glob), value: value.trim() }
    if (lines(given).length === 1 && !/^\S*[*?{]/.test(line)) return { pattern: globPattern('**'), value: line.trim() }
    throw new Error(`has the line "${line.trim()}", which is not a pattern, a colon, a space and a value`)
  })

const patterns: InputReader<readonly RegExp[]> = (given) => list(given).map(globPattern)

/** Lines `name=value`. */
const metadata: InputReader<Readonly<Record<string, string>>> = (given) => {
  const read = readMetadata(given)
  const bytes = metadataBytes(read)
  if (bytes > mostMetadata)
    throw new Error(`has ${bytes} bytes of names and values; Amazon S3 allows ${mostMetadata} (MetadataTooLarge)`)
  return read
}

const readMetadata: InputReader<Readonly<Record<string, string>>> = (given) =>
  Object.fromEntries(
    readEach(lines(given), (line) => {
      const [, name, value] = /^\s*(?:x-amz-meta-)?([a-z0-9-]+)\s*=\s*([\x20-\x7e]*)$/.exec(line) ?? []
      if (name === undefined || value === undefined)
        throw new Error(
          `has the line "${line.trim()}", which is not name=value (lower-case letters, digits and hyphens; US-ASCII)`,
        )
      return [name, value.trim()]
    }),
  )

/** Lines `from to`. */
const redirects: InputReader<readonly { readonly from: string; readonly to: string }[]> = (given) =>
  readEach(lines(given), (line) => {
    const [from = '', to = '', ...others] = line.trim().split(/\s+/)
    if (others.length === 0 && from !== '' && /^(\/|https?:\/\/)/.test(to)) return { from: from.replace(/^\//, ''), to }
    throw new Error(
      `has the line "${line.trim()}", which is not a path, a space and a target that begins with / or https://`,
    )
  })

/** Empty, or with one slash at its end. */
const prefix: InputReader<string> = (given) => {
  const plain = given.replace(/^\/+|\/+$/g, '')
  if (/(^|\/)\.\.?(\/|$)|\/\/|[^\x21-\x7e]/.test(plain))
    throw new Error(`must be a path such as app or app/v2, not "${given}"`)
  return plain === '' ? '' : `${plain}/`
}

const distributionIds: InputReader<readonly string[]> = (given) => {
  const ids = list(given)
  const wrong = ids.find((id) => !distributionId.test(id))
  if (wrong === undefined) return ids
  throw new Error(`must be ids of CloudFront distributions such as E1A2B3C4D5E6F7, not "${wrong}"`)
}

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/continuous-deployment-quotas-considerations.html */
const weight: InputReader<number | undefined> = (given) => {
  if (given === '') return undefined
  const percent = Number(given.replace(/\s*%$/, ''))
  if (/^\d+(\.\d+)?\s*%?$/.test(given) && percent > 0 && percent <= 15) return percent
  throw new Error(`must be more than 0 and at most 15 (percent: CloudFront takes no larger weight), not "${given}"`)
}

/** One `name: value`, as CloudFront takes it for a continuous deployment policy. */
const canaryHeader: InputReader<{ readonly name: string; readonly value: string } | undefined> = (given) => {
  if (given === '') return undefined
  const [, name, value] = /^(aws-cf-cd-[A-Za-z0-9-]{1,246}):\s+([\x21-\x7e]{1,1783})$/.exec(given.trim()) ?? []
  if (name !== undefined && value !== undefined) return { name, value }
  throw new Error(`must be a header whose name begins with aws-cf-cd-, such as "aws-cf-cd-canary: yes", not "${given}"`)
}

/** Inputs of the action `deploy-site`. */
export const deploySiteInputs = {
  folder: optionalText,
  site: optionalText,
  bucket: matching(bucketName, 'the name of an S3 bucket'),
  prefix,
  'distribution-id': distributionIds,
  release: (given: string) => {
    if (given === '' || given === 'previous' || releasePattern.test(given)) return optionalText(given)
    throw new Error(`must be previous or a release such as 20261130T153700Z-1a2b3c4d, not "${given}"`)
  },
  exclude: patterns,
  'cache-control': pathRules,
  'content-type': pathRules,
  metadata,
  redirects,
  encryption: oneOf(['bucket-default', 'AES256', 'aws:kms', 'aws:kms:dsse'], 'bucket-default'),
  'kms-key-id': optionalText,
  'expected-bucket-owner': matching(/^\d{12}$/, 'an AWS account ID of twelve digits'),
  'keep-releases': integer(0, 1000, 5),
  'keep-days': integer(0, 3650, 14),
  'delete-removed': flag(true),
  publish: oneOf(['in-place', 'origin-path'], 'in-place'),
  'canary-weight': weight,
  'canary-minutes': integer(1, 60, 10),
  'canary-header': canaryHeader,
  invalidation: oneOf(['changed', 'all', 'off'], 'changed'),
  'wait-for-invalidation': flag(true),
  'wait-for-minutes': integerUpTo(1, 360, 20, 'GitHub ends a job after six hours'),
  check: oneOf(['on', 'off'], 'on'),
  verify: deployInputs.verify,
  'dry-run': flag(false),
  guard: deployInputs.guard,
  'on-diverged': deployInputs['on-diverged'],
  revision: deployInputs.revision,
  'allow-older': deployInputs['allow-older'],
  'on-conflict': oneOf(['wait', 'fail'], 'wait'),
  ...awsInputs,
  ...channelInputs,
}

/** Typed values of the inputs of `deploy-site`, in camel case. */
export type DeploySiteInputs = Inputs<typeof deploySiteInputs>
