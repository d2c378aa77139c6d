import type { Finding } from '../../../diagnosis/finding.ts'
import { partitionOf } from '../../../partitions.ts'
import type { Distribution, Json, JsonObject } from '../../../ports.ts'
import { text, untrusted } from '../../../text.ts'
import { fitsWildcard } from '../../../wildcard.ts'
import type { SiteRequest } from '../request/site-request.ts'

type Place = Pick<SiteRequest, 'bucket' | 'prefix' | 'region'>

/**
 * Whether the policy of a bucket allows a distribution with origin access control to read the site: without it, each visitor gets 403.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
 * `policy`: undefined where it could not be read.
 */
export function bucketPolicyFindings(
  policy: JsonObject | undefined,
  { id, origins }: Pick<Distribution, 'id' | 'origins'>,
  place: Place,
): readonly Finding[] {
  const { bucket, prefix } = place
  const isControlled = origins.some((origin) => origin.domain.startsWith(`${bucket}.s3.`) && origin.hasAccessControl)
  if (!isControlled) return []
  const [name, it] = [untrusted(bucket), untrusted(id)]
  if (policy === undefined)
    return [
      {
        code: 'bucket-policy-unread',
        severity: 'notes',
        what: text`The policy of the bucket ${name} was not checked`,
        why: text`s3:GetBucketPolicy is not allowed`,
        fix: text`Allow it, to learn before a deployment whether the distribution ${it} can read the site.`,
      },
    ]
  const statements = list(policy.Statement).filter(isObject)
  const reaches = statements.filter((statement) => isFor(statement, id) && covers(statement, place))
  const allowed = (action: string) => reaches.some((one) => one.Effect === 'Allow' && names(one.Action, action))
  if (!allowed('s3:GetObject'))
    return [
      {
        code: 'bucket-policy',
        severity: 'warns',
        what: text`The policy of the bucket ${name} does not allow the distribution ${it} to read the site`,
        why: text`no statement allows s3:GetObject on the objects of ${untrusted(`${bucket}/${prefix}`)} to cloudfront.amazonaws.com for it (AWS:SourceArn): visitors get 403 AccessDenied`,
        fix: text`Add the statement that the CloudFront console shows for the origin (Copy policy).`,
      },
    ]
  const lists = statements.some((one) => one.Effect === 'Allow' && isFor(one, id) && names(one.Action, 's3:ListBucket'))
  return lists
    ? []
    : [
        {
          code: 'missing-is-403',
          severity: 'notes',
          what: text`A file that is missing in the bucket ${name} is 403 for visitors, and not 404`,
          why: text`its policy does not allow s3:ListBucket to the distribution ${it}`,
          fix: text`Allow s3:ListBucket on the bucket, or set CustomErrorResponses for 403.`,
        },
      ]
}

function list(value: Json | undefined): readonly Json[] {
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value as Json]
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a list of patterns with `*` has the name. */
function names(patterns: Json | undefined, name: string): boolean {
  return list(patterns).some((pattern) => typeof pattern === 'string' && fits(pattern, name))
}

function fits(pattern: string, name: string): boolean {
  return fitsWildcard(pattern.toLowerCase(), name.toLowerCase())
}

/** Whether a statement is for CloudFront and this distribution: by service (OAC), by identity (OAI), or for everyone. */
function isFor({ Principal: principal, Condition: condition }: JsonObject, id: string): boolean {
  if (principal === '*') return true
  if (principal === undefined || !isObject(principal)) return false
  const accounts = list(principal.AWS)
  const isIdentity = principal.CanonicalUser !== undefined || accounts.some(isOriginIdentity)
  const isService = names(principal.Service, 'cloudfront.amazonaws.com')
  return isIdentity || accounts.includes('*') || (isService && isSourceFitting(condition, id))
}

function isOriginIdentity(identity: Json): boolean {
  return typeof identity === 'string' && /cloudfront:user\//.test(identity)
}

/** Whether the conditions let this distribution pass, as far as they name one; others are not judged. */
function isSourceFitting(condition: Json | undefined, id: string): boolean {
  if (condition === undefined || !isObject(condition)) return true
  const sources = Object.values(condition)
    .filter(isObject)
    .flatMap((test) => Object.entries(test))
    .filter(([key]) => key.toLowerCase() === 'aws:sourcearn')
    .flatMap(([, value]) => list(value))
  const isFitting = (source: Json) => typeof source === 'string' && (source.endsWith(`/${id}`) || source.includes('*'))
  return sources.length === 0 || sources.some(isFitting)
}

/** Whether a statement is about the objects of the site. */
function covers({ Resource: resource }: JsonObject, { bucket, prefix, region }: Place): boolean {
  if (resource === undefined) return true
  return names(resource, `arn:${partitionOf(region).id}:s3:::${bucket}/${prefix}index.html`)
}
