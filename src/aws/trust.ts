import { parseArn } from '../arn.ts'
import { Failure } from '../failure.ts'
import { text, untrusted } from '../text.ts'

/** Claims of GitHub's OIDC token that trust policies look at. All are names, no secrets. */
interface Claims {
  readonly sub: string
  readonly aud: string
  readonly job_workflow_ref: string
}

const issuer = 'token.actions.githubusercontent.com'

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
  return { sub: name(claims.sub), aud: name(claims.aud), job_workflow_ref: name(claims.job_workflow_ref) }
}

/**
 * Why a role does not let this job in: prints what the job shows and the condition that would let it in.
 *
 * `sub` of repositories that were made, renamed or opted in since 2026-07-15 carries ids (`repo:org@1/repo@2:…`); trust
 * policies from before name no ids and no longer match. Source: GitHub changelog 2026-04-23.
 */
export function explainTrust(roleArn: string, token: string, cause: unknown): Failure {
  const { sub, aud, job_workflow_ref: workflow } = readClaims(token)
  const condition = JSON.stringify({ StringEquals: { [`${issuer}:aud`]: aud, [`${issuer}:sub`]: sub } })
  const { accountId, partition } = parseArn(roleArn) ?? { accountId: '*', partition: 'aws' }
  const provider = JSON.stringify({ Federated: `arn:${partition}:iam::${accountId}:oidc-provider/${issuer}` })
  const immutable = /@\d+\/[^:]*@\d+/.test(sub)
    ? text`. The ids behind the @ are new: repositories made, renamed or opted in since 2026-07-15 have them, and trust policies from before do not match them`
    : text``
  return new Failure({
    code: 'credentials-missing',
    what: text`The role ${untrusted(roleArn)} does not let this job in`,
    why: text`The role does not exist, or its trust policy does not match this job, which shows sub "${untrusted(sub)}", aud "${untrusted(aud)}" and job_workflow_ref "${untrusted(workflow)}"${immutable}`,
    fix: text`Let the trust policy allow sts:AssumeRoleWithWebIdentity to the principal ${untrusted(provider)} with the condition ${untrusted(condition)}`,
    docs: 'https://docs.github.com/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws',
    cause,
  })
}
