import type { Distribution } from '../../../ports.ts'
import type { SiteFile, SiteRequest } from '../request/site-request.ts'

/** What about a distribution keeps visitors from the site, or will surprise them. Sentences, the worst first. */
export function distributionFindings(
  { id, enabled, status, origins, errorResponses, defaultRootObject, rewrites, domain }: Distribution,
  { bucket, prefix }: Pick<SiteRequest, 'bucket' | 'prefix'>,
  files: readonly Pick<SiteFile, 'path'>[],
): readonly string[] {
  const own = origins.filter((origin) => origin.domain.startsWith(`${bucket}.s3`))
  const reached = own.filter((origin) => origin.path === '' || `/${prefix}`.startsWith(`${origin.path}/`))
  const isWebsite = own.some((origin) => origin.domain.includes('.s3-website'))
  const isOpen = own.some((origin) => !origin.hasAccessControl) && !isWebsite
  const hasIndex = files.some(({ path }) => path === 'index.html')
  const hidesErrors = errorResponses.find(({ page, responseCode, code }) => page && responseCode === 200 && code >= 403)
  const longErrors = errorResponses.find(({ cachedFor }) => cachedFor > 60)
  return [
    ...(enabled ? [] : [`The distribution ${id} is disabled: ${domain} serves nothing. Enable it.`]),
    ...(own.length === 0
      ? [
          `The distribution ${id} has no origin of the bucket ${bucket}: its origins are ${origins.map((origin) => origin.domain).join(', ')}. Correct bucket or distribution-id.`,
        ]
      : []),
    ...(own.length > 0 && reached.length === 0
      ? [
          `OriginPath of ${id} is ${own[0]?.path}, which the prefix ${prefix || '(none)'} is not below: visitors do not reach the files. Correct prefix.`,
        ]
      : []),
    ...(isOpen
      ? [
          `The origin ${bucket} of ${id} has no origin access control (OAC), so the objects have to be public. Create one, and allow cloudfront.amazonaws.com in the policy of the bucket.`,
        ]
      : []),
    ...(hasIndex && defaultRootObject === undefined && !rewrites && !isWebsite
      ? [`The distribution ${id} has no DefaultRootObject: https://${domain}/ is 403. Set it to index.html.`]
      : []),
    ...(hidesErrors
      ? [
          `The distribution ${id} answers ${hidesErrors.code} with ${hidesErrors.page} and status 200: a missing asset is HTML for the browser. Rewrite the paths of pages in a CloudFront function instead.`,
        ]
      : []),
    ...(longErrors
      ? [
          `The distribution ${id} caches errors for ${longErrors.cachedFor} seconds (ErrorCachingMinTTL): a file that was asked for too early stays missing for so long.`,
        ]
      : []),
    ...(status === 'Deployed'
      ? []
      : [`A change of the distribution ${id} is not at all edges yet (status ${status}).`]),
  ]
}
