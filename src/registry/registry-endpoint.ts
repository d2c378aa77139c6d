import { Failure } from '../failure.ts'
import { emulatorVariable, isEmulator, isLoopback } from '../http/hosts.ts'
import { partitions } from '../partitions.ts'
import { text, untrusted } from '../text.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The registry's address, which gets a password: over TLS, on this machine, or that of an emulator which
 * `SLIPWAY_EMULATOR_HOSTS` names. Throws `registry-rejected` for anything else, before a byte is sent.
 */
export function requireSafeEndpoint(endpoint: string, environment: Environment): URL {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isNear(url, environment))
  if (url !== undefined && isSafe && url.username === '') return url
  throw new Failure({
    code: 'registry-rejected',
    what: text`The registry endpoint ${untrusted(endpoint)} is not an https address; the password was not sent`,
    fix: text`Use an https address. For an emulator, set the environment variable ${emulatorVariable} to its host name.`,
  })
}

/**
 * Refuses a redirect or an upload address that leads away from the registry. Only what is verified by its digest may come
 * from elsewhere, without the password: from Amazon S3 or CloudFront over TLS, as Amazon ECR stores layers there
 * (Amazon ECR User Guide, "Interface VPC endpoints"), or from this machine where the registry is there itself. Throws
 * `registry-rejected`.
 */
export function requireHop(next: URL, registry: URL, isVerified: boolean, environment: Environment): void {
  if (next.origin === registry.origin) return
  const isStorage = next.protocol === 'https:' && isStorageHost(next.hostname)
  if (isVerified && (isStorage || (isNear(registry, environment) && isNear(next, environment)))) return
  throw new Failure({
    code: 'registry-rejected',
    what: text`The registry ${untrusted(registry.host)} redirected a request to ${untrusted(next.origin)}, which was not followed`,
    why: isVerified
      ? text`blobs are read from the registry itself, Amazon S3 and CloudFront only`
      : text`only blobs, whose digest is verified, are read from another host`,
    fix: text`Check the proxies between this runner and the registry: one of them may have sent this response.`,
  })
}

function isNear({ hostname }: URL, environment: Environment): boolean {
  return isLoopback(hostname) || isEmulator(hostname, environment)
}

/** `BUCKET.s3.REGION.SUFFIX` with its older and dual-stack spellings, and CloudFront's own domain names. */
function isStorageHost(host: string): boolean {
  if (/\.cloudfront\.(net|cn)$/.test(host)) return true
  return partitions.some(({ dnsSuffix }) => {
    if (!host.endsWith(`.${dnsSuffix}`)) return false
    return /(^|\.)s3(-[a-z0-9-]+)?(\.dualstack)?(\.[a-z]{2,5}(-[a-z]+)+-\d+)?$/.test(
      host.slice(0, -dnsSuffix.length - 1),
    )
  })
}
