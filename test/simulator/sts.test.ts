import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  GetCallerIdentityCommand,
  STSClient,
} from '@aws-sdk/client-sts'
import { describe, expect, test } from '@jest/globals'
import type { Role } from './iam.ts'
import type { Claims } from './oidc.ts'
import { createSimulator, type Simulator } from './simulator.ts'

const arn = 'arn:aws:iam::111122223333:role/deploy'
const classic = 'repo:acme/shop:ref:refs/heads/main'

const client = (simulator: Simulator, credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' }) =>
  new STSClient({ region: 'eu-west-1', credentials, maxAttempts: 1, requestHandler: simulator.requestHandler })

interface Attempt {
  readonly trust?: Role['trust']
  readonly maxSessionSeconds?: number
  readonly audience?: string
  readonly claims?: Claims
  readonly token?: string
  readonly seconds?: number
  readonly prepare?: (simulator: Simulator) => void
}

/** The session's credentials, or the error that AWS answers. */
async function assume(simulator: Simulator, attempt: Attempt = {}) {
  const { trust = { sub: classic }, maxSessionSeconds = 3600, audience = 'sts.amazonaws.com' } = attempt
  simulator.iam.role({ name: 'deploy', trust, maxSessionSeconds })
  attempt.prepare?.(simulator)
  const token = attempt.token ?? simulator.oidc.token(audience, attempt.claims)
  return client(simulator).send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: arn,
      RoleSessionName: 'shop-1000',
      WebIdentityToken: token,
      ...(attempt.seconds !== undefined && { DurationSeconds: attempt.seconds }),
    }),
  )
}

describe('AssumeRoleWithWebIdentity', () => {
  const trusted: readonly (readonly [string, Attempt])[] = [
    ['the exact subject', {}],
    ['a pattern', { trust: { sub: 'repo:acme/*' } }],
    [
      'an environment, in the immutable form of the subject',
      {
        trust: { sub: 'repo:acme@12345/shop@456789:environment:production' },
        prepare: ({ oidc }) =>
          Object.assign(oidc, { job: { ...oidc.job, environment: 'production', subject: 'immutable' } }),
      },
    ],
    [
      'the reusable workflow',
      { trust: { sub: 'repo:acme/*', jobWorkflowRef: 'acme/slipway/.github/workflows/deploy.yml@*' } },
    ],
    ['an audience of its own', { trust: { sub: classic, aud: 'acme' }, audience: 'acme' }],
  ]
  test.each(trusted)('gives a session to a job that the role trusts by %s', async (_, attempt) => {
    const simulator = createSimulator()
    const { Credentials, AssumedRoleUser } = await assume(simulator, attempt)
    expect(AssumedRoleUser?.Arn).toBe('arn:aws:sts::111122223333:assumed-role/deploy/shop-1000')
    const session = client(simulator, {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      ...{ sessionToken: Credentials?.SessionToken },
    })
    expect(await session.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: '111122223333',
      Arn: AssumedRoleUser?.Arn,
    })
  })

  const notAuthorized = ['AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', 403] as const
  const refused: readonly (readonly [string, Attempt, readonly [string, string, number]])[] = [
    ['another subject', { trust: { sub: 'repo:acme/shop:environment:production' } }, notAuthorized],
    [
      'the immutable subject where the role names the classic one',
      { prepare: ({ oidc }) => Object.assign(oidc, { job: { ...oidc.job, subject: 'immutable' } }) },
      notAuthorized,
    ],
    ['another reusable workflow', { trust: { sub: classic, jobWorkflowRef: 'acme/other/*' } }, notAuthorized],
    [
      'another audience',
      { audience: 'https://github.com/acme' },
      ['InvalidIdentityTokenException', 'Incorrect token audience', 400],
    ],
    [
      'another issuer',
      { claims: { iss: 'https://gitlab.com' } },
      ['InvalidIdentityTokenException', 'No OpenIDConnect provider found in your account for https://gitlab.com', 400],
    ],
    [
      'text that is no token',
      { token: 'nonsense' },
      ['InvalidIdentityTokenException', 'The ID Token provided is not a valid JWT', 400],
    ],
    [
      'more seconds than the role allows',
      { seconds: 7200 },
      ['ValidationError', 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.', 400],
    ],
    ['an old token', { claims: { exp: 1 } }, ['ExpiredTokenException', 'Token expired', 400]],
  ]
  test.each(refused)('refuses %s in the words of AWS', async (_, attempt, [name, message, status]) => {
    await expect(assume(createSimulator(), attempt)).rejects.toMatchObject({
      name,
      message: expect.stringContaining(message),
      $metadata: { httpStatusCode: status },
    })
  })

  test('refuses a token that somebody changed after it was signed', async () => {
    const simulator = createSimulator()
    const [head, , signature] = simulator.oidc.token('sts.amazonaws.com').split('.')
    const [, forged] = simulator.oidc.token('sts.amazonaws.com', { repository: 'evil/shop' }).split('.')
    await expect(assume(simulator, { token: `${head}.${forged}.${signature}` })).rejects.toMatchObject({
      name: 'InvalidIdentityTokenException',
      message: expect.stringContaining('verification key'),
    })
  })

  test('refuses a role that does not exist as it refuses one that does not trust the job', async () => {
    const simulator = createSimulator()
    await expect(
      client(simulator).send(
        new AssumeRoleWithWebIdentityCommand({
          RoleArn: `${arn}-none`,
          RoleSessionName: 'a1',
          WebIdentityToken: simulator.oidc.token('sts.amazonaws.com'),
        }),
      ),
    ).rejects.toMatchObject({ message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity' })
  })
})

describe('a session', () => {
  const started = async () => {
    const simulator = createSimulator()
    simulator.world.region('eu-west-1').ssm.put('a', 'b')
    const { Credentials } = await assume(simulator, { seconds: 900 })
    const credentials = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    }
    const read = (session = credentials) =>
      new SSMClient({
        region: 'eu-west-1',
        credentials: session,
        maxAttempts: 1,
        requestHandler: simulator.requestHandler,
      }).send(new GetParameterCommand({ Name: 'a', WithDecryption: true }))
    return { simulator, credentials, read }
  }

  test('ends on the virtual clock, and every service then says so', async () => {
    const { simulator, credentials, read } = await started()
    expect((await read()).Parameter?.Value).toBe('b')
    simulator.clock.advance(899_000)
    expect((await read()).Parameter?.Value).toBe('b')
    simulator.clock.advance(1000)
    const said = 'The security token included in the request is expired'
    await expect(read()).rejects.toMatchObject({ name: 'ExpiredTokenException', message: said })
    await expect(client(simulator, credentials).send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: 'ExpiredToken',
      message: said,
    })
  })

  test('is worth nothing with a token of another one', async () => {
    const { credentials, read } = await started()
    await expect(read({ ...credentials, sessionToken: 'other' })).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
    })
  })

  test('assumes a further role that trusts it, for an hour at most', async () => {
    const { simulator, credentials } = await started()
    simulator.iam.role({
      name: 'production',
      trustedPrincipals: ['arn:aws:sts::111122223333:assumed-role/deploy/*'],
      maxSessionSeconds: 43_200,
    })
    simulator.iam.role({ name: 'closed' })
    const chain = (role: string, seconds: number) =>
      client(simulator, credentials).send(
        new AssumeRoleCommand({
          RoleArn: `arn:aws:iam::111122223333:role/${role}`,
          RoleSessionName: 'next',
          DurationSeconds: seconds,
        }),
      )
    expect((await chain('production', 3600)).AssumedRoleUser?.Arn).toBe(
      'arn:aws:sts::111122223333:assumed-role/production/next',
    )
    await expect(chain('production', 7200)).rejects.toMatchObject({
      message: expect.stringContaining('1 hour session limit'),
    })
    await expect(chain('closed', 3600)).rejects.toMatchObject({
      name: 'AccessDenied',
      message:
        'User: arn:aws:sts::111122223333:assumed-role/deploy/shop-1000 is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/closed',
    })
  })
})
