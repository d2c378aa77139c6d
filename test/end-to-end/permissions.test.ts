/** What the bundles may do: roles by OIDC, the documented IAM actions and no others, and secrets that stay secret. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { actionsIn, policiesOf, refusedBy } from '../cli/permissions-scene.ts'
import { writeLayout } from '../oci-layout.ts'
import { onlyLong } from '../often.ts'
import { seedImage } from '../simulator/ecr.ts'
import { seededTaskDefinition } from '../simulator/fixtures.ts'
import { blemishes, canaries } from './canaries.ts'
import { inScene, newImage, oldImage, region, type Scene, type SceneOptions, slackInputs } from './scene.ts'

const role = 'arn:aws:iam::111122223333:role/deploy'
/** A job without keys of its own. */
const keyless = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }

test.concurrent(
  'role-to-assume: the job is let in by its OIDC token, and every call is made by the session',
  inScene({}, async ({ deploy, sim, serving }) => {
    sim.iam.role({ name: 'deploy', trust: { sub: 'repo:acme/shop:ref:refs/heads/main' } })
    const { exitCode, errors } = await deploy({ 'role-to-assume': role }, { environment: keyless })
    expect([errors, exitCode, serving()]).toEqual([[], 0, newImage])
    const keys = sim.recorder.all.flatMap(({ accessKeyId }) => (accessKeyId === '' ? [] : [accessKeyId.slice(0, 4)]))
    expect(new Set(keys)).toEqual(new Set(['ASIA']))
  }),
)

test.concurrent(
  'role-to-assume: a trust policy that does not fit is answered with the condition that would',
  inScene({}, async ({ deploy, sim, serving }) => {
    sim.iam.role({ name: 'deploy', trust: { sub: 'repo:acme/other:*' } })
    const { exitCode, errors } = await deploy({ 'role-to-assume': role }, { environment: keyless })
    expect([exitCode, errors.length, serving()]).toEqual([1, 1, oldImage])
    expect(errors[0]).toContain('"token.actions.githubusercontent.com:sub":"repo:acme/shop:ref:refs/heads/main"')
    expect(errors[0]).toContain(role)
    expect(sim.recorder.count('ecs')).toBe(0)
  }),
)

onlyLong(test.concurrent)(
  'role-to-assume: a job without id-token: write is told so',
  inScene({}, async ({ deploy, sim }) => {
    sim.iam.role({ name: 'deploy', trust: { sub: 'repo:acme/shop:*' } })
    const environment = { ...keyless, ACTIONS_ID_TOKEN_REQUEST_URL: '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: '' }
    const { exitCode, errors } = await deploy({ 'role-to-assume': role }, { environment })
    expect([exitCode, errors.length]).toEqual([1, 1])
    expect(errors[0]).toMatch(/id-token: write/)
  }),
)

onlyLong(test.concurrent)(
  'row F11: role-to-assume: a session that expires while we watch is renewed, and the deployment seen to its end',
  inScene({}, async ({ deploy, sim, serving }) => {
    sim.iam.role({ name: 'deploy', trust: { sub: 'repo:acme/shop:*' } })
    const effect = { kind: 'callback', run: () => sim.iam.expireSessions() } as const
    sim.faults.add({ operation: 'DescribeServiceDeployments', times: 1, effect })
    const { exitCode, outputs } = await deploy({ 'role-to-assume': role }, { environment: keyless })
    expect([exitCode, outputs.verdict, serving()]).toEqual([0, 'succeeded', newImage])
    expect(sim.recorder.count('sts', 'AssumeRoleWithWebIdentity')).toBe(2)
  }),
)

test.concurrent(
  'allowed-account-ids: credentials of another account change nothing',
  inScene({}, async ({ deploy, sim, serving }) => {
    const { exitCode, errors } = await deploy({ 'allowed-account-ids': '999988887777' })
    expect([exitCode, errors.length, serving()]).toEqual([1, 1, oldImage])
    expect(errors[0]).toMatch(/111122223333[\s\S]*999988887777|999988887777[\s\S]*111122223333/)
    expect(sim.recorder.count('ecs')).toBe(0)
  }),
)

/** The IAM actions in the first column of the tables of a README's part about permissions, and in its JSON policies. */
function documented(action: string): readonly string[] {
  return documentedIn(`actions/${action}/README.md`)
}

function documentedIn(path: string): readonly string[] {
  const readme = readFileSync(join(import.meta.dirname, '../..', path), 'utf8')
  const [part = ''] = /^## Permissions[\s\S]*?(?=^## |$(?![\s\S]))/m.exec(readme) ?? []
  const cells = [...part.matchAll(/^\| ?(`[^|]*)\|/gm)].map(([, cell = '']) => cell)
  const actions = cells.flatMap((cell) => [...cell.matchAll(/`([a-z0-9-]+:[A-Z]\w+)`/g)].map(([, name = '']) => name))
  const inPolicies = [...part.matchAll(/"([a-z0-9-]+:[A-Z]\w+)"(?! *:)/g)].map(([, name = '']) => name)
  expect(inPolicies.filter((name) => !actions.includes(name))).toEqual([])
  return [...new Set(actions)].sort()
}

type Play = readonly [options: SceneOptions, play: (scene: Scene) => Promise<void>]

const slowly = { deploymentConfig: 'CodeDeployDefault.ECSCanary10Percent15Minutes' }

const plays: Readonly<Record<string, readonly Play[]>> = {
  deploy: [
    [
      {},
      async ({ deploy, sim, write }) => {
        const definition = { ...seededTaskDefinition(sim.world), tags: [{ key: 'team', value: 'shop' }] }
        write('td.json', JSON.stringify(definition))
        const given = { 'task-definition': 'td.json', 'run-task': 'true', 'container-name': 'api' }
        expect((await deploy(given)).outputs.verdict).toBe('succeeded')
      },
    ],
    [
      {},
      async ({ deploy, sim }) => {
        sim.world.scenarios.set(newImage, { kind: 'unhealthy', reason: 'Target.Timeout', log: ['listening on 3000'] })
        const { outputs, summary } = await deploy()
        expect(outputs.verdict).toBe('rolled-back')
        expect(outputs.cause).toMatch(/failed ELB health checks/)
        expect(summary).toMatch(/listening on 3000/)
      },
    ],
    [
      // Without a way back, the targets are still those of the new tasks.
      { rolling: { circuitBreaker: 'stop' } },
      async ({ deploy, sim }) => {
        sim.world.scenarios.set(newImage, { kind: 'unhealthy', reason: 'Target.Timeout' })
        const { outputs } = await deploy({ 'fail-fast-after': '0' })
        expect([outputs.verdict, outputs['cause-code']]).toEqual(['failed', 'health-check-timeout'])
      },
    ],
    [
      // Preflight, and what it asks after an image that is missing.
      { rolling: { alarms: ['api-5xx'] } },
      async ({ deploy, sim, write }) => {
        const { ecr, secretsmanager, ssm } = sim.world.region(region)
        ecr.createRepository('api')
        const digest = seedImage(sim.world, region, 'api', 'v2')
        ssm.put('/shop/key', 'x')
        const secrets = [
          { name: 'A', valueFrom: `${secretsmanager.put('db', '{"user":"ann"}')}:user::` },
          { name: 'B', valueFrom: '/shop/key' },
        ]
        write('td.json', JSON.stringify(seededTaskDefinition(sim.world, { container: { secrets } })))
        const given = { 'task-definition': 'td.json', 'container-name': 'api' }
        const repository = `111122223333.dkr.ecr.${region}.amazonaws.com/api`
        expect((await deploy({ ...given, image: `${repository}@${digest}` })).outputs.verdict).toBe('succeeded')
        const { outputs } = await deploy({ ...given, image: `${repository}:gone` })
        expect(outputs['cause-code']).toBe('preflight-failed')
      },
    ],
    [
      { service: 'codedeploy' },
      async ({ deploy }) => {
        expect((await deploy()).outputs.verdict).toBe('succeeded')
      },
    ],
    ...(['rolling', 'codedeploy'] as const).map(
      (service): Play => [
        { service, codeDeploy: slowly },
        async ({ deploy, sim }) => {
          sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 3000 })
          const cancel = new AbortController()
          const operation = service === 'rolling' ? 'DescribeServiceDeployments' : 'GetDeployment'
          sim.faults.add({ operation, times: 1, effect: { kind: 'callback', run: () => cancel.abort() } })
          const { state } = await deploy({}, { signal: cancel.signal })
          const { log } = await deploy({}, { step: 'post', state })
          expect(log).toMatch(/now rolls back to api:1/)
        },
      ],
    ),
  ],
  'build-push': [
    [
      { service: 'none' },
      async ({ run, workspace }) => {
        await writeLayout(join(workspace, 'image'), {
          files: { '/app/main.js': 'serve()' },
          entrypoint: ['node', '/app/main.js'],
          labels: { 'org.opencontainers.image.revision': '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d' },
        })
        const push = { repository: 'api', 'oci-layout': 'image', 'create-repository': 'true' }
        expect((await run('build-push', push)).errors).toEqual([])
        expect((await run('build-push', push)).outputs.reused).toBe('true')
      },
    ],
  ],
  'register-task-definition': [
    [
      {},
      async ({ run, sim, write }) => {
        const given = { service: 'api', cluster: 'shop', image: newImage }
        expect((await run('register-task-definition', given)).outputs.revision).toBe('2')
        const tagged = {
          ...seededTaskDefinition(sim.world),
          cpu: '512',
          memory: '1024',
          tags: [{ key: 'team', value: 'shop' }],
        }
        write('td.json', JSON.stringify(tagged))
        expect((await run('register-task-definition', { 'task-definition': 'td.json' })).outputs.revision).toBe('3')
      },
    ],
  ],
}

/** What these plays do not come to: shown by test/docker, and by test/actions and test/deployment on virtual time. */
const elsewhere: Readonly<Record<string, readonly string[]>> = {
  // Docker uploads in pieces; a layout with small layers goes up in one each.
  'build-push': [
    'ecr:UploadLayerPart',
    // the settings of a new repository, and creation templates: test/actions/create-repository.test.ts
    'ecr:PutLifecyclePolicy',
    'ecr:GetLifecyclePolicy',
    'ecr:SetRepositoryPolicy',
    'ecr:GetRepositoryPolicy',
    'ecr:TagResource',
    'ecr:ListTagsForResource',
    'ecr:DescribeRepositoryCreationTemplates',
    // a public repository: test/actions/ecr-public.test.ts
    'ecr-public:BatchCheckLayerAvailability',
    'ecr-public:CompleteLayerUpload',
    'ecr-public:CreateRepository',
    'ecr-public:DescribeRegistries',
    'ecr-public:DescribeRepositories',
    'ecr-public:GetAuthorizationToken',
    'ecr-public:GetRepositoryPolicy',
    'ecr-public:InitiateLayerUpload',
    'ecr-public:ListTagsForResource',
    'ecr-public:PutImage',
    'ecr-public:SetRepositoryPolicy',
    'ecr-public:TagResource',
    'ecr-public:UploadLayerPart',
    'sts:GetServiceBearerToken',
    // of Amazon KMS, which is not simulated
    'kms:CreateGrant',
    'kms:RetireGrant',
    'kms:DescribeKey',
  ],
  deploy: [
    // after.invalidate: test/cli/permissions-releases.test.ts
    'cloudfront:CreateInvalidation',
    'cloudfront:GetDistribution',
    'cloudfront:GetInvalidation',
    // service-definition, desired-count, codedeploy-alarms, a group by another name, several services
    'ecs:CreateService',
    'application-autoscaling:DescribeScalableTargets',
    // schedules: test/actions/schedules.test.ts
    'events:ListTargetsByRule',
    'events:PutTargets',
    'scheduler:GetSchedule',
    'scheduler:UpdateSchedule',
    // verify and tasks at a pause, and a task that is stopped: test/actions/release-tasks.test.ts, test/cli/permissions-tasks.test.ts
    'codedeploy:ContinueDeployment',
    'ecs:ContinueServiceDeployment',
    'ecs:StopTask',
    // Express Mode: test/actions/express-permissions.test.ts
    'ecs:UpdateExpressGatewayService',
    // suspend-auto-scaling: test/actions/auto-scaling.test.ts
    'application-autoscaling:RegisterScalableTarget',
    'application-autoscaling:ListTagsForResource',
    'application-autoscaling:TagResource',
    'application-autoscaling:UntagResource',
    'codedeploy:UpdateDeploymentGroup',
    'codedeploy:ListApplications',
    'codedeploy:BatchGetApplications',
    'codedeploy:ListDeploymentGroups',
    'codedeploy:BatchGetDeploymentGroups',
    'codedeploy:BatchGetDeployments',
    // the rules of a service that ECS shifts traffic for
    'elasticloadbalancing:DescribeRules',
    // a deployment that is described by the hash of its AppSpec alone
    'codedeploy:GetApplicationRevision',
    // a cluster or a service that is not found: the nearest names
    'ecs:DescribeClusters',
    'ecs:ListClusters',
    'ecs:ListServices',
    // a network without a way to AWS
    'ec2:DescribeRouteTables',
    'ec2:DescribeSecurityGroups',
    'ec2:DescribeSubnets',
    'ec2:DescribeVpcEndpoints',
  ],
}

/** Of deploy, in process: test/actions/permissions and test/cli/permissions-policies. */
for (const [action, scenes] of Object.entries(plays)) {
  const declare = action === 'deploy' ? onlyLong(test.concurrent) : test.concurrent
  declare(`${action} needs the IAM actions that its page names, and no others`, async () => {
    const allowed = documented(action)
    const expected = [...allowed, ...(action === 'build-push' ? documentedIn('docs/image-scan.md') : [])]
    const used = await Promise.all(
      scenes.map(async ([options, play]) => {
        let actions: readonly string[] = []
        await inScene(options, async (scene) => {
          scene.sim.iam.allow(...allowed)
          await play(scene)
          actions = scene.sim.iam.actionsUsed()
          const definition = join(scene.workspace, 'td.json')
          const given = existsSync(definition) ? readFileSync(definition, 'utf8') : undefined
          const policies = await policiesOf(scene.sim, action, given)
          expect(refusedBy(policies, scene.sim)).toEqual([])
          expect([...new Set(policies.flatMap(actionsIn))].filter((one) => !expected.includes(one))).toEqual([])
          const refused = scene.sim.recorder.all.filter(({ outcome }) => /AccessDenied/.test(outcome ?? ''))
          expect(refused.map(({ operation }) => operation)).toEqual([])
        })()
        return actions
      }),
    )
    expect([...new Set([...used.flat(), ...(elsewhere[action] ?? [])])].sort()).toEqual(allowed)
  })
}

onlyLong(test.concurrent)(
  'nothing secret is shown, not even with debug logging, and the check of every run would see it',
  inScene({}, async ({ deploy, sim }) => {
    sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 1, log: canaries.logLines })
    const debug = { RUNNER_DEBUG: '1', ACTIONS_STEP_DEBUG: 'true' }
    const given = { ...slackInputs, 'github-token': canaries.githubToken }
    const result = await deploy(given, { environment: debug })
    expect(result.summary).toMatch(/postgres:\/\/shop:\*\*\*@db\.internal/)
    for (const secret of Object.values(canaries).flat())
      for (const leaking of [
        { ...result, log: `${result.log}\n${secret}` },
        { ...result, summary: secret },
        { ...result, outputs: { cause: secret } },
      ])
        expect(blemishes(leaking, sim)).toHaveLength(1)
    expect(blemishes({ ...result, log: '##[error]PLANTED' }, sim)).toHaveLength(1)
    expect(blemishes({ ...result, summary: 'a\u202eb' }, sim)).toHaveLength(1)
  }),
)
