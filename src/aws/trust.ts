import { parseArn } from '../arn.ts'
import { Failure } from '../failure.ts'
import { text, untrusted } from '../text.ts'
import type { AwsError } from './error-class.ts'
import { quote } from './error-words.ts'

/** Claims of GitHub's OIDC token that trust policies test. All are names, no secrets. */
interface Claims {
  /**
   * URL of the identity provider: `https://token.actions.githubusercontent.com` (with an enterprise's name behind it where that
   * is set), `https://HOST/_services/token` of a GitHub Enterprise Server, or that of a `ghe.com`
   * (https://docs.github.com/en/actions/reference/security/oidc).
   */
  readonly iss: string
  readonly sub: string
  readonly aud: string
  readonly job_workflow_ref: string
}

/** Reads a token's claims without checking its signature. The token itself is a secret and stays here. */
export function readClaims(token: string): Claims {
  const read = (): Partial<Record<keyof Claims, unknown>> => {
    try {
      return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    } catch {
      return {}
    }
  }
  const claims = read()
  const name = (claim: unknown) => (typeof claim === 'string' ? claim : 'unknown')
  return {
    iss: name(claims.iss),
    sub: name(claims.sub),
    aud: name(claims.aud),
    job_workflow_ref: name(claims.job_workflow_ref),
  }
}

/**
 * The failure behind `Not authorized to perform sts:AssumeRoleWithWebIdentity`, with the claims of the job's token and the
 * condition that matches them.
 *
 * `sub` of repositories that were created, renamed or transferred since 2026-07-15, or opted in, has ids
 * (`repo:org@1/repo@2:…`); trust policies without ids do not match it. Source: GitHub changelog 2026-04-23.
 */
export function explainTrust(roleArn: string, token: string, cause: AwsError): Failure {
  const { iss, sub, aud, job_workflow_ref: workflow } = readClaims(token)
  // IAM names a provider, and the keys of its conditions, by the URL without its scheme.
  const issuer = iss.replace(/^https:\/\//, '')
  const condition = JSON.stringify({ StringEquals: { [`${issuer}:aud`]: aud, [`${issuer}:sub`]: sub } })
  const { accountId, partition } = parseArn(roleArn) ?? { accountId: '*', partition: '*' }
  const provider = JSON.stringify({ Federated: `arn:${partition}:iam::${accountId}:oidc-provider/${issuer}` })
  const immutable = /@\d+\/[^:]*@\d+/.test(sub)
    ? text`. The sub of repositories created, renamed or transferred since 2026-07-15 contains the ids of owner and repository (behind the @); a condition on repo:OWNER/NAME:… does not match it`
    : text``
  return new Failure({
    code: 'credentials-missing',
    what: text`Not authorized to perform sts:AssumeRoleWithWebIdentity on ${untrusted(roleArn)}`,
    why: text`${quote(cause.name)}: the role was not found, or its trust policy does not match the OIDC token of this job: iss "${untrusted(iss)}", sub "${untrusted(sub)}", aud "${untrusted(aud)}", job_workflow_ref "${untrusted(workflow)}"${immutable}`,
    fix: text`In the trust policy of the role, allow sts:AssumeRoleWithWebIdentity to the principal ${untrusted(provider)} with the condition ${untrusted(condition)}.`,
    docs: 'https://docs.github.com/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws',
    cause,
  })
}
