import type { Finding } from '../../../diagnosis/finding.ts'
import { Failure } from '../../../failure.ts'
import type { Distribution } from '../../../ports.ts'
import { setting, text, untrusted } from '../../../text.ts'
import type { CanaryMark } from '../release/site-state.ts'
import type { SiteRequest } from '../request/site-request.ts'
import { bucketPolicyFindings } from './bucket-access.ts'
import type { CanaryReading } from './read-canary.ts'

/**
 * What keeps a distribution from a canary, or what sends a part of its visitors elsewhere. `mark`: a canary that a killed run of Slipway
 * has left, which the next run ends.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/continuous-deployment-quotas-considerations.html
 */
export function canaryFindings(
  distribution: Distribution,
  { policies, staging, bucketPolicy }: CanaryReading,
  request: SiteRequest,
  mark: CanaryMark | undefined,
): readonly Finding[] {
  if (request.publish === 'in-place') return []
  const policy = policies.get(distribution.id)
  const isOthers = policy?.isEnabled === true && policy.id !== mark?.policy
  const severity = request.canary ? 'blocks' : 'warns'
  const it = untrusted(distribution.id)
  const enabled: readonly Finding[] = isOthers
    ? [
        {
          code: 'continuous-deployment-enabled',
          severity,
          what: text`The continuous deployment policy ${untrusted(policy.id)} of ${it} is enabled, and not by Slipway`,
          why: text`a part of the visitors gets the distribution ${untrusted(policy.staging.join(', '))}, whose OriginPath a release does not change`,
          fix: text`End that canary: promote it, or disable the policy.`,
        },
      ]
    : []
  if (request.canary === undefined) return enabled
  return [
    ...limits(distribution),
    ...enabled,
    ...(staging
      ? accessOf(staging.id, bucketPolicy, distribution, request)
      : accessOfNew(bucketPolicy, distribution, request)),
  ]
}

function limits({ id, httpVersion, isStaging, enabled }: Distribution): readonly Finding[] {
  const it = untrusted(id)
  const without = text`Or remove ${setting('canary-weight')} and ${setting('canary-header')}.`
  return [
    ...(httpVersion.includes('3')
      ? [
          {
            code: 'canary-http3',
            severity: 'blocks' as const,
            what: text`HttpVersion of the distribution ${it} is ${untrusted(httpVersion)}, and a canary was requested`,
            why: text`CloudFront has no continuous deployment for distributions that support HTTP/3`,
            fix: text`Set HttpVersion to http2. ${without}`,
          },
        ]
      : []),
    ...(enabled
      ? []
      : [
          {
            code: 'canary-disabled',
            severity: 'blocks' as const,
            what: text`The distribution ${it} is disabled, and a canary was requested`,
            why: text`it has no visitors, and the promotion of a staging distribution would enable it`,
            fix: text`Enable it. ${without}`,
          },
        ]),
    ...(isStaging
      ? [
          {
            code: 'canary-staging',
            severity: 'blocks' as const,
            what: text`The distribution ${it} is a staging distribution`,
            why: text`it has no visitors of its own, and no continuous deployment policy`,
            fix: text`Set ${setting('distribution-id')} to the primary distribution.`,
          },
        ]
      : []),
  ]
}

/** Whether a staging distribution may read the site: "update your S3 bucket policy to allow access for the staging distribution". */
export function accessOf(
  staging: string,
  bucketPolicy: CanaryReading['bucketPolicy'],
  { origins }: Distribution,
  request: SiteRequest,
): readonly Finding[] {
  if (bucketPolicy === undefined) return []
  const found = bucketPolicyFindings(bucketPolicy, { id: staging, origins }, request)
  return found.filter(({ code }) => code === 'bucket-policy').map((one) => ({ ...one, severity: 'blocks' }))
}

/** The staging distribution that the first canary makes: its ID can be in no policy yet. */
function accessOfNew(
  bucketPolicy: CanaryReading['bucketPolicy'],
  primary: Distribution,
  request: SiteRequest,
): readonly Finding[] {
  return accessOf('(new)', bucketPolicy, primary, request).map(() => ({
    code: 'canary-bucket-policy',
    severity: 'warns',
    what: text`The policy of the bucket ${untrusted(request.bucket)} allows only distributions that it names`,
    why: text`the staging distribution of a canary gets its ID from the first run, which is refused with it before anything is sent`,
    fix: text`Allow distribution/* of the account in AWS:SourceArn now, or that ID then.`,
  }))
}

/** Refuses a canary that CloudFront does not allow, or that visitors would see fail. Throws `inputs-invalid`. */
export function requireCanary(findings: readonly Finding[]): void {
  const blocking = findings.find(({ severity }) => severity === 'blocks')
  if (blocking === undefined) return
  const { what, why, fix } = blocking
  throw new Failure({ code: 'inputs-invalid', what, why, fix: text`${fix} No visitor has got anything else.` })
}
