import { type AddressInfo, createServer } from 'node:net'
import type { STSClient } from '@aws-sdk/client-sts'
import { afterEach, describe, expect, test } from '@jest/globals'
import { callerIdentity } from '../../src/aws/identity.ts'
import { sessionName } from '../../src/aws/role.ts'
import { explainTrust } from '../../src/aws/trust.ts'
import { deadlineIn } from '../../src/clock.ts'
import { failure, plain, simulated } from './simulated.ts'

const role = 'arn:aws:iam::111122223333:role/slipway-deploy'
const trusted = { name: 'slipway-deploy', trust: { sub: 'repo:acme/shop:*' } }

const withRole = (options: Parameters<typeof simulated>[0] = {}) => {
  const session = simulated({ roleToAssume: role, ...options })
  session.simulator.iam.role(trusted)
  return session
}

describe('credentials of a role', () => {
  test('the job becomes the role by its own OIDC token, and its secrets are hidden first', async () => {
    const secrets: string[] = []
    const { aws } = withRole({ roleSessionName: 'ship', mask: (secret) => secrets.push(secret) })
    expect(await aws.identity()).toEqual({
      accountId: '111122223333',
      arn: 'arn:aws:sts::111122223333:assumed-role/slipway-deploy/ship',
    })
    expect(secrets).toHaveLength(2)
  })

  test('row F11: a long wait outlives its first session without a failed call', async () => {
    const { aws, simulator, clock } = withRole({ minutes: 300 })
    for (let hour = 0; hour < 4; hour++) {
      await aws.identity()
      await clock.sleep(59 * 60_000)
    }
    expect(simulator.recorder.count('sts', 'AssumeRoleWithWebIdentity')).toBe(4)
    expect(simulator.recorder.all.filter((call) => call.outcome)).toEqual([])
  })

  test('row F11: credentials that AWS calls expired are renewed once, and the call succeeds', async () => {
    const { aws, simulator } = withRole()
    await aws.identity()
    simulator.iam.expireSessions()
    expect((await aws.identity()).accountId).toBe('111122223333')
    expect(simulator.recorder.count('sts', 'AssumeRoleWithWebIdentity')).toBe(2)
  })

  test('row F11: credentials that are expired again at once end the run', async () => {
    const { aws, simulator } = withRole()
    simulator.faults.add({
      service: 'sts',
      operation: 'GetCallerIdentity',
      times: 9,
      effect: { kind: 'expired-token' },
    })
    expect((await failure(aws.identity())).code).toBe('credentials-expired')
    expect(simulator.recorder.count('sts', 'GetCallerIdentity')).toBe(2)
  })

  test('row F08: a shaky STS delays the start and does not fail it', async () => {
    const { aws, simulator } = withRole()
    const operation = 'AssumeRoleWithWebIdentity'
    simulator.faults.add({ operation, times: 2, effect: { kind: 'throttle' } })
    simulator.faults.add({ operation, skip: 2, times: 2, effect: { kind: 'reset' } })
    expect((await aws.identity()).accountId).toBe('111122223333')
  })

  test('a token that ran out on the way is replaced', async () => {
    const tokens: string[] = []
    const session = withRole({
      idToken: async () => {
        const overrides: Record<string, number> = tokens.length === 0 ? { exp: 1 } : {}
        tokens.push(session.simulator.oidc.token('sts.amazonaws.com', overrides))
        return tokens.at(-1) ?? ''
      },
    })
    expect((await session.aws.identity()).accountId).toBe('111122223333')
    expect(tokens).toHaveLength(2)
  })

  test('session names are made of what AWS allows', () => {
    expect(sessionName('acme/shop #12 «main»')).toMatch(/^[\w+=,.@-]{2,64}$/)
    expect(sessionName('a')).toMatch(/^[\w+=,.@-]{2,64}$/)
    expect(sessionName('x'.repeat(100))).toHaveLength(64)
  })
})

describe('a role that the job is not authorized to assume', () => {
  test('the condition that is missing is printed, the token is not', async () => {
    const { aws, simulator } = simulated({ roleToAssume: role })
    simulator.iam.role({ name: 'slipway-deploy', trust: { sub: 'repo:acme/other:*' } })
    const { code, what, why, fix } = await failure(aws.identity())
    expect(code).toBe('credentials-missing')
    expect(what).toBe(`Not authorized to perform sts:AssumeRoleWithWebIdentity on ${role}`)
    expect(why).toContain('iss "https://token.actions.githubusercontent.com"')
    expect(why).toContain('sub "repo:acme/shop:ref:refs/heads/main"')
    expect(why).toContain('job_workflow_ref "acme/slipway/.github/workflows/deploy.yml@refs/tags/v1"')
    expect(fix).toContain(
      '{"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com","token.actions.githubusercontent.com:sub":"repo:acme/shop:ref:refs/heads/main"}}',
    )
    expect(fix).toContain('arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com')
    const [head = ''] = simulator.oidc.token('sts.amazonaws.com').split('.')
    expect(`${what}${why}${fix}`).not.toContain(head)
    expect(simulator.recorder.count('sts')).toBe(1)
  })

  test('a subject with ids is explained', async () => {
    const { aws, simulator } = simulated({ roleToAssume: role })
    simulator.iam.role(trusted)
    simulator.oidc.job = { ...simulator.oidc.job, subject: 'immutable' }
    const { why } = await failure(aws.identity())
    expect(why).toContain('repo:acme@12345/shop@456789:ref:refs/heads/main')
    expect(why).toContain('since 2026-07-15')
  })

  const enterprise = [
    'https://ghes.corp.example/_services/token',
    'https://token.actions.acme.ghe.com',
    'https://token.actions.githubusercontent.com/acme-corp',
  ]
  test.each(enterprise)('the identity provider that is missing is that of the token: %s', async (iss) => {
    const session = simulated({
      roleToAssume: role,
      idToken: async () => session.simulator.oidc.token('sts.amazonaws.com', { iss }),
    })
    session.simulator.iam.role(trusted)
    expect((await failure(session.aws.identity())).fix).toBe(
      `Create the OIDC identity provider in account 111122223333, with the URL ${iss} and the audience sts.amazonaws.com.`,
    )
  })

  test.each(enterprise)('the trust policy that is missing names the issuer of the token: %s', (iss) => {
    const claims = Buffer.from(
      JSON.stringify({ iss, sub: 'repo:acme/shop:environment:live', aud: 'sts.amazonaws.com.cn' }),
    )
    const { what, fix } = explainTrust('arn:aws-cn:iam::111122223333:role/r', `h.${claims.toString('base64url')}.s`, {
      name: 'AccessDenied',
      message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
    }).parts
    const name = iss.slice('https://'.length)
    expect(plain(what)).toContain('arn:aws-cn:iam::111122223333:role/r')
    expect(plain(fix)).toContain(`{"Federated":"arn:aws-cn:iam::111122223333:oidc-provider/${name}"}`)
    expect(plain(fix)).toContain(
      `{"StringEquals":{"${name}:aud":"sts.amazonaws.com.cn","${name}:sub":"repo:acme/shop:environment:live"}}`,
    )
  })

  test('a wrong audience names the audience', async () => {
    const session = simulated({ roleToAssume: role, idToken: async () => session.simulator.oidc.token('elsewhere') })
    session.simulator.iam.role(trusted)
    expect((await failure(session.aws.identity())).fix).toContain('the audience elsewhere')
  })

  test('a session that is longer than the role allows says which input to lower', async () => {
    const { aws } = withRole({ roleDurationSeconds: 43_200 })
    expect((await failure(aws.identity())).fix).toContain('role-duration-seconds')
  })
})

describe('credentials of the environment', () => {
  test('none at all says both ways to have some, and asks nobody', async () => {
    const { aws, simulator } = simulated({ environment: { RUNNER_ENVIRONMENT: 'github-hosted', HOME: '/nonexistent' } })
    const { code, fix } = await failure(aws.identity())
    expect(code).toBe('credentials-missing')
    expect(fix).toContain('role-to-assume')
    expect(fix).toContain('AWS_ACCESS_KEY_ID')
    expect(simulator.recorder.count()).toBe(0)
  })

  test('how long they last is known of a role, of keys, and of a session that says so', async () => {
    const keys = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' }
    const of = (environment: Record<string, string>) => simulated({ environment }).aws.credentialLifetime()
    expect(await withRole().aws.credentialLifetime()).toEqual({ kind: 'renewed' })
    expect(await of(keys)).toEqual({ kind: 'lasting' })
    const session = { ...keys, AWS_SESSION_TOKEN: 'token' }
    expect(await of(session)).toEqual({ kind: 'unknown' })
    const until = { ...session, AWS_CREDENTIAL_EXPIRATION: '2026-11-21T14:02:00+00:00' }
    expect(await of(until)).toEqual({ kind: 'until', at: Date.UTC(2026, 10, 21, 14, 2) })
  })

  test('half a key names the missing half', async () => {
    const { aws } = simulated({ environment: { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE' } })
    expect((await failure(aws.identity())).why).toContain('AWS_SECRET_ACCESS_KEY is empty')
  })

  test('row F11: keys that expired and cannot be renewed fail at once, with the code of AWS', async () => {
    const { aws, simulator } = simulated()
    simulator.faults.add({ times: 9, effect: { kind: 'expired-token' } })
    const { code, what, why, fix } = await failure(aws.identity())
    expect(code).toBe('credentials-expired')
    expect(what).toBe('AWS rejected the credentials on sts:GetCallerIdentity')
    expect(why).toMatch(/^ExpiredToken(Exception)?: /)
    expect(fix).toContain('role-to-assume')
    expect(simulator.recorder.count()).toBe(1)
  })

  test('row F31: credentials of another account do nothing but say so', async () => {
    const { aws, simulator } = simulated({ allowedAccountIds: ['444455556666', '777788889999'] })
    expect(await failure(aws.ecr.describeRepository('api'))).toMatchObject({
      code: 'account-not-allowed',
      what: 'The credentials belong to account 111122223333, but the input allowed-account-ids is 444455556666, 777788889999',
      why: expect.stringMatching(/^sts:GetCallerIdentity returned arn:aws:\S+:111122223333:\S+$/),
      fix: 'Set the input role-to-assume to a role of that account, or correct the input allowed-account-ids. Nothing has been changed.',
    })
    expect(simulator.recorder.all.map((call) => call.operation)).toEqual(['GetCallerIdentity'])
  })

  test.each(['111122224444', '111122223334', '211122223333', '1111', '11112222333'])(
    'row F31: an account id that is only nearly theirs (%s) is another one',
    async (allowed) => {
      const { aws } = simulated({ allowedAccountIds: [allowed] })
      expect((await failure(aws.ecr.describeRepository('api'))).code).toBe('account-not-allowed')
    },
  )

  test.each([
    ['Account', { Arn: 'arn:aws:iam::111122223333:user/ann' }],
    ['Arn', { Account: '111122223333' }],
  ])('an identity without its %s is none, and the response is named', async (missing, reply) => {
    const { clock } = simulated()
    const sts = async () => ({ send: async () => reply }) as unknown as STSClient
    const signal = new AbortController().signal
    const asker = { clients: { sts }, clock, signal, deadline: deadlineIn(clock, 60_000) }
    expect((await failure(callerIdentity(asker))).why).toContain(`the response has no ${missing}`)
  })

  test('credentials of an allowed account are checked once', async () => {
    const { aws, simulator } = simulated({ allowedAccountIds: ['111122223333'] })
    await aws.ecr.describeRepository('api')
    await aws.ecr.describeRepository('api')
    expect(simulator.recorder.count('sts')).toBe(1)
  })

  test('without a region nothing starts', () => {
    expect(() => simulated({ region: undefined })).toThrow('inputs-invalid')
  })
})

describe('without any credentials', () => {
  const kept = { ...process.env }
  afterEach(() => {
    process.env = { ...kept }
  })

  test('the default chain is asked once, not for every call', async () => {
    let connections = 0
    const metadata = createServer((socket) => {
      connections++
      socket.destroy()
    })
    await new Promise<void>((resolve) => metadata.listen(0, '127.0.0.1', resolve))
    const { port } = metadata.address() as AddressInfo
    // The SDK reads its own settings from the process.
    for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name]
    Object.assign(process.env, { HOME: '/nowhere', AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://127.0.0.1:${port}` })
    const { aws } = simulated({ environment: { HOME: '/nowhere' } })
    const { code, why } = await failure(aws.identity())
    expect([code, why]).toEqual([
      'credentials-missing',
      'the default credential provider chain failed: Could not load credentials from any providers',
    ])
    const first = connections
    expect(first).toBeGreaterThan(0)
    expect((await failure(aws.ecs.describeTaskDefinition('api'))).code).toBe('credentials-missing')
    expect(connections).toBe(first)
    metadata.close()
  })
})
