/** Policies that `slipway permissions` generates, taken literally by the simulated IAM, against what deployments call. */
import { describe, expect, test } from '@jest/globals'
import { connect } from '../../src/aws/connect.ts'
import { deadlineIn } from '../../src/clock.ts'
import type { ServiceRequest } from '../../src/targets/ecs/request/service-request.ts'
import { codeDeployScene, newImage, region, rollingScene, run } from '../deployment/scene.ts'
import { isLong, some } from '../often.ts'
import type { Behaviour } from '../simulator/contract.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { cliScene } from './cli-scene.ts'
import { accountsOf, actionsIn, policyOf, repositoryOf } from './permissions-scene.ts'

const other = 'registry.example.com/api:other'
const crash: Behaviour = { kind: 'crash', exitCode: 1 }
const slow: Behaviour = { kind: 'healthy', startSeconds: 60 }
const modes: readonly (readonly [string, Behaviour, Partial<ServiceRequest>])[] = [
  ['healthy', { kind: 'healthy' }, {}],
  ['broken', crash, { waitMinutes: 90 }],
  ['broken, stopped early', crash, { failFastAfter: 1 }],
  ['stopping another one', { kind: 'healthy' }, { onConflict: 'stop' }],
]

const evidence = /(ListTasks|DescribeTasks|DescribeTarget\w+|GetLogEvents|DescribeAlarms|DescribeImages)$/

const engines: readonly (readonly [string, (count?: number) => Simulator, readonly string[]])[] = [
  ['ECS', (desiredCount) => rollingScene({ desiredCount }), []],
  ['CodeDeploy', () => codeDeployScene({ terminationWaitMinutes: 0 }), ['--codedeploy', 'api']],
]

async function deployed(sim: Simulator, [, behaviour, request]: (typeof modes)[number]) {
  sim.world.scenarios.set(other, slow)
  if (request.onConflict) await run(sim, { image: other, request: { wait: false } })
  sim.world.scenarios.set(newImage, behaviour)
  return run(sim, { image: newImage, commit: 'a'.repeat(40), request })
}

const refusedIn = (sim: Simulator) =>
  sim.recorder.all
    .filter(({ outcome }) => /AccessDenied|Unauthorized/.test(outcome ?? ''))
    .map(({ operation }) => operation)

describe.each(engines)('a deployment by %s', (engine, scene, words) => {
  /** CodeDeploy takes an hour of AWS's time to give up. */
  const usual = modes.filter(([name]) => isLong || engine === 'ECS' || name !== 'broken')

  // The other half is played below, with the least policy.
  test.each(some(modes, 2))('%s is refused nothing', async (...mode) => {
    const sim = scene()
    sim.iam.enforce(await policyOf(repositoryOf(sim), ...words))
    const { outcome } = await deployed(sim, mode)
    expect(outcome).toBe(mode[1] === crash ? 'rolled-back' : 'succeeded')
    expect(refusedIn(sim)).toEqual([])
  })

  test('uses every action of the least policy, and no other', async () => {
    const least = ['--action', 'deploy', '--without', 'evidence', '--without', 'preflight', ...words]
    const used = new Set<string>()
    for (const mode of usual) {
      const sim = scene(mode[2].failFastAfter === undefined ? 2 : 30)
      // Tasks that fail early are evidence, and stopping for them is not.
      const policies = mode[2].failFastAfter === undefined ? [least] : [least, words]
      sim.iam.enforce(...(await Promise.all(policies.map((given) => policyOf(repositoryOf(sim), ...given)))))
      await deployed(sim, mode)
      for (const action of sim.iam.actionsUsed()) used.add(action)
      expect(refusedIn(sim).filter((operation) => !evidence.test(operation))).toEqual([])
    }
    const policy = await policyOf(repositoryOf(scene()), ...least)
    expect([...used].filter((action) => !evidence.test(action)).sort()).toEqual(actionsIn(policy))
  })

  test.each([
    ['cluster', { cluster: 'other' }],
    ['service', { service: 'web' }],
  ])('of another %s is refused', async (_, request) => {
    const sim = scene()
    sim.iam.enforce(await policyOf(repositoryOf(sim), ...words))
    const { error, cause } = await run(sim, { image: newImage, request })
    expect(`${cause}${error instanceof Error ? error.message : ''}`).not.toBe('')
    expect(refusedIn(sim).length).toBeGreaterThan(0)
    expect(sim.recorder.count('ecs', 'UpdateService') + sim.recorder.count('codedeploy', 'CreateDeployment')).toBe(0)
  })
})

test('every action is restricted to the resources of this service, and to what creates and contains them', async () => {
  const scene = repositoryOf(rollingScene())
  const [ecs, codeDeploy] = [await policyOf(scene, '--with', 'run-task'), await policyOf(scene, '--codedeploy', 'api')]
  const restricted = [...ecs.Statement, ...codeDeploy.Statement]
    .flatMap(({ Action = [], Resource = [], Condition = {} }) =>
      [Action]
        .flat()
        .map((action) => [action, [Resource].flat(), Object.values(Condition).flatMap(Object.entries)] as const),
    )
    .filter(([, resources, conditions]) => resources[0] !== '*' || conditions.length > 0)
    .map(([action, resources, conditions]) => {
      const short = resources.map((resource) => resource.replace(/^arn:aws:\w+:(eu-west-1)?:111122223333:/, ''))
      return `${action}: ${[...short, ...conditions.map(([key, value]) => `${key} = ${value}`)].join(', ')}`
    })
  expect([...new Set(restricted)].sort()).toEqual(
    [
      ...'BatchGetDeployments CreateDeployment GetDeployment GetDeploymentGroup ListDeployments'
        .split(' ')
        .map((name) => `codedeploy:${name}: deploymentgroup:AppECS-shop-api/DgpECS-shop-api`),
      'codedeploy:GetApplicationRevision: application:AppECS-shop-api',
      'codedeploy:RegisterApplicationRevision: application:AppECS-shop-api',
      'codedeploy:GetDeploymentConfig: deploymentconfig:*',
      ...'BatchCheckLayerAvailability BatchGetImage CompleteLayerUpload DescribeImages DescribeRepositories GetDownloadUrlForLayer InitiateLayerUpload PutImage UploadLayerPart'
        .split(' ')
        .map((name) => `ecr:${name}: repository/api`),
      'ecs:DescribeClusters: cluster/shop',
      ...'DescribeServices ListServiceDeployments UpdateService'
        .split(' ')
        .map((name) => `ecs:${name}: service/shop/api`),
      ...'ContinueServiceDeployment DescribeServiceDeployments StopServiceDeployment'
        .split(' ')
        .map((name) => `ecs:${name}: service-deployment/shop/api/*, service/shop/api`),
      'ecs:DescribeServiceRevisions: service-revision/shop/api/*, service/shop/api',
      'ecs:DescribeTasks: task/shop/*',
      'ecs:ListTasks: *, ecs:cluster = arn:aws:ecs:eu-west-1:111122223333:cluster/shop',
      'ecs:RegisterTaskDefinition: task-definition/api:*',
      'ecs:RunTask: task-definition/api:*, ecs:cluster = arn:aws:ecs:eu-west-1:111122223333:cluster/shop',
      'ecs:StopTask: task/shop/*',
      'ecs:TagResource: task-definition/api:*',
      'iam:GetRole: role/shop-execution',
      'iam:PassRole: role/shop-execution, iam:PassedToService = ecs-tasks.amazonaws.com',
      'logs:GetLogEvents: log-group:/shop/api:log-stream:*',
    ].sort(),
  )
})

/** Ports of a job of this environment, which assumes the role `deploy` with its token. */
function portsOfJob(sim: Simulator, environment: string) {
  sim.oidc.job = { ...sim.oidc.job, environment }
  const clock = sim.clock.forProgram
  const aws = connect({
    region,
    clock,
    signal: new AbortController().signal,
    deadline: deadlineIn(clock, 24 * 3_600_000),
    environment: {},
    requestHandler: sim.requestHandler,
    roleToAssume: 'arn:aws:iam::111122223333:role/deploy',
    idToken: async () => sim.oidc.token('sts.amazonaws.com'),
  })
  return { ...aws, clock }
}

test('the role as it is printed, with its trust: a job of its environment deploys, and of another one does not', async () => {
  const deployBy = async (environment: string) => {
    const sim = rollingScene()
    const { accounts } = await accountsOf(repositoryOf(sim), '--boundary')
    const [account] = accounts
    const [role] = account?.roles ?? []
    if (!role || !account?.boundary) throw new Error('a role and a boundary are expected')
    const { 'trust-policy': trustPolicy, policy } = role
    sim.iam.role({ name: role.name, trustPolicy, policies: { slipway: policy }, boundary: account.boundary.policy })
    const ended = await run(sim, { image: newImage, commit: 'a'.repeat(40), ports: portsOfJob(sim, environment) })
    return { ...ended, refused: refusedIn(sim), calls: sim.recorder.count('ecs') }
  }
  expect(await deployBy('production')).toMatchObject({ outcome: 'succeeded', refused: [] })
  const { outcome, cause, calls } = await deployBy('staging')
  expect([outcome, calls]).toEqual(['failed', 0])
  expect(cause).toContain('Not authorized to perform sts:AssumeRoleWithWebIdentity')
})

test('a service-definition in slipway.yml asks for ecs:CreateService on that service', async () => {
  const sim = rollingScene()
  expect(actionsIn(await policyOf(repositoryOf(sim)))).not.toContain('ecs:CreateService')
  const { Statement } = await policyOf(repositoryOf(sim, ', service-definition: service.json'))
  const statements = Statement.filter(({ Action = [] }) => Action.includes('ecs:CreateService'))
  expect(statements.flatMap(({ Resource = [] }) => Resource)).toEqual([
    'arn:aws:ecs:eu-west-1:111122223333:service/shop/api',
  ])
})

test('a family in slipway.yml is no file, also where a folder has its name', async () => {
  const scene = repositoryOf(rollingScene(), ', task-definition: api')
  scene.write('api/main.js', '')
  const { err } = await accountsOf(scene)
  expect(err).toContain('The task definition of api (production) is not in a file')
})

test('no other role is passed than those of the definition, and not to another service', async () => {
  const sim = rollingScene()
  const { Statement } = await policyOf(repositoryOf(sim))
  expect(Statement.filter(({ Action }) => [Action].flat().includes('iam:PassRole'))).toEqual([
    {
      Sid: 'IamPassRole',
      Effect: 'Allow',
      Action: ['iam:PassRole'],
      Resource: ['arn:aws:iam::111122223333:role/shop-execution'],
      Condition: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
    },
  ])
})

test('roles that ECS itself gets are those of hooks and load balancers', async () => {
  const role = 'arn:aws:iam::111122223333:role/infrastructure'
  const hook = `{ hookTargetArn: "arn:aws:lambda:eu-west-1:111122223333:function:f", roleArn: "${role}", lifecycleStages: [PRE_SCALE_UP] }`
  const scene = repositoryOf(rollingScene(), `, deployment: { lifecycle-hooks: [${hook}] }`)
  const { Statement } = await policyOf(scene)
  expect(Statement).toContainEqual(
    expect.objectContaining({
      Resource: [role],
      Condition: { StringEquals: { 'iam:PassedToService': 'ecs.amazonaws.com' } },
    }),
  )
})

const several = (count: number) => `version: 1
services: { ${Array.from({ length: count }, (_, index) => `service-number-${index}: {}`).join(', ')} }
environments:
  live:
    region: eu-west-1
    account: "111122223333"
    services: { ${Array.from({ length: count }, (_, index) => `service-number-${index}: { cluster: shop, service: service-number-${index} }`).join(', ')} }
`

test('a policy beyond the quota of IAM is an error that names it and the way out, which works', async () => {
  const scene = cliScene({ 'slipway.yml': several(60) })
  const words = ['permissions', '--repository', 'acme/shop', '--pass-role', 'task']
  const { code, out, err } = await scene.run(words)
  expect([code, out]).toEqual([2, ''])
  expect(err).toMatch(/LimitExceeded: the policy of role slipway-live has \d+ characters.*10240; --scope cluster/)
  const shorter = await scene.run([...words, '--scope', 'cluster'])
  expect(shorter.code).toBe(0)
  expect(shorter.out).toContain('service/shop/*')
})

test('what is unknown is left out and said, with the way to know it', async () => {
  const scene = cliScene({ 'slipway.yml': several(1) })
  const { out, err } = await scene.run(['permissions', '--repository', 'acme/shop'])
  const policies = JSON.stringify(JSON.parse(out).accounts)
  expect(policies).not.toMatch(/iam:PassRole|secretsmanager|ssm:/)
  expect(err).toMatch(/note: The task definition of service-number-0 \(live\) is not in a file, so iam:PassRole/)
  expect(err).toContain("gh api repos/acme/shop --jq '.owner.id, .id'")
  expect(err).toContain('set role: slipway-live there')
  expect(err).toContain('give --codedeploy NAME')
})

test('two accounts: a role in each, and the repository is shared with the other', async () => {
  const scene = cliScene({
    'slipway.yml': `version: 1
image: { repository: team/api }
services: { api: { task-definition: td.json } }
environments:
  staging: { region: eu-west-1, account: "111122223333", role: ci/deploy, services: { api: { cluster: s, service: api } } }
  production: { region: eu-central-1, account: "444455556666", role: deploy, services: { api: { cluster: p, service: api } } }
`,
    'td.json': JSON.stringify({ family: 'api', taskRoleArn: 'task', executionRoleArn: 'arn:aws:iam::1:role/<x>' }),
  })
  const { accounts, err } = await accountsOf(scene)
  expect(
    accounts.map(({ account, roles }) => [
      account,
      roles.map(({ arn, name, environments }) => [arn, name, environments]),
    ]),
  ).toEqual([
    ['111122223333', [['arn:aws:iam::111122223333:role/ci/deploy', 'deploy', ['staging']]]],
    ['444455556666', [['arn:aws:iam::444455556666:role/deploy', 'deploy', ['production']]]],
  ])
  const [first, second] = accounts
  expect(first?.['repository-policies']).toEqual([
    {
      arn: 'arn:aws:ecr:eu-west-1:111122223333:repository/team/api',
      region: 'eu-west-1',
      policy: expect.objectContaining({
        Statement: [expect.objectContaining({ Principal: { AWS: ['arn:aws:iam::444455556666:root'] } })],
      }),
    },
  ])
  expect(second?.['repository-policies']).toEqual([])
  const allowed = (index: number) => actionsIn(accounts[index]?.roles[0]?.policy ?? { Version: '', Statement: [] })
  expect(allowed(0)).toContain('ecr:PutImage')
  expect(allowed(1)).not.toContain('ecr:PutImage')
  expect(err).toContain(
    'Placeholders were left out, so give the roles by --pass-role: executionRoleArn of api (staging)',
  )
})

const [api, web] = [
  'arn:aws:ecr:eu-west-1:111122223333:repository/shop/api',
  'arn:aws:ecr:eu-west-1:222233334444:repository/shop/web',
]
const [first, second] = ['arn:aws:iam::111122223333:root', 'arn:aws:iam::444455556666:root']

test.each([
  [
    'several images are pushed by the roles that build them',
    'images: { api: { repository: shop/api }, web: { repository: shop/web, account: "222233334444", role: build } }',
    '',
    { 111122223333: [api], 222233334444: [web], 444455556666: [] },
    [
      [api, 'PullFromOtherAccounts', [second]],
      [web, 'PullFromOtherAccounts', [first, second]],
    ],
  ],
  [
    'the image is tagged by the role of an environment with image-tags, also from another account',
    'image: { repository: shop/api }',
    'image-tags: [production], ',
    { 111122223333: [api], 444455556666: [api] },
    [
      [api, 'PullFromOtherAccounts', [second]],
      [api, 'TagFromOtherAccounts', [second]],
    ],
  ],
])('%s', async (_, image, tags, pushed, shared) => {
  const scene = cliScene({
    'slipway.yml': `version: 1
${image}
services: { api: {} }
environments:
  staging: { region: eu-west-1, account: "111122223333", role: deploy, services: { api: { cluster: s, service: api } } }
  production: { region: eu-west-1, account: "444455556666", role: deploy, ${tags}services: { api: { cluster: p, service: api } } }
`,
  })
  const { accounts } = await accountsOf(scene)
  const pushing = accounts.map(({ account, roles }) => {
    const statements = roles.flatMap(({ policy }) => policy.Statement)
    const own = statements.filter(({ Action = [] }) => Action.includes('ecr:PutImage'))
    return [account, own.flatMap(({ Resource = [] }) => Resource)]
  })
  expect(Object.fromEntries(pushing)).toEqual(pushed)
  const policies = accounts.flatMap((account) => account['repository-policies'])
  expect(
    policies.flatMap(({ arn, policy }) => policy.Statement.map(({ Sid, Principal }) => [arn, Sid, Principal?.AWS])),
  ).toEqual(shared)
})

test('the boundary keeps a role that is given too much from changing IAM, other regions and other services', async () => {
  const sim = rollingScene()
  const { accounts } = await accountsOf(repositoryOf(sim), '--boundary')
  const boundary = accounts[0]?.boundary?.policy
  expect(boundary && JSON.stringify(boundary).length).toBeLessThanOrEqual(6144)
  sim.iam.enforce(boundary ?? { Version: '', Statement: [] })
  expect((await run(sim, { image: newImage })).outcome).toBe('succeeded')
  const actions = boundary ? actionsIn(boundary) : []
  expect(actions.filter((action) => action.startsWith('iam:'))).toEqual([
    'iam:GetRole',
    'iam:PassRole',
    'iam:SimulatePrincipalPolicy',
  ])
  expect(actions.some((action) => action.includes('*'))).toBe(false)
})

test.each([
  [['--codedeploy', 'apy'], '--codedeploy must be a service of slipway.yml, api, not "apy", did you mean api?'],
  [['--with', 'kms-key'], '--with kms-key needs --kms-key'],
  [['--with', 'signing'], '--with signing needs --signing-profile'],
  [['--kms-key', 'mine'], '"mine" is not the ARN of a KMS key'],
  [['--server-url', 'github.example.com'], '--server-url must be an https URL'],
  [['--account', '999988887777'], '--account must be one of the accounts of slipway.yml, 111122223333'],
  [['--check'], '--check needs --output'],
  [['--without', 'all'], '--without must be one of evidence, preflight, environment-resources, not all'],
])('%j is refused', async (words, message) => {
  const { code, out, err } = await repositoryOf(rollingScene()).run([
    'permissions',
    '--repository',
    'acme/shop',
    ...words,
  ])
  expect([code, out]).toEqual([2, ''])
  expect(err).toContain(message)
})
