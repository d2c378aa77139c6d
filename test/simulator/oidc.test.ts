import { createPublicKey, createVerify, type JsonWebKey } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { subjectOf } from './oidc.ts'
import { createSimulator } from './simulator.ts'

const decode = (part: string | undefined) =>
  JSON.parse(Buffer.from(part ?? '', 'base64url').toString()) as Record<string, unknown>

test('a job gets a token as from the runner, and anybody can verify it with the published key', async () => {
  const simulator = createSimulator()
  const { environment, close } = await simulator.listen()
  // The way of @actions/core's getIDToken: the audience is appended to the URL.
  const asked = await fetch(`${environment.ACTIONS_ID_TOKEN_REQUEST_URL}&audience=sts.amazonaws.com`, {
    headers: { authorization: `Bearer ${environment.ACTIONS_ID_TOKEN_REQUEST_TOKEN}` },
  })
  const { value } = (await asked.json()) as { value: string }
  const base = `${environment.AWS_ENDPOINT_URL}/oidc/.well-known`
  const { keys } = (await (await fetch(`${base}/jwks`)).json()) as { keys: (JsonWebKey & { kid: string })[] }
  const { issuer } = (await (await fetch(`${base}/openid-configuration`)).json()) as { issuer: string }
  await close()

  const [head, claims, signature] = value.split('.')
  const key = keys.find(({ kid }) => kid === decode(head).kid)
  const isValid = createVerify('RSA-SHA256')
    .update(`${head}.${claims}`)
    .verify(createPublicKey({ key: key as JsonWebKey, format: 'jwk' }), Buffer.from(signature ?? '', 'base64url'))
  expect(isValid).toBe(true)
  expect(decode(claims)).toMatchObject({
    iss: issuer,
    aud: 'sts.amazonaws.com',
    sub: 'repo:acme/shop:ref:refs/heads/main',
    repository: 'acme/shop',
    job_workflow_ref: 'acme/slipway/.github/workflows/deploy.yml@refs/tags/v1',
  })
})

test('nobody else gets one', async () => {
  const { fetch: ask } = createSimulator()
  expect((await ask('http://127.0.0.1/oidc/token?audience=a')).status).toBe(401)
  expect((await ask('http://127.0.0.1/oidc/token', { headers: { authorization: 'Bearer guess' } })).status).toBe(401)
})

describe('the subject', () => {
  const { job } = createSimulator().oidc
  test.each([
    ['of a push', job, 'repo:acme/shop:ref:refs/heads/main'],
    ['of a pull request', { ...job, eventName: 'pull_request' }, 'repo:acme/shop:pull_request'],
    ['of a job with an environment', { ...job, environment: 'production' }, 'repo:acme/shop:environment:production'],
    ['with ids', { ...job, subject: 'immutable' as const }, 'repo:acme@12345/shop@456789:ref:refs/heads/main'],
  ])('%s', (_, of, subject) => expect(subjectOf(of)).toBe(subject))
})
