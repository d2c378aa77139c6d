/** Documented examples of actions and programs with other inputs, translated as docs/migrate.md says. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { region } from '../deployment/scene.ts'
import { writeLayout } from '../oci-layout.ts'
import { definition, newImage, rolling, seed, serviceIn, servingImage, workspace } from './migration-scene.ts'
import { slack } from './scene.ts'

const root = join(import.meta.dirname, '../..')
const place = { cluster: seed.cluster, service: seed.service }
const unguarded = { guard: 'off' }

describe('configure-aws-credentials v6', () => {
  const role = 'arn:aws:iam::111122223333:role/my-github-actions-role'
  const withRole = async () => {
    const sim = rolling()
    sim.iam.role({ name: 'my-github-actions-role', trust: { sub: '*' } })
    // No credentials are there, as in a job without that step.
    return { sim, ...(await workspace(sim, {}, {})) }
  }

  test('its step is two inputs of the step that needs the credentials', async () => {
    const { sim, deploy } = await withRole()
    const given = { 'role-to-assume': role, 'aws-region': region, 'role-session-name': 'MySessionName' }
    await deploy({ ...given, ...place, image: newImage })
    expect(servingImage(sim)).toBe(newImage)
    const [assumed] = sim.recorder.calls('sts', 'AssumeRoleWithWebIdentity')
    expect(assumed?.input).toMatchObject({ RoleArn: role, RoleSessionName: 'MySessionName' })
  })

  test('the audience of another partition and the accounts that are allowed keep their names', async () => {
    const { deploy } = await withRole()
    const given = { 'role-to-assume': role, 'aws-region': region, ...place, image: newImage }
    await expect(deploy({ ...given, audience: 'sts.amazonaws.com.cn' })).rejects.toThrow()
    await expect(deploy({ ...given, 'allowed-account-ids': '123456789100' })).rejects.toThrow()
  })

  test('what it left in the environment is used where no role is named', async () => {
    const sim = rolling()
    const { deploy } = await workspace(sim)
    await deploy({ ...place, image: newImage })
    expect(servingImage(sim)).toBe(newImage)
  })
})

test('amazon-ecr-login and build-push-action: one step pushes all tags, and the next deploys what was pushed', async () => {
  const sim = rolling()
  const { ecr } = sim.world.region(region)
  ecr.createRepository('app')
  const { runner, build, deploy } = await workspace(sim)
  // No engine builds here, so the layout stands for the build: `outputs: type=oci` of that action makes the same.
  const layout = { files: { '/app/server.js': 'serve()' }, entrypoint: ['node', '/app/server.js'] }
  const { digest } = await writeLayout(join(runner.workspace, 'image'), layout)
  const pushed = await build({ repository: 'app', tags: 'latest\n1.0.0', 'oci-layout': 'image' })
  const address = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/app'
  expect(['latest', '1.0.0'].map((tag) => ecr.find(`${address}:${tag}`)?.digest)).toEqual([digest, digest])
  expect(pushed).toMatchObject({ digest, image: `${address}@${digest}`, name: address })
  await deploy({ ...place, image: pushed.image ?? '' })
  expect(servingImage(sim)).toBe(`${address}@${digest}`)
})

describe('slack-github-action v4', () => {
  test('posts a message with chat.postMessage, and updates it with chat.update', async () => {
    const { notify, sent } = await workspace(rolling())
    const started = { title: 'Deployment started', status: 'in-progress', fields: 'Status=In Progress' }
    const posted = await notify({ ...slack, ...started })
    expect(posted).toMatchObject({ ok: 'true', 'channel-id': 'C0123456789', 'message-ts': '1795165392.000100' })
    const finished = { title: 'Deployment finished!', status: 'succeeded', fields: 'Status=Completed' }
    await notify({ ...slack, ...finished, 'slack-message-ts': posted['message-ts'] ?? '' })
    expect(sent.map(({ url, body }) => [url.split('/').at(-1), body.channel, body.ts, body.text])).toEqual([
      ['chat.postMessage', 'C0123456789', undefined, '🚀 Deployment started'],
      ['chat.update', 'C0123456789', '1795165392.000100', '✅ Deployment finished!'],
    ])
    expect(JSON.stringify(sent[1]?.body)).toContain('*Status*\\nCompleted')
  })

  test('posts to an incoming webhook', async () => {
    const { notify, sent } = await workspace(rolling())
    const url = 'https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX'
    const given = { 'slack-webhook-url': url, title: 'GitHub Action build result: success', status: 'succeeded' }
    expect(await notify(given)).toMatchObject({ ok: 'true' })
    expect(sent.map(({ url: to }) => to)).toEqual([url])
    expect(JSON.stringify(sent)).toContain('GitHub Action build result: success')
  })
})

describe('programs for the command line', () => {
  const variables = (sim: ReturnType<typeof rolling>) =>
    sim.world.region(region).ecs.taskDefinition(serviceIn(sim)?.taskDefinition ?? '')?.containerDefinitions[0]
      ?.environment

  test.each([
    ['fabfuel: ecs deploy my-cluster my-service --image api my-app:v2', { 'container-name': 'api' }],
    ['silinternational: ecs-deploy -c my-cluster -n my-service -i my-app:v2', {}],
  ])('%s', async (_, given) => {
    const sim = rolling()
    const { deploy } = await workspace(sim)
    await deploy({ ...unguarded, ...place, ...given, image: newImage })
    expect(servingImage(sim)).toBe(newImage)
  })

  test('fabfuel: ecs deploy my-cluster my-service redeploys what runs, without a copy of it', async () => {
    const sim = rolling()
    const { deploy } = await workspace(sim)
    expect(await deploy({ ...unguarded, ...place, 'force-new-deployment': 'true' })).toMatchObject({
      verdict: 'succeeded',
      'task-definition-arn': expect.stringMatching(/:1$/),
    })
  })

  test('fabfuel: ecs deploy my-cluster my-service -e webserver SOME_VARIABLE SOME_VALUE', async () => {
    const sim = rolling()
    const { deploy } = await workspace(sim)
    const given = {
      'container-name': 'api',
      'environment-variables': 'SOME_VARIABLE=SOME_VALUE',
      'keep-image': 'true',
    }
    await deploy({ ...unguarded, ...place, ...given })
    expect(variables(sim)).toContainEqual({ name: 'SOME_VARIABLE', value: 'SOME_VALUE' })
  })

  test('fabfuel: ecs deploy my-cluster my-service --task my-task:20 deploys that revision', async () => {
    const sim = rolling()
    const { deploy } = await workspace(sim)
    await deploy({ ...unguarded, ...place, image: newImage })
    await deploy({ ...unguarded, ...place, 'task-definition': 'my-service:1' })
    expect(serviceIn(sim)?.taskDefinition).toMatch(/my-service:1$/)
  })

  test.each(['fabfuel: ecs scale my-cluster my-service 4', 'ecspresso scale --tasks 4'])('%s', async () => {
    const sim = rolling()
    const { deploy } = await workspace(sim)
    await deploy({ ...unguarded, ...place, 'desired-count': '4', 'keep-image': 'true' })
    expect(serviceIn(sim)?.desiredCount).toBe(4)
  })

  test.each(['fabfuel: ecs run my-cluster my-task', 'ecspresso run --task-def=my-task.json'])('%s', async () => {
    const sim = rolling()
    const { deploy } = await workspace(sim, { 'my-task.json': definition(sim) })
    const network = { 'run-task-subnets': 'subnet-0aaa1111', 'run-task-security-groups': 'sg-0aaa1111' }
    const given = { cluster: seed.cluster, 'task-definition': 'my-task.json', 'run-task': 'true' }
    const { 'run-task-arn': tasks = '' } = await deploy({ ...given, ...network })
    expect(JSON.parse(tasks)).toHaveLength(1)
    expect(serviceIn(sim)?.taskDefinition).toMatch(/:1$/)
  })

  test('ecspresso deploy, and ecspresso rollback', async () => {
    const sim = rolling()
    const { deploy, rollBack } = await workspace(sim, { 'ecs-task-def.json': definition(sim) })
    await deploy({ ...unguarded, ...place, 'task-definition': 'ecs-task-def.json' })
    expect(servingImage(sim)).toBe(newImage)
    await rollBack(place)
    expect(serviceIn(sim)?.taskDefinition).toMatch(/:1$/)
  })

  test('silinternational: ecs-deploy -d my-service -i my-app:v2 only makes a revision', async () => {
    const sim = rolling()
    const { render } = await workspace(sim)
    const given = { 'task-definition-family': seed.service, 'container-name': 'api', image: newImage }
    expect(await render(given)).toMatchObject({ 'task-definition-arn': expect.stringMatching(/:2$/) })
    expect(serviceIn(sim)?.taskDefinition).toMatch(/:1$/)
  })
})

describe('the tables', () => {
  const guide = readFileSync(join(root, 'docs/migrate.md'), 'utf8')
  const declared = readdirSync(join(root, 'actions')).flatMap((name) => {
    const { inputs = {}, outputs = {} } = parse(readFileSync(join(root, 'actions', name, 'action.yml'), 'utf8'))
    return [...Object.keys(inputs), ...Object.keys(outputs)]
  })
  /** Words that are no inputs: other values, commands, and the names of other places. */
  const otherwise =
    /^(appspec\.yaml|unchanged|superseded|rolled-back|timed-out|latest|slipway|baked|terminated|traffic-shifted|id-token|notify|deploy|[a-z]+-[a-z-]+-definition|build-push|bake-file|builder-id|push-by-digest|name-canonical)$/

  test.each(
    guide
      .split('\n## ')
      .slice(1)
      // It has no table.
      .filter((section) => !section.startsWith('The command `migrate`'))
      .map((section) => [section.split('\n')[0] ?? '', section]),
  )('%s names only inputs and outputs that there are', (_, section) => {
    const rows = section.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
    const cells = rows.map((row) => row.split(' | ').slice(1).join(' | '))
    const names = cells.flatMap((cell) =>
      [...cell.matchAll(/`([a-z]+(?:-[a-zA-Z]+)+)(?:: [^`]*)?`/g)].map(([, name = '']) => name),
    )
    expect(names.filter((name) => !declared.includes(name) && !otherwise.test(name))).toEqual([])
    expect(rows.length).toBeGreaterThan(5)
  })
})
