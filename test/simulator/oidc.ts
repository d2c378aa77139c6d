/**
 * GitHub's OIDC issuer: the endpoint that a job asks for its token, and the documents with which others verify it.
 * https://docs.github.com/en/actions/reference/security/oidc
 */
import { createSign, createVerify, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { type HttpRequest, type HttpResponse, json } from './http.ts'

export const issuerUrl = 'https://token.actions.githubusercontent.com'

/** What GitHub knows about the job that asks. Ids make the immutable form of `sub`. */
export interface Job {
  readonly repository: string
  readonly repositoryId: string
  readonly repositoryOwnerId: string
  readonly ref: string
  readonly sha: string
  readonly environment?: string
  readonly eventName: string
  readonly actor: string
  readonly workflowRef: string
  readonly jobWorkflowRef: string
  readonly runId: string
  readonly runAttempt: string
  /**
   * Repositories made or renamed since 2026-07-15 name owner and repository with their ids.
   * https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens/
   */
  readonly subject: 'classic' | 'immutable'
}

export type Claims = Readonly<Record<string, string | number>>

export interface Issuer {
  /** The job on whose behalf tokens are made; tests change it. */
  job: Job
  /** The bearer token of `ACTIONS_ID_TOKEN_REQUEST_TOKEN`. */
  readonly requestToken: string
  /** A token of the current job; `overrides` replace claims. */
  token(audience: string, overrides?: Claims): string
  /** The claims of a token whose signature is this issuer's; undefined for anything else. */
  verify(token: string): Claims | undefined
  /** Answers below `/oidc/`. */
  handle(request: HttpRequest): HttpResponse
}

let keys: { privateKey: KeyObject; publicKey: KeyObject } | undefined

/** One key for the whole process: making one takes longer than most tests. */
const keyPair = () => {
  keys ??= generateKeyPairSync('rsa', { modulusLength: 2048 })
  return keys
}

const keyId = 'simulator-key-1'
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** The subject that GitHub writes for a job: an environment replaces the ref. */
export function subjectOf(job: Job): string {
  const [owner = '', name = ''] = job.repository.split('/')
  const repository =
    job.subject === 'classic' ? job.repository : `${owner}@${job.repositoryOwnerId}/${name}@${job.repositoryId}`
  if (job.environment !== undefined) return `repo:${repository}:environment:${job.environment}`
  return job.eventName === 'pull_request' ? `repo:${repository}:pull_request` : `repo:${repository}:ref:${job.ref}`
}

function claimsOf(job: Job, audience: string, seconds: number): Claims {
  return {
    jti: `simulator-${seconds}`,
    sub: subjectOf(job),
    aud: audience,
    iss: issuerUrl,
    iat: seconds,
    nbf: seconds - 600,
    exp: seconds + 300,
    ref: job.ref,
    sha: job.sha,
    repository: job.repository,
    repository_owner: job.repository.split('/')[0] ?? '',
    repository_id: job.repositoryId,
    repository_owner_id: job.repositoryOwnerId,
    actor: job.actor,
    event_name: job.eventName,
    workflow_ref: job.workflowRef,
    job_workflow_ref: job.jobWorkflowRef,
    run_id: job.runId,
    run_attempt: job.runAttempt,
    runner_environment: 'github-hosted',
    ...(job.environment !== undefined && { environment: job.environment }),
  }
}

const exampleJob: Job = {
  repository: 'acme/shop',
  repositoryId: '456789',
  repositoryOwnerId: '12345',
  ref: 'refs/heads/main',
  sha: '5f0c3a9e1b7d4c2a8e6f9b0d1c3e5a7f9b2d4e6c',
  eventName: 'push',
  actor: 'octocat',
  workflowRef: 'acme/shop/.github/workflows/ship.yml@refs/heads/main',
  jobWorkflowRef: 'acme/slipway/.github/workflows/deploy.yml@refs/tags/v1',
  runId: '1000',
  runAttempt: '1',
  subject: 'classic',
}

export function createIssuer(now: () => number): Issuer {
  const requestToken = 'simulator-id-token-request-token'

  const token = (audience: string, overrides: Claims = {}) => {
    const claims = { ...claimsOf(issuer.job, audience, Math.floor(now() / 1000)), ...overrides }
    const signed = `${encode({ typ: 'JWT', alg: 'RS256', kid: keyId })}.${encode(claims)}`
    return `${signed}.${createSign('RSA-SHA256').update(signed).sign(keyPair().privateKey, 'base64url')}`
  }

  const issuer: Issuer = {
    job: exampleJob,
    requestToken,
    token,
    verify(jwt) {
      const [head = '', body = '', signature = ''] = jwt.split('.')
      const valid = createVerify('RSA-SHA256')
        .update(`${head}.${body}`)
        .verify(keyPair().publicKey, Buffer.from(signature, 'base64url'))
      return valid ? (JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims) : undefined
    },
    handle(request) {
      switch (request.path) {
        case '/oidc/token':
          return request.headers.authorization?.toLowerCase() === `bearer ${requestToken}`
            ? json(200, { value: token(request.query.get('audience') ?? 'https://github.com/acme') })
            : json(401, { message: 'The bearer token of the request is not that of a job.' })
        case '/oidc/.well-known/openid-configuration':
          return json(200, {
            issuer: issuerUrl,
            jwks_uri: `${issuerUrl}/.well-known/jwks`,
            subject_types_supported: ['public', 'pairwise'],
            response_types_supported: ['id_token'],
            id_token_signing_alg_values_supported: ['RS256'],
            scopes_supported: ['openid'],
          })
        case '/oidc/.well-known/jwks':
          return json(200, {
            keys: [{ ...keyPair().publicKey.export({ format: 'jwk' }), kid: keyId, alg: 'RS256', use: 'sig' }],
          })
        default:
          return json(404, { message: 'Not Found' })
      }
    },
  }
  return issuer
}
