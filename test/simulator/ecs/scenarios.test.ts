import { GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { UpdateServiceCommand } from '@aws-sdk/client-ecs'
import { describe, expect, test } from '@jest/globals'
import type { Behaviour } from '../contract.ts'
import { nameOf } from '../identifiers.ts'
import { createRig, region } from './rig.ts'

const account = '111122223333'
const registry = `${account}.dkr.ecr.${region}.amazonaws.com`
const asmPrefix =
  'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s):'

interface Story {
  readonly title: string
  readonly behaviour?: Behaviour
  readonly image?: string
  readonly container?: Record<string, unknown>
  readonly taskDefinition?: Record<string, unknown>
  readonly stopCode: string
  readonly stoppedReason: string
  readonly exitCode?: number
  readonly containerReason?: string
  readonly event?: string
  readonly log?: string
}

const stories: Story[] = [
  {
    title: 'a crash',
    behaviour: { kind: 'crash', exitCode: 1, log: ['Error: cannot find module'] },
    stopCode: 'EssentialContainerExited',
    stoppedReason: 'Essential container in task exited',
    exitCode: 1,
    log: 'Error: cannot find module',
  },
  {
    title: 'too little memory',
    behaviour: { kind: 'out-of-memory' },
    stopCode: 'EssentialContainerExited',
    stoppedReason: 'Essential container in task exited',
    exitCode: 137,
    containerReason: 'OutOfMemoryError: Container killed due to memory usage',
  },
  {
    title: 'a wrong answer to the health check',
    behaviour: {
      kind: 'unhealthy',
      reason: 'Target.ResponseCodeMismatch',
      responseCode: 404,
      log: ['GET /health 404'],
    },
    stopCode: 'ServiceSchedulerInitiated',
    stoppedReason: 'Task failed ELB health checks in (target-group TARGET)',
    exitCode: 137,
    event:
      '(service api) (task TASK) (port 8080) is unhealthy in (target-group TARGET) due to (reason Health checks failed with these codes: [404])',
    log: 'GET /health 404',
  },
  {
    title: 'no answer to the health check',
    behaviour: { kind: 'unhealthy', reason: 'Target.Timeout' },
    stopCode: 'ServiceSchedulerInitiated',
    stoppedReason: 'Task failed ELB health checks in (target-group TARGET)',
    exitCode: 137,
    event:
      '(service api) (task TASK) (port 8080) is unhealthy in (target-group TARGET) due to (reason Request timed out)',
  },
  {
    title: 'a start that fails in a way of the test',
    behaviour: { kind: 'fails-to-start', stoppedReason: 'CannotPullContainerError: toomanyrequests: rate exceeded' },
    stopCode: 'TaskFailedToStart',
    stoppedReason: 'CannotPullContainerError: toomanyrequests: rate exceeded',
    containerReason: 'CannotPullContainerError: toomanyrequests: rate exceeded',
  },
  {
    title: 'an image that is not in the registry',
    image: `${registry}/api:v404`,
    stopCode: 'TaskFailedToStart',
    stoppedReason: `CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref ${registry}/api:v404: ${registry}/api:v404: not found`,
  },
  {
    title: 'a secret that does not exist',
    container: {
      secrets: [{ name: 'TOKEN', valueFrom: `arn:aws:secretsmanager:${region}:${account}:secret:gone-AbCdEf` }],
    },
    stopCode: 'TaskFailedToStart',
    stoppedReason: `${asmPrefix} ResourceNotFoundException: The task can't retrieve the secret with ARN 'arn:aws:secretsmanager:${region}:${account}:secret:gone-AbCdEf' from AWS Secrets Manager. Check whether the secret exists in the specified Region.`,
  },
  {
    title: 'a secret without the key',
    container: { secrets: [{ name: 'TOKEN', valueFrom: 'SECRET:token::' }] },
    stopCode: 'TaskFailedToStart',
    stoppedReason: `${asmPrefix} retrieved secret from Secrets Manager did not contain json key token`,
  },
  {
    title: 'a parameter that does not exist',
    container: { secrets: [{ name: 'TOKEN', valueFrom: '/shop/token' }] },
    stopCode: 'TaskFailedToStart',
    stoppedReason:
      'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid parameters: /shop/token',
  },
  {
    title: 'a log group that does not exist',
    container: {
      logConfiguration: {
        logDriver: 'awslogs',
        options: { 'awslogs-group': '/gone', 'awslogs-region': region, 'awslogs-stream-prefix': 'api' },
      },
    },
    stopCode: 'TaskFailedToStart',
    stoppedReason:
      'ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1',
  },
]

describe('a deployment is rolled back because of', () => {
  test.each(stories)('$title', async (story) => {
    const rig = createRig()
    const { home, sim } = rig
    if (story.behaviour) sim.world.scenarios.set('bad', story.behaviour)
    const secretArn = home.secretsmanager.put('shop', '{"password":"x"}')
    const container = JSON.parse(JSON.stringify(story.container ?? {}).replaceAll('SECRET', secretArn))
    const revision = await rig.deploy(story.image ?? 'registry.example.com/api:bad', { container })

    const end = await rig.finish()
    expect(end.status).toBe('ROLLBACK_SUCCESSFUL')
    expect(end.deploymentCircuitBreaker).toEqual({ status: 'TRIGGERED', failureCount: 3, threshold: 3 })
    const failed = (await rig.tasks('STOPPED', revision)).filter(
      ({ stoppedReason }) => !stoppedReason?.startsWith('Scaling activity'),
    )
    const [task] = failed
    const fill = (text: string) =>
      text.replaceAll('TARGET', rig.targetGroupArn!).replaceAll('TASK', nameOf(task!.taskArn!))
    expect(failed.length).toBeGreaterThanOrEqual(3)
    expect(task).toMatchObject({ stopCode: story.stopCode, stoppedReason: fill(story.stoppedReason) })
    expect(task!.containers![0]!.exitCode).toBe(story.exitCode)
    if (story.containerReason) expect(task!.containers![0]!.reason).toBe(story.containerReason)
    if (story.event) expect(await rig.messages()).toContain(fill(story.event))
    if (story.log) {
      const logStreamName = `api/api/${nameOf(task!.taskArn!)}`
      const { events } = await rig.logs.send(new GetLogEventsCommand({ logGroupName: '/shop/api', logStreamName }))
      expect(events!.map(({ message }) => message)).toEqual([story.log])
    }
    expect((await rig.service()).runningCount).toBe(2)
  })

  test('no capacity: no task is made, the events say why', async () => {
    const rig = createRig()
    const reason = 'Capacity is unavailable at this time. Please try again later or in a different availability zone.'
    rig.sim.world.scenarios.set('bad', { kind: 'no-capacity', reason })
    const revision = await rig.deploy('registry.example.com/api:bad')
    expect((await rig.finish()).status).toBe('ROLLBACK_SUCCESSFUL')
    expect([...(await rig.tasks('RUNNING', revision)), ...(await rig.tasks('STOPPED', revision))]).toEqual([])
    expect(await rig.messages()).toContain(
      `(service api) was unable to place a task. Reason: ${reason} For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.`,
    )
  })

  test('a role that cannot be assumed: no task is made either, in words of its own', async () => {
    const rig = createRig()
    const error =
      "ECS was unable to assume the role 'arn:aws:iam::111122223333:role/api' that was provided for this task."
    rig.sim.world.scenarios.set('bad', { kind: 'not-launched', error })
    const revision = await rig.deploy('registry.example.com/api:bad')
    expect((await rig.finish()).status).toBe('ROLLBACK_SUCCESSFUL')
    expect([...(await rig.tasks('RUNNING', revision)), ...(await rig.tasks('STOPPED', revision))]).toEqual([])
    expect(await rig.messages()).toContain(`(service api) failed to launch a task with (error ${error}).`)
  })

  test('taken away: the task stops with the code and the words of whoever took it', async () => {
    const rig = createRig()
    const words = { stopCode: 'SpotInterruption', stoppedReason: 'Your Spot Task was interrupted.' } as const
    rig.sim.world.scenarios.set('bad', { kind: 'taken-away', ...words })
    const revision = await rig.deploy('registry.example.com/api:bad')
    await rig.finish()
    const [task] = await rig.tasks('STOPPED', revision)
    expect(task).toMatchObject({ ...words, containers: [{ exitCode: 143 }] })
  })
})

describe('a task', () => {
  test('passes through its states in order, and is seen for an hour after its end', async () => {
    const rig = createRig({ loadBalanced: false, desiredCount: 0 })
    const revision = await rig.deploy('registry.example.com/api:v2')
    await rig.finish()
    const { ecs, sim } = rig
    await ecs.send(new UpdateServiceCommand({ ...rig.target, desiredCount: 1 }))
    const seen: string[] = []
    const look = async (status: 'RUNNING' | 'STOPPED') => {
      for (let second = 0; second < 90; second++) {
        sim.clock.advance(1000)
        const state = (await rig.tasks(status, revision))[0]?.lastStatus
        if (state && state !== seen.at(-1)) seen.push(state)
      }
    }
    await look('RUNNING')
    await ecs.send(new UpdateServiceCommand({ ...rig.target, desiredCount: 0 }))
    await look('STOPPED')
    expect(seen).toEqual(['PROVISIONING', 'PENDING', 'ACTIVATING', 'RUNNING', 'STOPPING', 'DEPROVISIONING', 'STOPPED'])
    sim.clock.advance(3_500_000)
    expect(await rig.tasks('STOPPED', revision)).toHaveLength(1)
    sim.clock.advance(100_000)
    expect(await rig.tasks('STOPPED', revision)).toHaveLength(0)
  })

  test('goes on when a sidecar that is not essential ends', async () => {
    const rig = createRig({ loadBalanced: false })
    rig.sim.world.scenarios.set('warmup', { kind: 'crash', exitCode: 0 })
    const [app] = rig.home.ecs.taskDefinition('api')!.containerDefinitions
    const revision = await rig.deploy('unused', {
      taskDefinition: {
        containerDefinitions: [app!, { name: 'init', image: 'registry.example.com/init:warmup', essential: false }],
      },
    })
    expect((await rig.finish()).status).toBe('SUCCESSFUL')
    const [task] = await rig.tasks('RUNNING', revision)
    expect(Object.fromEntries(task!.containers!.map(({ name, ...rest }) => [name, rest]))).toMatchObject({
      api: { lastStatus: 'RUNNING' },
      init: { lastStatus: 'STOPPED', exitCode: 0 },
    })
  })

  test('is drained before it is stopped, and told to the load balancer', async () => {
    const rig = createRig()
    expect(await rig.targetHealth()).toEqual([{ State: 'healthy' }, { State: 'healthy' }])
    await rig.deploy('registry.example.com/api:v2')
    const seen = new Set<string>()
    for (let second = 0; second < 90; second++) {
      rig.sim.clock.advance(1000)
      for (const { State, Reason } of await rig.targetHealth()) seen.add([State, Reason].filter(Boolean).join(' '))
    }
    expect([...seen].sort()).toEqual([
      'draining Target.DeregistrationInProgress',
      'healthy',
      'initial Elb.RegistrationInProgress',
    ])
  })
})
