/** Trust policies that `slipway permissions` generates, through the simulated STS: which tokens they accept. */
import { describe, expect, test } from '@jest/globals'
import { issuerOf } from '../../src/cli/permissions/issuer.ts'
import { repositoryOfRemote } from '../../src/cli/permissions/read-repository.ts'
import { trustPolicy } from '../../src/cli/permissions/trust-policy.ts'
import type { Policy } from '../simulator/iam-policy.ts'
import type { Job } from '../simulator/oidc.ts'
import { createSimulator } from '../simulator/simulator.ts'
import { cliScene } from './cli-scene.ts'
import { accountsOf, ids } from './permissions-scene.ts'

const account = '111122223333'
const slipwayYml = `version: 1
services: { api: {} }
environments:
  production: { region: eu-west-1, account: "${account}", role: deploy, services: { api: { cluster: shop, service: api } } }
`
const scene = cliScene({ 'slipway.yml': slipwayYml })

async function trustOf(...words: readonly string[]): Promise<Policy> {
  const { accounts } = await accountsOf(scene, ...words)
  const [role] = accounts[0]?.roles ?? []
  if (role === undefined) throw new Error('a role is expected')
  return role['trust-policy']
}

/** What STS answers to the token of a job. */
async function assume(trust: Policy, job: Partial<Job>, audience = 'sts.amazonaws.com'): Promise<string> {
  const sim = createSimulator()
  sim.iam.role({ name: 'deploy', trustPolicy: trust })
  sim.oidc.job = { ...sim.oidc.job, environment: 'production', ...job }
  const body = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: `arn:aws:iam::${account}:role/deploy`,
    RoleSessionName: 'slipway',
    WebIdentityToken: sim.oidc.token(audience),
  })
  const response = await sim.fetch('https://sts.eu-west-1.amazonaws.com/', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: body.toString(),
  })
  const text = await response.text()
  return response.ok ? 'accepted' : (/<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? text)
}

const workflow = 'acme/slipway/.github/workflows/deploy.yml@refs/tags/v1'

describe('a token of the repository and environment', () => {
  test.each<[string, Partial<Job>, string]>([
    ['in the form with names', {}, 'accepted'],
    ['in the form with ids', { subject: 'immutable' }, 'accepted'],
    ['of another environment', { environment: 'staging' }, 'AccessDenied'],
    ['of another environment, with ids', { environment: 'staging', subject: 'immutable' }, 'AccessDenied'],
    ['of an environment that begins with it', { environment: 'production-eu' }, 'AccessDenied'],
    ['of no environment, on the branch', { environment: undefined as never }, 'AccessDenied'],
    ['of a tag', { environment: undefined as never, ref: 'refs/tags/v1' }, 'AccessDenied'],
    ['of a pull request', { environment: undefined as never, eventName: 'pull_request' }, 'AccessDenied'],
    ['of another repository', { repository: 'acme/other', repositoryId: '1' }, 'AccessDenied'],
    ['of another repository of the same name, made after a deletion', { repositoryId: '999' }, 'AccessDenied'],
    ['of the same name of another owner, with ids', { repositoryOwnerId: '999', subject: 'immutable' }, 'AccessDenied'],
    ['of a fork', { repository: 'evil/shop', repositoryId: '2', repositoryOwnerId: '3' }, 'AccessDenied'],
    ['of a name that contains it', { repository: 'acme/shop-2', repositoryId: '2' }, 'AccessDenied'],
  ])('%s', async (_, job, answer) => {
    expect(await assume(await trustOf(), job)).toBe(answer)
  })

  test('for another audience is refused', async () => {
    expect(await assume(await trustOf(), {}, 'https://github.com/acme')).toBe('InvalidIdentityToken')
  })

  test.each<[string, string, string]>([
    ['exactly this workflow', workflow, 'accepted'],
    ['one of any version', 'acme/slipway/.github/workflows/deploy.yml@*', 'accepted'],
    ['another version', 'acme/slipway/.github/workflows/deploy.yml@refs/tags/v2', 'AccessDenied'],
    ['another workflow', 'acme/slipway/.github/workflows/*.yaml@*', 'AccessDenied'],
  ])('where the policy trusts %s', async (_, trusted, answer) => {
    expect(await assume(await trustOf('--workflow', trusted), {})).toBe(answer)
  })

  test('several workflows are alternatives', async () => {
    const trust = await trustOf('--workflow', 'acme/x@y', '--workflow', workflow)
    expect(await assume(trust, {})).toBe('accepted')
  })
})

describe('the ids of the repository', () => {
  const reply = (status: number, document: unknown) => async (url: string, init: RequestInit) => {
    asked.push([url, new Headers(init.headers).get('authorization')])
    return new Response(JSON.stringify(document), { status })
  }
  const asked: unknown[] = []
  const words = ['permissions', '--json', '--repository', 'acme/shop']
  const environment = { GITHUB_TOKEN: 'ghs_1' }

  test('are asked from GitHub with a token', async () => {
    asked.length = 0
    const fetch = reply(200, { id: 456789, owner: { id: 12345 } })
    const { out } = await scene.run(words, { environment, fetch })
    expect(asked).toEqual([['https://api.github.com/repos/acme/shop', 'Bearer ghs_1']])
    expect(out).toContain('repo:acme@12345/shop@456789:environment:production')
    expect(JSON.stringify(await trustOf())).toContain('"token.actions.githubusercontent.com:repository_id":"456789"')
  })

  test.each([
    [404, {}, 'HTTP 404'],
    [301, {}, 'HTTP 301'],
    [200, {}, 'the response has no ids'],
  ])('an answer %i %j is a failure that shows the way', async (status, document, why) => {
    const { code, err } = await scene.run(words, { environment, fetch: reply(status, document) })
    expect(code).toBe(1)
    expect(err).toContain(`GitHub's API did not return the ids of acme/shop: ${why}`)
    expect(err).toContain('--owner-id and --repository-id')
  })

  test.each([
    [['--owner-id', '1'], '--owner-id and --repository-id belong together'],
    [['--owner-id', 'acme', '--repository-id', '2'], '--owner-id must be a number, not "acme"'],
    [['--repository', 'shop'], '--repository must be OWNER/NAME, not "shop"'],
  ])('%j is refused', async (more, message) => {
    const given = more[0] === '--repository' ? ['permissions'] : words
    expect(await scene.run([...given, ...more])).toMatchObject({ code: 2, err: expect.stringContaining(message) })
  })
})

describe('other servers', () => {
  test.each([
    ['https://github.com', undefined, 'token.actions.githubusercontent.com', 'https://api.github.com'],
    ['https://github.com', 'acme', 'token.actions.githubusercontent.com/acme', 'https://api.github.com'],
    ['https://acme.ghe.com', undefined, 'token.actions.acme.ghe.com', 'https://api.acme.ghe.com'],
    [
      'https://git.example.com:8443/',
      undefined,
      'git.example.com:8443/_services/token',
      'https://git.example.com:8443/api/v3',
    ],
  ])('%s (enterprise %s) has the issuer %s', (server, enterprise, name, api) => {
    expect(issuerOf(server, enterprise)).toMatchObject({ name, url: `https://${name}`, api })
  })

  test('keys are named after the issuer, and claims that AWS knows of github.com alone are left out and said', async () => {
    const { accounts, err } = await accountsOf(scene, '--server-url', 'https://git.example.com', '--audience', 'aws')
    const issuer = 'git.example.com/_services/token'
    expect(accounts[0]?.roles[0]?.['trust-policy'].Statement).toEqual([
      {
        Sid: 'GitHubActions',
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${issuer}` },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: {
            [`${issuer}:aud`]: 'aws',
            [`${issuer}:sub`]: [
              'repo:acme/shop:environment:production',
              'repo:acme@12345/shop@456789:environment:production',
            ],
          },
        },
      },
    ])
    expect(err).toContain('condition keys for repository_id and job_workflow_ref only with the issuer of github.com')
  })

  test('--workflow is refused there: AWS would never match it', async () => {
    const words = ['permissions', ...ids, '--server-url', 'https://git.example.com', '--workflow', workflow]
    expect(await scene.run(words)).toMatchObject({ code: 2, err: expect.stringContaining('--workflow') })
  })

  test('the provider of China and GovCloud has the partition of the region', () => {
    const request = {
      accountId: account,
      repository: { name: 'acme/shop' },
      environments: ['live'],
      issuer: issuerOf('https://github.com'),
      audience: 'sts.amazonaws.com',
      workflows: [],
    }
    for (const [region, partition] of [
      ['cn-north-1', 'aws-cn'],
      ['us-gov-west-1', 'aws-us-gov'],
    ] as const)
      expect(JSON.stringify(trustPolicy({ ...request, region }))).toContain(
        `"arn:${partition}:iam::${account}:oidc-provider/`,
      )
  })
})

test.each([
  ['git@github.com:acme/shop.git', 'acme/shop'],
  ['https://github.com/acme/shop', 'acme/shop'],
  ['https://user:secret@git.example.com/acme/shop.git', 'acme/shop'],
  ['ssh://git@github.com/acme/shop.js.git', 'acme/shop.js'],
  ['../elsewhere', undefined],
  [undefined, undefined],
])('the remote %s is the repository %s', (remote, name) => {
  expect(repositoryOfRemote(remote)).toBe(name)
})
