import { Failure } from '../failure.ts'
import { nearestRegion, partitionOf } from '../partitions.ts'
import { setting, type Text, text, untrusted } from '../text.ts'
import type { AwsError, CallKind } from './error-class.ts'
import { lineOf } from './error-words.ts'

interface RetriedCall {
  /** IAM action, such as `ecs:UpdateService`. */
  readonly action: string
  readonly kind: CallKind
  readonly region?: string | undefined
  readonly attempts: number
  readonly seconds: number
  readonly throttled: boolean
}

/** The failure `aws-unreachable` of a call that was tried again until the deadline. `seconds`: since its first attempt. */
export function explainUnreachable(error: AwsError, asked: RetriedCall): Failure {
  const { action, kind, region = '', attempts, seconds, throttled } = asked
  const unknown = kind === 'mutate' && !throttled ? text`; whether it was applied is unknown` : text``
  const { healthPage = 'the AWS Health Dashboard of the region' } = partitionOf(region)
  const fix = throttled
    ? text`AWS limits the request rate of this account and region. Allow the job more time, or deploy fewer services at once.`
    : error.code === 'ENOTFOUND'
      ? text`Check ${regionDoubt(region)}, and that the runner resolves AWS's host names, directly or through HTTPS_PROXY.`
      : text`Check ${healthPage}, and that the runner reaches AWS (proxy, firewall, VPC endpoints).`
  const what = throttled ? 'throttled' : error.$fault ? 'returned errors for' : 'did not respond to'
  const tries = attempts === 1 ? '1 attempt' : `${attempts} attempts`
  return new Failure({
    code: 'aws-unreachable',
    what: text`AWS ${what} ${action} until the deadline (${tries} in ${seconds} s)${unknown}`,
    why: text`last error: ${lineOf(error)}`,
    fix,
    cause: error,
  })
}

/** The message of a retry. */
export function retryLine(error: AwsError, { action, attempts, seconds, throttled }: RetriedCall): Text {
  const what = throttled ? text`was throttled` : text`failed`
  return text`${action} ${what} (attempt ${attempts}, ${seconds} s so far), retrying: ${lineOf(error)}`
}

/** The failure `aws-unreachable` of a call that TLS ended, which trying again does not change. */
export function explainCertificate(error: AwsError, action: string): Failure {
  return new Failure({
    code: 'aws-unreachable',
    what: text`TLS error on ${action}: the certificate of the server is not trusted`,
    why: lineOf(error),
    fix: text`Where a proxy inspects TLS, set NODE_EXTRA_CA_CERTS on the runner to the file with its certificate.`,
    cause: error,
  })
}

function regionDoubt(region: string): Text {
  const suggestion = nearestRegion(region)
  const hint = suggestion ? `; did you mean ${suggestion}?` : ''
  return text`that ${setting('aws-region')} is an AWS region (it is ${untrusted(region)}${hint})`
}
