/** How deployments go wrong for the users of others, and what Slipway shows instead. */
import type { ServiceDeployment, TaskDefinition } from '@aws-sdk/client-ecs'
import { expect, test } from '@jest/globals'
import { onlyLong, some } from '../often.ts'
import { seededTaskDefinition } from '../simulator/fixtures.ts'
import { hostile } from './canaries.ts'
import type { ActionResult } from './run-action.ts'
import { inScene, newImage, oldImage, region, revision, type Scene, slackInputs } from './scene.ts'

/** A deployment that takes a quarter of an hour. */
const slowly = { deploymentConfig: 'CodeDeployDefault.ECSCanary10Percent15Minutes' }

/** One annotation, and the same story in output, summary and Slack. */
function expectOneStory({ slack }: Scene, result: ActionResult, story: RegExp): void {
  expect(result.exitCode).toBe(1)
  expect(result.errors).toHaveLength(1)
  expect(result.errors[0]).toMatch(story)
  expect(result.outputs.cause).toMatch(story)
  expect(result.summary.replaceAll('\\', '')).toMatch(story)
  expect(slack()).toMatch(story)
}

/** Seconds since ECS was done with its newest deployment. */
function secondsAfterAws({ sim, ecs }: Scene): number {
  const { serviceDeployments: [latest] = [] } = ecs<{ serviceDeployments: ServiceDeployment[] }>(
    'ListServiceDeployments',
    { cluster: 'shop', service: 'api' },
  )
  return (sim.clock.now() - (latest?.finishedAt?.getTime() ?? 0)) / 1000
}

test.concurrent(
  "peers' F1: members that Amazon ECS does not know are named, and nothing is registered without them",
  inScene({}, async ({ run, deploy, write, sim, serving }) => {
    const { containerDefinitions: [container] = [], ...members } = seededTaskDefinition(sim.world)
    const typos = {
      ...members,
      placementConstraint: [],
      containerDefinitions: [{ ...container, Environment: [{ name: 'A', value: '1' }] }],
    }
    write('td.json', JSON.stringify(typos, undefined, 2))
    const file = { 'task-definition': 'td.json', 'container-name': 'api', image: newImage }
    for (const result of [await deploy(file), await run('register-task-definition', file)]) {
      expect(result.exitCode).toBe(1)
      expect(result.errors.join()).toMatch(
        /"placementConstraint" \(did you mean placementConstraints\?\)[\s\S]*"Environment" in containerDefinitions\[0\] \(did you mean environment\?\)/,
      )
      // Each marks its line.
      expect(result.log).toMatch(/^::error [^:]*file=td\.json,line=10,col=3/m)
      expect(result.log).toMatch(/^::error [^:]*file=td\.json,line=28,col=7/m)
    }
    expect(sim.recorder.count('ecs', 'RegisterTaskDefinition')).toBe(0)
    expect(serving()).toBe(oldImage)
  }),
)

onlyLong(test.concurrent)(
  "peers' F2: the step ends at most 6 seconds after AWS is done, with default settings",
  inScene({}, async (scene) => {
    const { exitCode } = await scene.deploy()
    expect(exitCode).toBe(0)
    expect(secondsAfterAws(scene)).toBeGreaterThanOrEqual(0)
    expect(secondsAfterAws(scene)).toBeLessThanOrEqual(6)
  }),
)

onlyLong(test.concurrent)(
  "peers' F3: a deployment that completes in the last minutes of its time is green, and one that does not is told in time",
  inScene({}, async ({ deploy, sim, serving }) => {
    const wait = { 'wait-for-minutes': '10' }
    sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 400 })
    const green = await deploy(wait)
    expect([green.exitCode, green.outputs.verdict, serving()]).toEqual([0, 'succeeded', newImage])
    expect(green.seconds).toBeGreaterThan(7 * 60)
    const late = 'registry.example.com/api:late'
    sim.world.scenarios.set(late, { kind: 'healthy', startSeconds: 1200 })
    const red = await deploy({ ...wait, image: late })
    expect([red.exitCode, red.outputs.verdict]).toEqual([1, 'timed-out'])
    expect(red.seconds).toBeLessThan(10 * 60 + 10)
  }),
)

onlyLong(test.concurrent)(
  "peers' F4: a circuit breaker that does not roll back is told at once, with the reason",
  inScene({ rolling: { circuitBreaker: 'stop' } }, async (scene) => {
    scene.sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 7, log: ['no such table: orders'] })
    const result = await scene.deploy(slackInputs)
    expectOneStory(scene, result, /exit code 7\)[^\n]*no such table: orders/)
    expect(result.outputs.verdict).toBe('failed')
    expect(result.errors[0]).toMatch(/failed, not rolled back/)
    expect(secondsAfterAws(scene)).toBeLessThanOrEqual(6)
  }),
)

onlyLong(test.concurrent)(
  "peers' F5: a rollback says so, with the reason and what serves now",
  inScene({}, async (scene) => {
    scene.sim.world.scenarios.set(newImage, { kind: 'out-of-memory' })
    const result = await scene.deploy(slackInputs)
    expectOneStory(scene, result, /OutOfMemoryError: container \\?"api\\?" ran out of memory/)
    expect(result.outputs).toMatchObject({ verdict: 'rolled-back', 'previous-task-definition-arn': revision(1) })
    expect(result.errors[0]).toMatch(/rolled back to api:1/)
    expect(scene.serving()).toBe(oldImage)
  }),
)

onlyLong(test.concurrent)(
  "peers' F5: a newer deployment by somebody else is no rollback",
  inScene({}, async (scene) => {
    const { sim, ecs } = scene
    sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 600 })
    const theirs = seededTaskDefinition(sim.world, { image: 'registry.example.com/api:v3' })
    sim.faults.add({
      operation: 'DescribeServiceDeployments',
      skip: 1,
      times: 1,
      effect: {
        kind: 'callback',
        run() {
          ecs<{ taskDefinition: TaskDefinition }>('RegisterTaskDefinition', theirs)
          ecs('UpdateService', { cluster: 'shop', service: 'api', taskDefinition: 'api:3' })
        },
      },
    })
    const result = await scene.deploy(slackInputs)
    expectOneStory(scene, result, /api:3/)
    expect(result.outputs.verdict).toBe('superseded')
    expect(result.log).not.toMatch(/rolled back/)
  }),
)

test.concurrent(
  "peers' F6: credentials that expire while we watch end the step at once, and nobody claims a time-out",
  inScene({}, async ({ deploy, sim }) => {
    sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 3000 })
    sim.faults.add({ service: 'ecs', skip: 8, times: 1000, effect: { kind: 'expired-token' } })
    const result = await deploy()
    expect([result.exitCode, result.outputs.verdict]).toEqual([1, 'detached'])
    expect(result.errors).toHaveLength(1)
    expect(result.errors[0]).toMatch(/expired[\s\S]*again/)
    expect(result.seconds).toBeLessThan(15)
  }),
)

onlyLong(test.concurrent)(
  "peers' F6: a permission that is missing while we watch is named, with the statement that grants it",
  inScene({ service: 'codedeploy' }, async ({ deploy, sim }) => {
    sim.faults.add({ operation: 'GetDeployment', times: 1000, effect: { kind: 'access-denied' } })
    const result = await deploy()
    expect([result.exitCode, result.outputs.verdict]).toEqual([1, 'detached'])
    expect(result.errors).toHaveLength(1)
    expect(result.errors[0]).toMatch(/codedeploy:GetDeployment/)
    expect(result.errors[0]).toMatch(/"Action": ?"codedeploy:GetDeployment"/)
    expect(result.seconds).toBeLessThan(15)
  }),
)

const stops = [
  {
    about: 'an exit code',
    behaviour: { kind: 'crash', exitCode: 3, log: ['Error: no database given'] } as const,
    story: /code 3[^\n]*no database given/,
  },
  {
    about: 'an image that cannot be pulled',
    behaviour: {
      kind: 'fails-to-start',
      stoppedReason: `CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve ref ${newImage}: ${newImage}: not found`,
    } as const,
    story: /api:v2/,
  },
  {
    about: 'a secret that cannot be read',
    behaviour: {
      kind: 'fails-to-start',
      stoppedReason:
        'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:eu-west-1:111122223333:secret:api/database-url-AbCdEf from secrets manager: AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/shop-execution/0af1 is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:111122223333:secret:api/database-url-AbCdEf because no identity-based policy allows the secretsmanager:GetSecretValue action status code: 400',
    } as const,
    story: /secret/i,
  },
]

/** Every cause, in this process: test/actions/told-failures. */
onlyLong(test.concurrent.each(stops))(
  "peers' F10: tasks of a service that stop: $about is in the cause",
  async ({ behaviour, story }) => {
    await inScene({}, async (scene) => {
      scene.sim.world.scenarios.set(newImage, behaviour)
      const result = await scene.deploy(slackInputs)
      expectOneStory(scene, result, story)
      expect(result.log).not.toMatch(/\[null\]/)
      expect([result.outputs.verdict, scene.serving()]).toEqual(['rolled-back', oldImage])
    })()
  },
)

test.concurrent(
  "peers' F10: a one-off task that fails leaves the service as it is and tells the exit code",
  inScene({}, async ({ deploy, sim, serving }) => {
    sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 2, log: ['migration 12 failed'] })
    const result = await deploy({ 'run-task': 'true', 'wait-for-task-stopped': 'true' })
    expect(result.exitCode).toBe(1)
    expect(result.errors.join()).toMatch(/code 2/)
    expect(JSON.parse(result.outputs['run-task-arn'] ?? '')).toEqual([expect.stringMatching(/^arn:aws:ecs:.*:task\//)])
    expect([serving(), sim.recorder.count('ecs', 'UpdateService')]).toEqual([oldImage, 0])
  }),
)

onlyLong(test.concurrent)(
  "peers' F10: a one-off task that ends well lets the deployment begin",
  inScene({}, async ({ deploy, sim, serving }) => {
    sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 0, afterSeconds: 3 })
    sim.faults.add({
      operation: 'UpdateService',
      effect: { kind: 'callback', run: () => sim.world.scenarios.set(newImage, { kind: 'healthy' }) },
    })
    const result = await deploy({ 'run-task': 'true', 'wait-for-task-stopped': 'true' })
    expect([result.exitCode, serving()]).toEqual([0, newImage])
  }),
)

onlyLong(test.concurrent)(
  "peers' F13: a CodeDeploy failure is one sentence, followed to the end of the rollback",
  inScene({ service: 'codedeploy' }, async (scene) => {
    scene.sim.world.scenarios.set(newImage, { kind: 'unhealthy', reason: 'Target.Timeout', log: [hostile.log] })
    const result = await scene.deploy({ ...slackInputs, 'wait-for-minutes': '90' })
    expectOneStory(scene, result, /health check/)
    expect(result.outputs).toMatchObject({ verdict: 'rolled-back' })
    expect(result.errors[0]).not.toMatch(/deploymentInfo|\{"/)
    expect(scene.serving()).toBe(oldImage)
  }),
)

const groups = [
  { about: 'termination wait', codeDeploy: { terminationWaitMinutes: undefined } },
  { about: 'blue/green configuration', codeDeploy: { withoutBlueGreenConfiguration: true } },
]

onlyLong(test.concurrent.each(groups))(
  "peers' F13: a group without $about is waited for like any other",
  async ({ codeDeploy }) => {
    await inScene({ service: 'codedeploy', codeDeploy }, async ({ deploy, serving }) => {
      const { exitCode } = await deploy()
      expect([exitCode, serving()]).toEqual([0, newImage])
    })()
  },
)

onlyLong(test.concurrent)(
  "peers' F13: another active deployment is named before anything is registered",
  inScene({ service: 'codedeploy', codeDeploy: slowly }, async ({ deploy, sim }) => {
    const first = await deploy({ 'wait-for-service-stability': 'false' })
    expect([first.exitCode, first.outputs.verdict]).toEqual([0, 'detached'])
    const second = await deploy({ image: 'registry.example.com/api:v3' })
    expect(second.exitCode).toBe(1)
    expect(second.errors.join()).toContain(first.outputs['codedeploy-deployment-id'])
    expect(sim.recorder.count('ecs', 'RegisterTaskDefinition')).toBe(1)
  }),
)

test.concurrent(
  "peers' F13: an AppSpec file that is not there is named by path and input, before anything is changed",
  inScene({ service: 'codedeploy' }, async ({ deploy, sim }) => {
    const result = await deploy({ 'codedeploy-appspec': 'deploy/appspec.yaml' })
    expect(result.exitCode).toBe(1)
    expect(result.errors.join()).toMatch(/deploy\/appspec\.yaml[\s\S]*codedeploy-appspec/)
    expect(result.errors.join()).toMatch(/ENOENT: no such file in the workspace/)
    expect(sim.recorder.count('ecs', 'RegisterTaskDefinition')).toBe(0)
  }),
)

const file = { 'task-definition': 'td.yaml', register: 'false' }

async function registered({ run, ecs }: Scene, inputs: Record<string, string>) {
  const result = await run('register-task-definition', inputs)
  expect(result.errors).toEqual([])
  const reference = result.outputs['task-definition-arn']
  const { taskDefinition } = ecs<{ taskDefinition: TaskDefinition }>('DescribeTaskDefinition', {
    taskDefinition: reference,
  })
  return taskDefinition.containerDefinitions ?? []
}

onlyLong(test.concurrent)(
  "peers' F15: values with =, quotes, spaces and query strings arrive as they were written",
  inScene({}, async (scene) => {
    const [container] = await registered(scene, {
      'task-definition-family': 'api',
      'container-name': 'api',
      image: newImage,
      'log-configuration-log-driver': 'splunk',
      'log-configuration-options': 'splunk-url=https://splunk.example.com:8088/x?a=1&b=2\nsplunk-token=abc==',
      'docker-labels': 'traefik.rule=Query(`k=v`)\nempty=',
      'environment-variables': 'OPTIONS=--a=1 --b="2 3"',
      command: 'sh -c "echo hi"',
    })
    expect(container).toMatchObject({
      image: newImage,
      command: ['sh', '-c', 'echo hi'],
      dockerLabels: { 'traefik.rule': 'Query(`k=v`)', empty: '' },
      logConfiguration: {
        options: { 'splunk-token': 'abc==', 'splunk-url': 'https://splunk.example.com:8088/x?a=1&b=2' },
      },
    })
    expect(container?.environment).toContainEqual({ name: 'OPTIONS', value: '--a=1 --b="2 3"' })
  }),
)

test.concurrent(
  "peers' F15: several containers, with spaces between their names, from YAML",
  inScene({ service: 'none' }, async (scene) => {
    scene.write(
      'td.yaml',
      'family: api\ncontainerDefinitions:\n  - { name: web, image: a, memory: 128 }\n  - { name: log, image: a, memory: 128 }\n',
    )
    const containers = await registered(scene, {
      'task-definition': 'td.yaml',
      'container-name': 'web, log',
      image: newImage,
    })
    expect(containers.map(({ image }) => image)).toEqual([newImage, newImage])
    const typo = await scene.run('register-task-definition', { ...file, 'container-name': 'wbe', image: newImage })
    expect(typo.exitCode).toBe(1)
    expect(typo.errors.join()).toMatch(/wbe[\s\S]*web[\s\S]*log/)
  }),
)

test.concurrent(
  "peers' F15: a revision without a family is one error that says what is missing",
  inScene({ service: 'none' }, async ({ run }) => {
    const result = await run('register-task-definition', { 'task-definition-revision': '7' })
    expect(result.exitCode).toBe(1)
    expect(result.errors).toHaveLength(1)
    expect(result.errors[0]).toMatch(/task-definition-family/)
  }),
)

const stopping = [
  { service: 'codedeploy', stop: 'StopDeployment', watch: 'GetDeployment' },
  { service: 'rolling', stop: 'StopServiceDeployment', watch: 'DescribeServiceDeployments' },
] as const

test.concurrent.each(some(stopping, 2))(
  "peers' F16: a cancel stops the deployment and brings the old version back ($service)",
  async ({ service, stop, watch }) => {
    await inScene({ service, codeDeploy: slowly }, async ({ deploy, sim, serving, slack, done }) => {
      sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 6000 })
      const cancel = new AbortController()
      sim.faults.add({ operation: watch, skip: 1, times: 1, effect: { kind: 'callback', run: () => cancel.abort() } })
      const main = await deploy(slackInputs, { signal: cancel.signal })
      expect([main.exitCode, main.outputs.verdict]).toEqual([1, 'cancelled'])
      const post = await deploy(slackInputs, { step: 'post', state: main.state })
      expect(post.exitCode).toBe(0)
      expect(post.log).toMatch(/now rolls back to api:1/)
      expect(slack()).toMatch(/now rolls back to api:1/)
      expect(done(stop)).toBe(1)
      sim.clock.advance(30 * 60_000)
      expect(serving()).toBe(oldImage)
      expect(sim.world.region(region).ecs.service('shop', 'api')?.taskDefinition).toBe(revision(1))
    })()
  },
)
