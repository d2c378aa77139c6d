/** `slipway permissions --diff`: what the account has, against what slipway.yml needs. */
import { describe, expect, test } from '@jest/globals'
import { canonical, comparePolicies } from '../../src/cli/permissions/compare-policies.ts'
import type { PolicyDocument, Statement } from '../../src/cli/permissions/policy-document.ts'
import { seedRollingService } from '../simulator/fixtures.ts'
import type { Role as SimulatedRole } from '../simulator/iam.ts'
import type { Policy } from '../simulator/iam-policy.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { accountsOf, ids, repositoryOf } from './permissions-scene.ts'

const environment = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' }

async function compared(
  change: (role: SimulatedRole, sim: Simulator) => SimulatedRole | undefined,
  words: readonly string[] = [],
  accountId?: string,
) {
  const sim = createSimulator(accountId === undefined ? {} : { accountId })
  seedRollingService(sim)
  const scene = repositoryOf(sim)
  const { accounts } = await accountsOf(scene, ...words)
  const [planned] = accounts[0]?.roles ?? []
  if (planned === undefined) throw new Error('a role is expected')
  const role = change(
    { name: 'deploy', trustPolicy: planned['trust-policy'], policies: { slipway: planned.policy } },
    sim,
  )
  if (role) sim.iam.role(role)
  sim.recorder.clear()
  const clock = sim.clock.forProgram
  const ran = await scene.run(['permissions', '--diff', ...ids, ...words], {
    environment,
    clock,
    requestHandler: sim.requestHandler,
  })
  const operations = new Set(sim.recorder.all.map(({ operation }) => operation))
  return { ...ran, operations: [...operations].sort() }
}

/** The policy in four parts, inline and attached: pages, and statements that are written differently. */
function inParts({ Statement, Version }: Policy) {
  const part = (index: number) => ({ Version, Statement: Statement.filter((_, at) => at % 4 === index) })
  return {
    policies: { a: part(0), b: part(1), c: part(2) },
    attachedPolicies: { 'arn:aws:iam::111122223333:policy/d': part(3) },
  }
}

test('a role that was made of the output is as needed, whatever policies it is split into, and nothing is changed', async () => {
  const { code, out, operations } = await compared((role) => ({
    ...role,
    ...inParts(role.policies?.slipway ?? { Version: '', Statement: [] }),
  }))
  expect([code, out]).toEqual([0, 'account 111122223333\nOIDC provider: as needed\nrole deploy: as needed\n'])
  expect(operations).toEqual([
    'GetCallerIdentity',
    'GetOpenIDConnectProvider',
    'GetPolicy',
    'GetPolicyVersion',
    'GetRole',
    'GetRolePolicy',
    'ListAttachedRolePolicies',
    'ListRolePolicies',
  ])
})

test.each<[string, Parameters<typeof compared>[0], readonly string[]]>([
  ['a role that is missing', () => undefined, ['missing   the role arn:aws:iam::111122223333:role/deploy']],
  [
    'a provider that is missing',
    (role, sim) => {
      sim.iam.providers.clear()
      return role
    },
    ['missing   the provider arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com'],
  ],
  [
    'a provider of another audience',
    (role, sim) => {
      sim.iam.providers.set('token.actions.githubusercontent.com', ['https://github.com/acme'])
      return role
    },
    ['missing   the audience sts.amazonaws.com'],
  ],
  [
    'no policy',
    (role) => ({ ...role, policies: {} }),
    ['missing   ecs:UpdateService on arn:aws:ecs:eu-west-1:111122223333:service/shop/api'],
  ],
  [
    'too much',
    (role) => ({
      ...role,
      attachedPolicies: {
        'arn:aws:iam::aws:policy/all': {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: 'ecs:*', Resource: '*' }],
        },
      },
    }),
    ['too much  ecs:* on *'],
  ],
  [
    'a denial',
    (role) => ({
      ...role,
      policies: {
        ...role.policies,
        deny: { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: 'ecs:UpdateService', Resource: '*' }] },
      },
    }),
    ['unclear   {"Effect":"Deny"'],
  ],
  [
    'a trust that is too wide',
    (role) => ({
      ...role,
      trustPolicy: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRoleWithWebIdentity', Principal: { Federated: 'x' } }],
      },
    }),
    ['missing   trust: {"Sid":"GitHubActions"', 'too much  trust: {"Effect":"Allow"'],
  ],
  [
    'a boundary of its own',
    (role) => ({ ...role, boundaryArn: 'arn:aws:iam::111122223333:policy/x' }),
    ['unclear   the permissions boundary'],
  ],
  [
    'a path',
    (role) => ({ ...role, name: 'ci/deploy' }),
    ['missing   the path: the role is arn:aws:iam::111122223333:role/ci/deploy'],
  ],
])('%s', async (_, change, lines) => {
  const { code, out } = await compared(change)
  expect(code).toBe(3)
  for (const line of lines) expect(out).toContain(`\n  ${line}`)
})

test('with --json it is one document', async () => {
  const { code, out } = await compared(() => undefined, ['--json'])
  expect([code, JSON.parse(out)]).toMatchObject([3, { account: '111122223333', equal: false, 'not-compared': [] }])
})

test('credentials of an account that slipway.yml does not have are refused', async () => {
  const { code, err } = await compared(() => undefined, [], '999988887777')
  expect(code).toBe(1)
  expect(err).toContain(
    'The AWS credentials are of account 999988887777, which slipway.yml does not have: it has 111122223333',
  )
})

describe('the comparison', () => {
  const policy = (...statements: readonly Partial<Statement>[]): PolicyDocument => ({
    Version: '2012-10-17',
    Statement: statements.map((one) => ({ Effect: 'Allow', Action: 'ecs:UpdateService', Resource: 'arn:a', ...one })),
  })
  const condition = { ArnEquals: { 'ecs:cluster': ['c'] } }

  test.each<[string, PolicyDocument, PolicyDocument, number, number]>([
    ['equal', policy({}), policy({ Action: ['ecs:UpdateService'], Resource: ['arn:a'] }), 0, 0],
    ['other case of the action', policy({}), policy({ Action: 'ECS:updateservice' }), 0, 0],
    ['wider resource', policy({}), policy({ Resource: 'arn:*' }), 0, 1],
    ['wider by a question mark', policy({}), policy({ Resource: 'arn:?' }), 0, 1],
    ['narrower than needed', policy({ Resource: 'arn:*' }), policy({}), 1, 0],
    ['narrowed by a condition', policy({}), policy({ Condition: condition }), 1, 0],
    ['without the condition', policy({ Condition: condition }), policy({}), 0, 1],
    [
      'equal conditions',
      policy({ Condition: condition }),
      policy({ Condition: { ArnEquals: { 'ecs:cluster': 'c' } } }),
      0,
      0,
    ],
    ['a dot is no wildcard', policy({ Resource: 'arnxa' }), policy({ Resource: 'arn.a' }), 1, 1],
  ])('%s', (_, needed, existing, missing, excess) => {
    const difference = comparePolicies(needed, [existing])
    expect([difference.missing.length, difference.excess.length]).toEqual([missing, excess])
  })

  test('a canonical form has neither Sid nor order', () => {
    expect(canonical({ Sid: 'a', b: ['y', 'x'], a: ['z'] })).toBe(canonical({ a: 'z', b: ['x', 'y'] }))
    expect(canonical({ a: 'x' })).not.toBe(canonical({ a: 'y' }))
  })
})
