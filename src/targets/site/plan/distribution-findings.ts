import type { Finding } from '../../../diagnosis/finding.ts'
import { Failure } from '../../../failure.ts'
import type { Distribution } from '../../../ports.ts'
import { setting, type Text, text, untrusted } from '../../../text.ts'
import type { SiteFile, SiteRequest } from '../request/site-request.ts'

/** What about a distribution keeps visitors from the site, or will surprise them. The worst first. */
export function distributionFindings(
  { id, enabled, status, origins, errorResponses, defaultRootObject, rewrites, domain }: Distribution,
  { bucket, prefix }: Pick<SiteRequest, 'bucket' | 'prefix'>,
  files: readonly Pick<SiteFile, 'path'>[],
): readonly Finding[] {
  const own = origins.filter((origin) => origin.domain.startsWith(`${bucket}.s3`))
  const reached = own.filter((origin) => origin.path === '' || `/${prefix}`.startsWith(`${origin.path}/`))
  const isWebsite = own.some((origin) => origin.domain.includes('.s3-website'))
  const isOpen = own.some((origin) => !origin.hasAccessControl) && !isWebsite
  const hasIndex = files.some(({ path }) => path === 'index.html')
  const hidesErrors = errorResponses.find(({ page, responseCode, code }) => page && responseCode === 200 && code >= 403)
  const longErrors = errorResponses.find(({ cachedFor }) => cachedFor > 60)
  const it = untrusted(id)
  const name = untrusted(bucket)
  const at = untrusted(domain)
  return [
    ...when(!enabled, 'distribution-disabled', text`The distribution ${it} is disabled`, [
      text`${at} serves nothing`,
      text`Enable it.`,
    ]),
    ...when(own.length === 0, 'distribution-origin', text`The distribution ${it} has no origin of the bucket ${name}`, [
      text`its origins are ${untrusted(origins.map((origin) => origin.domain).join(', '))}`,
      text`Correct bucket or distribution-id.`,
    ]),
    ...when(
      own.length > 0 && reached.length === 0,
      'origin-path',
      text`OriginPath of ${it} is ${untrusted(own[0]?.path ?? '')}, which the prefix ${untrusted(prefix || '(none)')} is not below`,
      [text`visitors do not reach the files`, text`Correct prefix.`],
      // Code at the edge may choose another path of the origin.
      rewrites ? 'warns' : 'blocks',
    ),
    ...when(isOpen, 'origin-access', text`The origin ${name} of ${it} has no origin access control (OAC)`, [
      text`the objects have to be public`,
      text`Create one, and allow cloudfront.amazonaws.com in the policy of the bucket.`,
    ]),
    ...when(
      hasIndex && defaultRootObject === undefined && !rewrites && !isWebsite,
      'default-root-object',
      text`The distribution ${it} has no DefaultRootObject`,
      [text`https://${at}/ is 403`, text`Set it to index.html.`],
    ),
    ...when(
      hidesErrors !== undefined,
      'error-document',
      text`The distribution ${it} answers ${hidesErrors?.code ?? 0} with ${untrusted(hidesErrors?.page ?? '')} and status 200`,
      [
        text`a missing asset is HTML for the browser`,
        text`Rewrite the paths of pages in a CloudFront function instead.`,
      ],
    ),
    ...when(
      longErrors !== undefined,
      'error-caching',
      text`The distribution ${it} caches errors for ${longErrors?.cachedFor ?? 0} seconds (ErrorCachingMinTTL)`,
      [
        text`a file that was asked for too early stays missing for so long`,
        text`Set ErrorCachingMinTTL to 10 or less.`,
      ],
    ),
    ...when(
      status !== 'Deployed',
      'distribution-in-progress',
      text`A change of the distribution ${it} is in progress`,
      [
        text`it is not at all edges yet (status ${untrusted(status)})`,
        text`Wait for the status Deployed, where the change matters.`,
      ],
    ),
  ]
}

function when(
  isFound: boolean,
  code: string,
  what: Text,
  [why, fix]: readonly [Text, Text],
  severity: Finding['severity'] = 'warns',
): readonly Finding[] {
  return isFound ? [{ code, severity, what, why, fix }] : []
}

/** What is served cannot be compared where no visitor can reach it. Throws `inputs-invalid`. */
export function requireReachable(findings: readonly Finding[]): void {
  const blocking = findings.find(({ severity }) => severity === 'blocks')
  if (blocking === undefined) return
  const { what, why, fix } = blocking
  const unchecked = text`To deploy without a check of what visitors get, set ${setting('check')} to off.`
  throw new Failure({ code: 'inputs-invalid', what, why, fix: text`${fix} ${unchecked}` })
}
