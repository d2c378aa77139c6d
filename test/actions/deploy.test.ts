import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { createDeploy } from '../../src/actions/deploy/index.ts'
import { deployInputs } from '../../src/actions/inputs/deploy-inputs.ts'
import { Failure } from '../../src/failure.ts'
import { failureText } from '../../src/report/failure-text.ts'
import { renderText } from '../../src/text.ts'
import { codeDeployScene, newImage, oldImage, region, rollingScene, servingImage } from '../deployment/scene.ts'
import { gitRepository } from '../git/repository.ts'
import { said } from '../refusal.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import { seededTaskDefinition } from '../simulator/fixtures.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { environment, here, slack, takenBySlack } from './scene.ts'

interface Prepared {
  readonly files?: Record<string, string>
  readonly state?: Record<string, string>
}

async function prepare(sim: Simulator, { files = {}, state }: Prepared = {}) {
  const runner = await fakeRunner({ clock: sim.clock.forProgram, environment, ...(state ? { state } : {}) })
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(runner.workspace, name, '..'), { recursive: true })
    await writeFile(join(runner.workspace, name), content)
  }
  const sent: { url: string; body: Record<string, unknown> }[] = []
  const action = createDeploy({
    requestHandler: sim.requestHandler,
    async fetch(url, init) {
      sent.push({ url, body: JSON.parse(String(init.body)) })
      return takenBySlack()
    },
  })
  return { runner, action, sent }
}

async function deploy(sim: Simulator, given: Record<string, string>, prepared: Prepared = {}) {
  const { runner, action, sent } = await prepare(sim, prepared)
  const error = await action.main(givenInputs(deployInputs, given), runner).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return { runner, sent, error, log: runner.lines.join('\n') }
}

describe('the deploy action', () => {
  test.each([
    ['rolling', rollingScene],
    ['CodeDeploy', codeDeployScene],
  ])('puts an image into what a %s service runs, and tells everybody', async (_, scene) => {
    const sim = scene()
    const { runner, sent, error } = await deploy(sim, {
      ...here,
      ...slack,
      image: newImage,
      url: 'https://api.example.com',
    })
    expect(error).toBeUndefined()
    expect(runner.failed).toBe(false)
    expect(servingImage(sim)).toBe(newImage)
    expect(runner.outputs).toMatchObject({
      verdict: 'succeeded',
      cause: '',
      'task-definition-arn': expect.stringMatching(/task-definition\/api:2$/),
      'previous-task-definition-arn': expect.stringMatching(/task-definition\/api:1$/),
      url: 'https://api.example.com',
      'slack-channel': 'C0123456789',
      'slack-message-ts': '1795165392.000100',
    })
    expect(runner.summary).toMatch(/api \(shop\): deployed in/)
    expect(JSON.stringify(sent.at(-1)?.body)).toMatch(/api \(shop\): deployed in/)
    expect(new Set(sent.map(({ url }) => url)).size).toBe(2)
  })

  test('ends red with one error that says why, when the image does not run', async () => {
    const sim = rollingScene()
    sim.world.scenarios.set(newImage, { kind: 'out-of-memory' })
    const { runner, error } = await deploy(sim, { ...here, image: newImage })
    expect(error).toBeUndefined()
    expect(runner.failed).toBe(true)
    expect(runner.outputs).toMatchObject({
      verdict: 'rolled-back',
      cause: expect.stringMatching(/OutOfMemoryError: container "api" ran out of memory/),
    })
    expect(runner.lines.filter((line) => line.startsWith('error'))).toHaveLength(1)
    expect(servingImage(sim)).toBe(oldImage)
  })

  test('deploys a file, with the image in the container that is named', async () => {
    const sim = rollingScene()
    const file = JSON.stringify({ ...seededTaskDefinition(sim.world), cpu: '512', memory: '1024' })
    const variables = { 'environment-variables': 'MODE=live=1' }
    const given = {
      ...here,
      ...variables,
      image: newImage,
      'task-definition': 'deploy/api.json',
      'container-name': 'api',
    }
    const { runner } = await deploy(sim, given, { files: { 'deploy/api.json': file } })
    expect(runner.outputs.verdict).toBe('succeeded')
    expect(servingImage(sim)).toBe(newImage)
    const { ecs } = sim.world.region(region)
    expect(ecs.taskDefinition('api:2')?.containerDefinitions[0]?.environment).toEqual([
      { name: 'MODE', value: 'live=1' },
    ])
  })

  test('deploys an existing revision as it is, without registering it again', async () => {
    const sim = rollingScene()
    await deploy(sim, { ...here, image: newImage })
    sim.recorder.clear()
    const { runner } = await deploy(sim, { ...here, 'task-definition': 'api:1' })
    expect(runner.outputs.verdict).toBe('succeeded')
    expect(servingImage(sim)).toBe(oldImage)
    expect(sim.recorder.count('ecs', 'RegisterTaskDefinition')).toBe(0)
  })

  test('without a service, only registers', async () => {
    const sim = rollingScene()
    const file = JSON.stringify({ ...seededTaskDefinition(sim.world), cpu: '512', memory: '1024' })
    const { runner } = await deploy(sim, { 'task-definition': 'td.json' }, { files: { 'td.json': file } })
    expect(runner.outputs['task-definition-arn']).toMatch(/api:2$/)
    expect(sim.recorder.count('ecs', 'UpdateService')).toBe(0)
  })

  describe('with a task and no service', () => {
    const network = { 'run-task-subnets': 'subnet-0aaa1111', 'run-task-security-groups': 'sg-0aaa1111' }
    const runTask = async (given: Record<string, string>) => {
      const sim = rollingScene()
      const file = JSON.stringify({ ...seededTaskDefinition(sim.world), cpu: '512', memory: '1024' })
      const inputs = { cluster: 'shop', 'task-definition': 'td.json', 'run-task': 'true', ...given }
      const ran = await deploy(sim, inputs, { files: { 'td.json': file } })
      const [request] = sim.recorder.calls('ecs', 'RunTask')
      return { ...ran, sim, request: request?.input }
    }

    test.each<[string, Record<string, string>]>([
      ['nothing says where', {}],
      ['the list of capacity providers is empty', { 'run-task-capacity-provider-strategy': '[]' }],
      ['it has no volume', { 'run-task-managed-ebs-volume': '{}', 'service-managed-ebs-volume': '{}' }],
    ])('it is one for Fargate when %s', async (_, given) => {
      const { error, request, runner } = await runTask({ ...network, ...given })
      expect(error).toBeUndefined()
      expect(request).toMatchObject({ launchType: 'FARGATE' })
      expect(JSON.parse(runner.outputs['run-task-arn'] ?? '')).toHaveLength(1)
    })

    test('it is refused before anything is registered when it lacks subnets for what it is given', async () => {
      const { 'run-task-security-groups': groups } = network
      const given = { 'run-task-security-groups': groups, 'run-task-assign-public-IP': 'ENABLED' }
      const { error, sim } = await runTask(given)
      expect(error instanceof Failure && renderText(failureText(error), (theirs) => theirs)).toMatch(
        /run-task-security-groups and run-task-assign-public-IP require run-task-subnets.*there is no service/s,
      )
      expect(sim.recorder.count('ecs', 'RegisterTaskDefinition')).toBe(0)
    })
  })

  test('takes cluster, service and registry from slipway.yml', async () => {
    const sim = rollingScene()
    const config = `
version: 1
image: { repository: api }
services: { web: { container: api } }
environments:
  staging:
    region: eu-west-1
    account: "111122223333"
    services: { web: { cluster: shop, service: api } }
`
    const digest = `sha256:${'a'.repeat(64)}`
    const given = { environment: 'staging', service: 'web', image: `api@${digest}`, 'dry-run': 'true' }
    const { runner, log } = await deploy(sim, given, { files: { 'slipway.yml': config } })
    expect(runner.failed).toBe(false)
    expect(log).toMatch(/api@sha256:a{12}/)
    expect(sim.recorder.count('ecs', 'UpdateService')).toBe(0)
  })

  test('sets the deployment of slipway.yml with what the inputs say otherwise, and tells it', async () => {
    const sim = rollingScene()
    const config = `
version: 1
services: { web: {} }
environments:
  staging:
    region: eu-west-1
    account: "111122223333"
    services:
      web:
        cluster: shop
        service: api
        deployment: { maximum-percent: 150, circuit-breaker: roll-back, circuit-breaker-threshold: 5 }
`
    const given = { environment: 'staging', service: 'web', 'keep-image': 'true', 'circuit-breaker-threshold': '25%' }
    const { runner, log } = await deploy(sim, given, { files: { 'slipway.yml': config } })
    expect(runner.outputs.verdict).toBe('succeeded')
    expect(log).toContain('settings maximum percent 200% → 150%')
    expect(runner.summary).toContain('settings changed in')
    expect(sim.recorder.calls('ecs', 'UpdateService').at(-1)?.input.deploymentConfiguration).toMatchObject({
      minimumHealthyPercent: 100,
      maximumPercent: 150,
      deploymentCircuitBreaker: {
        enable: true,
        rollback: true,
        thresholdConfiguration: { type: 'BOUNDED_PERCENT', value: 25 },
      },
    })
    const again = await deploy(sim, given, { files: { 'slipway.yml': config } })
    expect(again.runner.outputs.verdict).toBe('unchanged')
  })

  test('with wait-for-service-stability false, starts the deployment and is green', async () => {
    const { runner } = await deploy(rollingScene(), { ...here, image: newImage, 'wait-for-service-stability': 'false' })
    expect(runner.failed).toBe(false)
    expect(runner.outputs.verdict).toBe('detached')
  })

  test('says what is missing when nothing is to be deployed', async () => {
    const { runner, log } = await deploy(rollingScene(), { ...here, service: 'nobody', image: newImage })
    expect(runner.failed).toBe(true)
    expect(log).toMatch(/has no service nobody/)
  })
})

describe('the commit of a run', () => {
  const tagsOfRunning = (sim: Simulator) => sim.recorder.calls('ecs', 'RegisterTaskDefinition').at(-1)?.input.tags

  test('is on the revision that it deploys, with repository and run', async () => {
    const sim = rollingScene()
    await deploy(sim, { ...here, image: newImage })
    expect(tagsOfRunning(sim)).toEqual([
      { key: 'slipway:commit', value: environment.GITHUB_SHA },
      { key: 'slipway:repository', value: 'acme/api' },
      { key: 'slipway:run', value: '8812345678/1' },
      { key: 'slipway:ref', value: 'refs/heads/main' },
    ])
  })

  test('is the one that is checked out, also in Slack and in the summary, whatever the event is about', async () => {
    const sim = rollingScene()
    const { runner, action, sent } = await prepare(sim)
    const repository = gitRepository({ 'deploy/api.json': '{}' }, runner.workspace)
    repository.git('checkout', '--quiet', '-b', 'feature/login')
    const head = repository.git('rev-parse', 'HEAD')
    const event = { ...runner, environment: { ...runner.environment, GITHUB_EVENT_NAME: 'issue_comment' } }
    await action.main(givenInputs(deployInputs, { ...here, ...slack, image: newImage }), event)
    expect(tagsOfRunning(sim)).toEqual(
      expect.arrayContaining([
        { key: 'slipway:commit', value: head },
        { key: 'slipway:ref', value: 'refs/heads/feature/login' },
      ]),
    )
    expect(runner.lines.join('\n')).toMatch(
      new RegExp(
        `Revision: ${head.slice(0, 7)} \\(feature/login\\), from the checkout; the event issue_comment has 1a2b3c4`,
      ),
    )
    expect(runner.summary).toContain(`/commit/${head}`)
    expect(runner.summary).toContain('feature/login')
    expect(JSON.stringify(sent)).toContain(`/commit/${head}`)
    expect(`${runner.summary} ${JSON.stringify(sent)}`).not.toContain('1a2b3c4')
    // The post step, after which something else may be checked out, tells the same.
    expect(JSON.parse(runner.savedState.source ?? '')).toMatchObject({ revision: head })
  })

  test.each([
    ['a checkout of another repository says nothing of the image', {}, environment.GITHUB_SHA, 'acme/api'],
    ['unless it is named', { revision: `acme/infra@${'9'.repeat(40)}` }, '9'.repeat(40), 'acme/infra'],
    ['a commit that is named comes before all', { revision: '8'.repeat(40) }, '8'.repeat(40), 'acme/api'],
  ])('%s', async (_, given, commit, repository) => {
    const sim = rollingScene()
    const { runner, action } = await prepare(sim)
    const checkout = gitRepository({ 'deploy/api.json': '{}' }, runner.workspace)
    checkout.git('remote', 'add', 'origin', 'https://github.com/acme/infra.git')
    await action.main(givenInputs(deployInputs, { ...here, image: newImage, ...given }), runner)
    expect(tagsOfRunning(sim)).toEqual(
      expect.arrayContaining([
        { key: 'slipway:commit', value: commit },
        { key: 'slipway:repository', value: repository },
      ]),
    )
    if (commit === environment.GITHUB_SHA) expect(runner.lines.join('\n')).toMatch(/the checkout is of acme\/infra/)
  })

  test("does not change which deployment of GitHub's is reported on: that of the event", async () => {
    const sim = rollingScene()
    const asked: string[] = []
    const runner = await fakeRunner({ clock: sim.clock.forProgram, environment })
    gitRepository({ 'deploy/api.json': '{}' }, runner.workspace)
    const action = createDeploy({
      requestHandler: sim.requestHandler,
      async fetch(url) {
        asked.push(String(url))
        return new Response('[]', { status: 200, headers: { 'content-type': 'application/json' } })
      },
    })
    const inputs = { ...here, image: newImage, environment: 'production', 'github-token': 'ghs_1' }
    await action.main(givenInputs(deployInputs, inputs), runner)
    const lookUps = asked.filter((url) => url.includes('/deployments?'))
    expect(lookUps.length).toBeGreaterThan(0)
    expect(lookUps.filter((url) => !url.includes(`sha=${environment.GITHUB_SHA}`))).toEqual([])
  })

  test("of a pull request is its head, not GitHub's merge commit, which contains no earlier one", async () => {
    const sim = rollingScene()
    const { runner, action } = await prepare(sim)
    const path = join(runner.workspace, 'event.json')
    await writeFile(path, JSON.stringify({ pull_request: { number: 4, head: { sha: 'f'.repeat(40) } } }))
    const pull = { GITHUB_EVENT_PATH: path, GITHUB_REF: 'refs/pull/4/merge' }
    const there = { ...runner, environment: { ...runner.environment, ...pull } }
    await action.main(givenInputs(deployInputs, { ...here, image: newImage }), there)
    expect(tagsOfRunning(sim)).toContainEqual({ key: 'slipway:commit', value: 'f'.repeat(40) })
  })

  test('guard: off leaves no tags', async () => {
    const sim = rollingScene()
    await deploy(sim, { ...here, image: newImage, guard: 'off' })
    expect(tagsOfRunning(sim)).toBeUndefined()
  })
})

test('who attaches to what has ended reads that it was started before, and how it ended', async () => {
  const sim = rollingScene()
  sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 3, afterSeconds: 5 })
  const { runner: first } = await deploy(sim, { ...here, image: newImage })
  const id = first.outputs['deployment-id'] ?? ''
  const { runner } = await deploy(sim, { 'deployment-id': id })
  const log = runner.lines.join('\n')
  expect([runner.outputs.verdict, runner.failed]).toEqual(['rolled-back', true])
  expect(log).toMatch(/Watching a deployment of api in shop/)
  expect(log).toContain(`Deployment ${id.split('/').at(-1)} was started earlier; watching it`)
  expect(log).toMatch(/^error api \(shop\): failed/m)
  expect(log).not.toMatch(/same content|already in progress|Deploying/)
})

test('who attaches to what is not there reads that nothing was watched', async () => {
  const { runner } = await deploy(rollingScene(), { ...here, 'deployment-id': 'ecs-svc/1' })
  const log = runner.lines.join('\n')
  expect(log).toMatch(/api \(shop\): no deployment to watch/)
  expect(log).toMatch(
    /error api \(shop\): no deployment to watch, after \S+: The service api \(region eu-west-1, account 111122223333\) has no deployment ecs-svc\/1/,
  )
})

test('deployment-id alone says which service is watched', async () => {
  const sim = rollingScene()
  sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 240 })
  const { runner } = await deploy(sim, { ...here, image: newImage, 'wait-for-minutes': '1' })
  const [, id = ''] = /deployment-id: (service-deployment\S+)\./.exec(runner.lines.join('\n')) ?? []
  sim.recorder.clear()
  const again = await deploy(sim, { 'deployment-id': id })
  expect(again.runner.outputs.verdict).toBe('succeeded')
  expect(sim.recorder.count('ecs', 'UpdateService')).toBe(0)
})

test.each([['d-ABCDEFGH1'], ['ecs-svc/1234567890123456789']])(
  'deployment-id %s without a service changes nothing, and everything that is wrong is said',
  async (id) => {
    const sim = rollingScene()
    const files = { 'task.json': JSON.stringify(seededTaskDefinition(sim.world)) }
    const given = { 'deployment-id': id, 'task-definition': 'task.json', 'service-managed-ebs-volume-name': 'data' }
    const { error } = await deploy(sim, given, { files })
    const { code, why = [] } = (error as Failure).parts
    expect(code).toBe('inputs-invalid')
    const said = renderText(why, (theirs) => theirs)
    expect(said).toMatch(new RegExp(`deployment-id ${id} does not include its service`))
    expect(said).toMatch(/service-managed-ebs-volume and service-managed-ebs-volume-name/)
    expect(sim.recorder.count('ecs', 'RegisterTaskDefinition')).toBe(0)
  },
)

describe('a cancelled run', () => {
  async function cancelled(sim: Simulator, given: Record<string, string>) {
    const { runner, action, sent } = await prepare(sim)
    sim.faults.add({
      operation: 'DescribeServiceDeployments',
      skip: 3,
      times: 1,
      effect: { kind: 'callback', run: () => runner.cancel() },
    })
    sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 120 })
    const before = sim.clock.now()
    await action.main(givenInputs(deployInputs, { ...here, image: newImage, ...given }), runner)
    return { runner, sent, took: sim.clock.now() - before }
  }

  async function post(sim: Simulator, given: Record<string, string>, state: Record<string, string>) {
    const { runner, action, sent } = await prepare(sim, { state })
    await action.post?.(givenInputs(deployInputs, { ...here, image: newImage, ...given }), runner)
    return { runner, sent }
  }

  test('row F01: ends red, tells what is in flight, and the post step rolls it back and tells the end', async () => {
    const sim = rollingScene()
    const main = await cancelled(sim, slack)
    expect(main.runner.failed).toBe(true)
    expect(main.runner.outputs.verdict).toBe('cancelled')
    expect(main.runner.lines.join('\n')).toMatch(/At the end of this job the deployment stops and rolls back/)
    const after = await post(sim, slack, main.runner.savedState)
    expect(after.runner.lines.join('\n')).toMatch(/now rolls back to api:1/)
    expect(after.runner.summary).toMatch(/cancelled/)
    const last = after.sent.findLast(({ url }) => url.endsWith('/chat.update'))
    expect(last?.body.ts).toBe('1795165392.000100')
    expect(JSON.stringify(last?.body)).toMatch(/now rolls back to api:1/)
    sim.clock.advance(30 * 60_000)
    expect(servingImage(sim)).toBe(oldImage)
  })

  test.each([
    ['RegisterTaskDefinition', {}],
    ['RunTask', { cluster: 'shop', 'run-task': 'true', 'run-task-subnets': 'subnet-0aaa1111' }],
  ])('without a service, says whether %s may have been carried out', async (operation, given) => {
    const sim = rollingScene()
    const { runner, action } = await prepare(sim, {
      files: { 'td.json': JSON.stringify({ ...seededTaskDefinition(sim.world), cpu: '512', memory: '1024' }) },
    })
    const run = (_: unknown, givenUp?: AbortSignal) =>
      new Promise<void>((resolve) => {
        givenUp?.addEventListener('abort', () => resolve(), { once: true })
        runner.cancel()
      })
    sim.faults.add({ operation, times: 1, effect: { kind: 'callback', run } })
    const inputs = { 'task-definition': 'td.json', image: newImage, preflight: 'off', ...given }
    const error = await action.main(givenInputs(deployInputs, inputs), runner).catch((thrown: unknown) => thrown)
    expect(said(error)).toMatch(`The run was cancelled during ecs:${operation}; whether it was applied is unknown`)
  })

  test('row F32: the post step does nothing after a normal end, and nothing when the main step never began', async () => {
    const sim = rollingScene()
    const { runner } = await deploy(sim, { ...here, image: newImage })
    sim.recorder.clear()
    for (const state of [runner.savedState, {}]) {
      const after = await post(sim, {}, state)
      expect([after.runner.lines, after.runner.summary]).toEqual([[], ''])
    }
    expect(sim.recorder.all).toEqual([])
  })
})

test('action.yml declares exactly the inputs that the action reads', () => {
  const declared = parse(readFileSync(join(import.meta.dirname, '../../actions/deploy/action.yml'), 'utf8'))
  expect(Object.keys(declared.inputs).sort()).toEqual(Object.keys(deployInputs).sort())
})
