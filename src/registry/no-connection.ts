import { Failure } from '../failure.ts'
import { text, untrusted } from '../text.ts'

/** The failure `registry-unreachable` of a registry that has not responded to anything for a minute. `message`: of the last attempt. */
export function explainUnreachable(host: string, message: string): Failure {
  return new Failure({
    code: 'registry-unreachable',
    what: text`The registry ${untrusted(host)} did not respond for a minute`,
    why: text`${untrusted(message)}`,
    fix: text`Check that the runner resolves this host name and reaches it (proxy, firewall, VPC endpoint ecr.dkr).`,
  })
}

/** The failure `registry-unreachable` of a connection that TLS ended, which trying again does not change. */
export function explainCertificate(host: string, message: string, cause: unknown): Failure {
  return new Failure({
    code: 'registry-unreachable',
    what: text`TLS error: the certificate of the registry ${untrusted(host)} is not trusted`,
    why: text`${untrusted(message)}`,
    fix: text`Where a proxy inspects TLS, set NODE_EXTRA_CA_CERTS on the runner to the file with its certificate.`,
    cause,
  })
}
