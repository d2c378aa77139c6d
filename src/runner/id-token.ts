import type { Clock } from '../clock.ts'
import { Failure } from '../failure.ts'
import { readText } from '../http/body.ts'
import type { Fetch } from '../http/fetch.ts'
import { reasonOf } from '../http/reason.ts'
import { setting, text, untrusted } from '../text.ts'

const attempts = 4
const timeoutMilliseconds = 10_000

interface TokenContext {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly fetch: Fetch
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * The job's OIDC token for an audience, by the request that GitHub documents ("Using OpenID Connect with your cloud
 * provider": GET with the bearer token and `audience`). `core.getIDToken` does the same, but loads an HTTP client that
 * costs more start-up time than the rest of an action.
 */
export async function requestIdToken(
  audience: string,
  { environment, fetch, clock, signal }: TokenContext,
): Promise<string> {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = environment
  if (!url || !token) throw notGranted()
  let last: unknown
  for (let attempt = 1; attempt <= attempts; attempt++) {
    try {
      return await request(`${url}&audience=${encodeURIComponent(audience)}`, token, fetch, signal)
    } catch (error) {
      if (error instanceof Failure) throw error
      last = error
      if (attempt < attempts) await clock.sleep(500 * 2 ** attempt * (0.5 + clock.random() / 2), signal)
    }
  }
  throw new Failure({
    code: 'credentials-missing',
    what: text`GitHub returned no OIDC token for the audience ${untrusted(audience)} in ${attempts} attempts`,
    why: text`${untrusted(reasonOf(last))}`,
    fix: text`Run the job again. If it persists, check https://www.githubstatus.com.`,
    cause: last,
  })
}

async function request(url: string, token: string, fetch: Fetch, signal: AbortSignal): Promise<string> {
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${token}`, accept: 'application/json; api-version=2.0' },
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMilliseconds)]),
    redirect: 'error',
  })
  if (!response.ok) throw new Error(`the token service returned HTTP ${response.status}`)
  const body: unknown = JSON.parse(await readText(response))
  if (
    typeof body === 'object' &&
    body !== null &&
    'value' in body &&
    typeof body.value === 'string' &&
    body.value !== ''
  )
    return body.value
  throw new Error('the response of the token service has no token')
}

function notGranted(): Failure {
  return new Failure({
    code: 'credentials-missing',
    what: text`The job is not authorized to request an OIDC token from GitHub, which ${setting('role-to-assume')} requires`,
    why: text`the job lacks the permission id-token: write`,
    fix: text`Add "permissions: { id-token: write, contents: read }" to the job (for a reusable workflow: to the job that calls it). Pull requests from forks never get it.`,
    docs: 'https://docs.github.com/en/actions/security-for-github-actions/security-hardening-your-deployments/configuring-openid-connect-in-amazon-web-services',
  })
}
