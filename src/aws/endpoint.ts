import { Failure } from '../failure.ts'
import { text, untrusted } from '../text.ts'

// Public partitions, their dual-stack names and the European one; see "Service endpoints" of the AWS General Reference.
const awsHosts =
  /(^|\.)(amazonaws\.com|amazonaws\.com\.cn|amazonaws\.eu|api\.aws|api\.amazonwebservices\.com\.cn|api\.amazonwebservices\.eu)$/
const loopbackHosts = /^(localhost|\[::1\]|::1|127(\.\d{1,3}){3})$/

/**
 * Refuses to send credentials anywhere but to AWS (over TLS) or to this machine. `AWS_ENDPOINT_URL` and the AWS config
 * files can name any host, so the request itself is checked, just before it is signed.
 */
export function requireTrustedEndpoint(protocol: string, hostname: string): void {
  const host = hostname.toLowerCase()
  if (loopbackHosts.test(host) || (protocol === 'https:' && awsHosts.test(host))) return
  throw new Failure({
    code: 'inputs-invalid',
    what: text`The endpoint ${untrusted(`${protocol}//${hostname}`)} is not AWS's, so no request was sent there`,
    fix: text`Remove AWS_ENDPOINT_URL (also AWS_ENDPOINT_URL_<SERVICE>, and endpoint_url in the AWS config file), or let it name an https address below amazonaws.com or this machine.`,
  })
}
