import { Failure } from '../failure.ts'
import { text, untrusted } from '../text.ts'

const loopbackHosts = /^(localhost|\[::1\]|127(\.\d{1,3}){3})$/

/**
 * The registry's address, which gets a password: over TLS, or on this machine. Throws `registry-rejected` for anything
 * else, before a byte is sent.
 */
export function requireSafeEndpoint(endpoint: string): URL {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && loopbackHosts.test(url.hostname))
  if (url !== undefined && isSafe && url.username === '') return url
  throw new Failure({
    code: 'registry-rejected',
    what: text`The registry's address ${untrusted(endpoint)} is not safe, so the password was not sent there`,
    why: text`it must be an https address`,
  })
}
