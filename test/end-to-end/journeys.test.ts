/** From a commit to healthy traffic with the shipped actions one by one, and with what `examples/api` holds. */
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { writeLayout } from '../oci-layout.ts'
import { onlyLong } from '../often.ts'
import { seedExample } from '../simulator/fixtures.ts'
import { canaries } from './canaries.ts'
import { inScene, newImage, oldImage, region, revision, type Scene, slackInputs, target } from './scene.ts'

const repository = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/api'

/** The example in the workspace, and the infrastructure that it expects. */
async function checkOutExample({ sim, workspace, copy }: Scene): Promise<string> {
  copy('examples/api')
  sim.world.region(region).ecr.createRepository('api')
  seedExample(sim)
  const { digest } = await writeLayout(join(workspace, 'image'), {
    files: { '/app/main.js': 'serve()' },
    entrypoint: ['node', '/app/main.js'],
  })
  return digest
}

const push = { repository: 'api', 'oci-layout': 'image' }

for (const [engine, strategy] of [
  ['rolling', 'ECS rolling'],
  ['codedeploy', 'CodeDeploy blue/green'],
] as const) {
  // Both engines in one run: test/workflows/deploy.
  const once = engine === 'rolling' ? test.concurrent : onlyLong(test.concurrent)
  once(
    `examples/api: build-push, then deploy of the digest with the file of the repository (${engine})`,
    inScene({ service: engine }, async (scene) => {
      const digest = await checkOutExample(scene)
      const built = await scene.run('build-push', push)
      expect(built).toMatchObject({ exitCode: 0, outputs: { digest, image: `${repository}@${digest}` } })

      const url = 'https://api.example.com'
      const deployed = await scene.run('deploy', {
        ...target,
        ...slackInputs,
        'task-definition': 'deploy/api.json',
        'container-name': 'api',
        image: built.outputs.image ?? '',
        url,
      })
      expect(deployed.log).toMatch(/✅ api \(shop\): deployed in/)
      expect(deployed).toMatchObject({ exitCode: 0, errors: [], outputs: { verdict: 'succeeded', cause: '', url } })
      expect(deployed.outputs['task-definition-arn']).toBe(revision(2))
      expect(deployed.outputs['previous-task-definition-arn']).toBe(revision(1))
      expect(deployed.outputs['console-url']).toMatch(/^https:\/\/eu-west-1\.console\.aws\.amazon\.com\//)
      expect(scene.serving()).toBe(`${repository}@${digest}`)
      expect(deployed.summary).toContain(strategy)
      expect(scene.slack()).toMatch(/api \(shop\): deployed in/)
      expect(deployed.outputs['slack-message-ts']).toBe(scene.sim.slack.messages()[0]?.ts)
      expect(scene.sim.slack.messages()).toHaveLength(1)
    }),
  )

  onlyLong(test.concurrent)(
    `a new image in what the service runs now (${engine})`,
    inScene({ service: engine }, async ({ deploy, serving }) => {
      const { exitCode, outputs } = await deploy({ image: newImage, 'container-name': 'api' })
      expect([exitCode, outputs.verdict, serving()]).toEqual([0, 'succeeded', newImage])
    }),
  )

  once(
    `dry-run prints the plan and changes nothing (${engine})`,
    inScene({ service: engine }, async ({ deploy, serving, sim }) => {
      const { exitCode, log, outputs, summary } = await deploy({ ...slackInputs, 'dry-run': 'true' })
      expect([exitCode, outputs.verdict, serving()]).toEqual([0, '', oldImage])
      expect(summary).toMatch(/^### 🔎 api \(shop\): dry run, nothing changed/)
      expect(log).toMatch(/api:v1 → api:v2/)
      const changed = sim.recorder.all.filter(
        ({ service, operation }) => service !== 'slack' && !/^(Describe|Get|List|Batch)/.test(operation),
      )
      expect(changed.map(({ operation }) => operation)).toEqual([])
    }),
  )
}

onlyLong(test.concurrent)(
  'a canary by CodeDeploy is watched through its lifecycle events and its shift of traffic',
  inScene(
    { service: 'codedeploy', codeDeploy: { deploymentConfig: 'CodeDeployDefault.ECSCanary10Percent5Minutes' } },
    async ({ deploy, serving }) => {
      const { exitCode, log, summary } = await deploy()
      expect([exitCode, serving()]).toEqual([0, newImage])
      expect(log).toMatch(/✔ AllowTraffic \(5m[\s\S]*100%/)
      expect(summary).toMatch(/AllowTraffic/)
    },
  ),
)

onlyLong(test.concurrent)(
  'a matrix of one service: plan, then deploy to an environment of slipway.yml',
  inScene({ rolling: { cluster: 'staging' } }, async (scene) => {
    const digest = await checkOutExample(scene)
    const planned = await scene.run('plan', { environments: 'staging production' })
    expect(JSON.parse(planned.outputs.matrix ?? '')).toEqual([
      { environment: 'staging', service: 'api', after: '' },
      { environment: 'production', service: 'api', after: 'staging' },
    ])
    expect(planned.outputs.repository).toBe('api')
    await scene.run('build-push', push)
    scene.sim.iam.role({ name: 'slipway-deploy', trust: { sub: 'repo:acme/shop:*' } })
    const { deployments } = scene.sim.github
    const page = deployments.create({ repository: 'acme/shop', sha: 'a'.repeat(40), environment: 'staging' })
    const deployed = await scene.run(
      'deploy',
      {
        environment: 'staging',
        service: 'api',
        image: `api@${digest}`,
        'slack-token': canaries.slackToken,
        'github-token': canaries.githubToken,
      },
      { environment: { GITHUB_SHA: 'a'.repeat(40) } },
    )
    expect(deployed).toMatchObject({ exitCode: 0, outputs: { verdict: 'succeeded' } })
    expect(scene.serving('staging')).toBe(`${repository}@${digest}`)
    expect(page.statuses.at(-1)?.state).toBe('success')
    expect(scene.slack()).toMatch(/api \(staging\): deployed in/)
  }),
)

onlyLong(test.concurrent)(
  'register-task-definition, then deploy of its revision',
  inScene({}, async ({ run, copy, sim, serving }) => {
    copy('examples/api')
    seedExample(sim)
    const registered = await run('register-task-definition', {
      'task-definition': 'deploy/api.json',
      'container-name': 'api',
      image: newImage,
      'environment-variables': `DATABASE_PASSWORD=${canaries.environmentValue}`,
      'log-configuration-options': `splunk-token=${canaries.logOption}`,
      'docker-labels': `api-token=${canaries.label}`,
    })
    expect(registered).toMatchObject({ exitCode: 0, outputs: { revision: '2', changed: 'true' } })
    const deployed = await run('deploy', {
      ...target,
      'task-definition': registered.outputs['task-definition-arn'] ?? '',
    })
    expect([deployed.exitCode, deployed.outputs.verdict, serving()]).toEqual([0, 'succeeded', newImage])
    expect(sim.recorder.count('ecs', 'RegisterTaskDefinition')).toBe(1)
  }),
)

onlyLong(test.concurrent)(
  'the rendered file goes to deploy, as people do it today',
  inScene({}, async ({ run, copy, sim, serving }) => {
    copy('examples/api')
    seedExample(sim)
    const rendered = await run('register-task-definition', {
      'task-definition': 'deploy/api.json',
      'container-name': 'api',
      image: newImage,
      register: 'false',
    })
    expect(rendered.exitCode).toBe(0)
    expect(sim.recorder.all).toHaveLength(0)
    const deployed = await run('deploy', {
      ...target,
      'task-definition': rendered.outputs['task-definition'] ?? '',
    })
    expect([deployed.exitCode, deployed.outputs.verdict, serving()]).toEqual([0, 'succeeded', newImage])
  }),
)

test.concurrent(
  'notify posts a message and later updates it; by a webhook it posts',
  inScene({ service: 'none' }, async ({ run, sim, slack, environment }) => {
    const first = await run('notify', { ...slackInputs, status: 'started', title: 'Migration of <!channel> begins' })
    expect(first.outputs).toMatchObject({ ok: 'true', 'channel-id': 'C0123456789' })
    const ts = first.outputs['message-ts'] ?? ''
    await run('notify', { ...slackInputs, 'slack-message-ts': ts, title: 'Migration is done', fields: 'rows=12' })
    expect(sim.slack.messages()).toHaveLength(1)
    expect(slack()).toMatch(/Migration is done/)
    const webhook = `${environment.AWS_ENDPOINT_URL}/slack${canaries.webhook}`
    const hooked = await run('notify', { 'slack-webhook-url': webhook, status: 'failed', title: 'Backup failed' })
    expect([hooked.exitCode, hooked.outputs.ok]).toEqual([0, 'true'])
    expect(slack()).toMatch(/Backup failed/)
  }),
)
