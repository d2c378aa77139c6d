import { parseArn } from '../arn.ts'
import { Failure } from '../failure.ts'
import { text, untrusted } from '../text.ts'

/** Claims of GitHub's OIDC token that trust policies look at. All are names, no secrets. */
interface Claims {
  readonly sub?: string
  readonly aud?: string
  readonly job_workflow_ref?: string
}

const issuer = 'token.actions.githubusercontent.com'

/** Reads a token's claims without checking its signature. The token itself is a secret and stays here. */
function readClaims(token: string): Claims {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Claims
  } catch {
    return {}
  }
}

/**
 * Why a role does not let this job in: prints what the job shows and the condition that would let it in.
 *
 * `sub` of repositories that were made, renamed or opted in since 2026-07-15 carries ids (`repo:org@1/repo@2:…`); trust
 * policies from before name no ids and no longer match. Source: GitHub changelog 2026-04-23.
 */
export function explainTrust(roleArn: string, audience: string, token: string, cause: unknown): Failure {
  const claims = readClaims(token)
  const subject = claims.sub ?? '<sub of the token>'
  const condition = JSON.stringify({
    StringEquals: { [`${issuer}:aud`]: claims.aud ?? audience, [`${issuer}:sub`]: subject },
  })
  const accountId = parseArn(roleArn)?.accountId ?? '<account>'
  const immutable = /@\d+\/[^:]*@\d+/.test(subject)
    ? text` The ids behind the @ are new: repositories made, renamed or opted in since 2026-07-15 have them, and trust policies from before do not match them.`
    : text``
  return new Failure({
    code: 'credentials-missing',
    what: text`The role ${untrusted(roleArn)} does not let this job in`,
    why: text`Either the role does not exist, or its trust policy does not match the job, which shows sub "${untrusted(subject)}", aud "${untrusted(claims.aud ?? audience)}" and job_workflow_ref "${untrusted(claims.job_workflow_ref ?? '')}".${immutable}`,
    fix: text`Let the role's trust policy allow sts:AssumeRoleWithWebIdentity to the principal {"Federated":"arn:aws:iam::${untrusted(accountId)}:oidc-provider/${issuer}"} with the condition ${untrusted(condition)}`,
    docs: 'https://docs.github.com/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws',
    cause,
  })
}
