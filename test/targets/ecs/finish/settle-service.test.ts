/** What the post step makes of what a cancelled run has kept, for every state in which AWS may be by then. */
import { describe, expect, test } from '@jest/globals'
import type { DeploymentEvent } from '../../../../src/deployment/events.ts'
import { settleCancelled } from '../../../../src/deployment/settle-cancelled.ts'
import { fold, initialState } from '../../../../src/deployment/state.ts'
import { Failure } from '../../../../src/failure.ts'
import type { CodeDeployDeployment, JsonObject, Service, ServiceDeployment } from '../../../../src/ports.ts'
import { settleService } from '../../../../src/targets/ecs/finish/settle-service.ts'
import type { EcsContext } from '../../../../src/targets/ecs/request/ecs-context.ts'
import type { EcsRecord } from '../../../../src/targets/ecs/request/ecs-record.ts'
import { text, untrusted } from '../../../../src/text.ts'
import { savedRecord } from '../../../deployment/scene.ts'
import { plain } from '../../../refusal.ts'
import { createClock } from '../../../simulator/clock.ts'

const revision = (number: number) => `arn:aws:ecs:eu-west-1:111122223333:task-definition/api:${number}`
const arn = 'arn:aws:ecs:eu-west-1:111122223333:service-deployment/shop/api/new'
const began = Date.UTC(2026, 10, 20, 8, 59, 0)

const kept: EcsRecord = {
  cluster: 'shop',
  service: 'api',
  region: 'eu-west-1',
  policy: 'stop-and-roll-back',
  engine: 'ecs-rolling',
  startedAt: began,
  previousTaskDefinition: revision(1),
  taskDefinition: revision(2),
  stage: 'watching',
  serviceDeploymentArn: arn,
}
const byCodeDeploy: EcsRecord = {
  ...kept,
  engine: 'codedeploy',
  serviceDeploymentArn: undefined,
  deploymentId: 'd-OURS',
  codeDeploy: { application: 'app', deploymentGroup: 'group' },
}

/** Answers, one after the other; the last one again and again. A Failure is thrown. */
type Answers<T> = readonly (T | Failure)[]

interface World {
  readonly statuses?: Answers<string | undefined>
  readonly services?: Answers<Service | undefined>
  readonly listed?: readonly ServiceDeployment[]
  /** Deployments of CodeDeploy by id. */
  readonly deployments?: Readonly<Record<string, Answers<Partial<CodeDeployDeployment>>>>
  readonly active?: Answers<readonly string[]>
  readonly stop?: Failure
  /** Of the revisions, whose variables AWS's words may quote. */
  readonly definitions?: Answers<JsonObject | undefined>
}

const refusedBy = (action: string, answer: string) =>
  new Failure({ code: 'aws-rejected', what: text`AWS refused ${action}`, why: text`${untrusted(answer)}` })

/** AWS's answers, and what it was asked for. */
function worldOf({
  statuses = ['IN_PROGRESS'],
  services = [undefined],
  listed = [],
  deployments = {},
  definitions = [undefined],
  ...rest
}: World) {
  const asked: string[] = []
  const counts = new Map<string, number>()
  const answer = async <T>(what: string, answers: Answers<T>): Promise<T> => {
    asked.push(what)
    const count = counts.get(what) ?? 0
    counts.set(what, count + 1)
    const next = answers[Math.min(count, answers.length - 1)]
    if (next instanceof Failure) throw next
    return next as T
  }
  const stop = (what: string) => answer(what, [rest.stop ?? ('stopped' as never)])
  const ecs = {
    describeServiceDeployment: async (of: string) => {
      const status = await answer(`status of ${of.split('/').at(-1)}`, statuses)
      return status === undefined ? undefined : { serviceDeploymentArn: of, status }
    },
    listServiceDeployments: () => answer('list', [listed]),
    taskDefinitionOfRevision: async (of: string) => revision(Number(of.split(':').at(-1))),
    describeService: () => answer('service', services),
    describeTaskDefinition: () => answer('definition', definitions),
    rollBackServiceDeployment: (of: string) => {
      if (!of.startsWith('arn:')) throw new TypeError(`${of} is no service deployment`)
      return stop(`stop ${of.split('/').at(-1)}`)
    },
  }
  const codeDeploy = {
    describeDeployment: async (id: string) => ({ deploymentId: id, ...(await answer(id, deployments[id] ?? [{}])) }),
    listActiveDeployments: () => answer('active', rest.active ?? [[]]),
    stopDeployment: (id: string, isRolledBack: boolean) => {
      if (!id.startsWith('d-')) throw new TypeError(`${id} is no deployment of CodeDeploy`)
      return stop(isRolledBack ? `stop ${id}` : `stop ${id} without rolling back`)
    },
  }
  return { asked, ports: { ecs, codeDeploy, clock: createClock({ kind: 'idle' }).forProgram } as unknown as EcsContext }
}

function settling(record: EcsRecord, ports: EcsContext) {
  return settleCancelled(savedRecord(record), settleService(record, ports), ports.clock)
}

async function settled(record: EcsRecord, world: World) {
  const { asked, ports } = worldOf(world)
  const from = ports.clock.now()
  const events: DeploymentEvent[] = []
  for await (const event of settling(record, ports)) events.push(event)
  const state = events.reduce(fold, initialState(from))
  const { what, why, fix } = state.verdict?.cause ?? {}
  expect(plain(what)).toBe('The run was cancelled')
  return {
    outcome: state.verdict?.outcome,
    serving: state.verdict?.serving?.id?.split('/').at(-1),
    cause: `${plain(why)} | ${plain(fix)}`,
    asked,
    isRollingBack: events.some(({ kind }) => kind === 'rolling-back'),
    seconds: (ports.clock.now() - from) / 1000,
  }
}

const appSpec = (number: number): Partial<CodeDeployDeployment> => ({
  revision: {
    revisionType: 'AppSpecContent',
    appSpecContent: {
      content: JSON.stringify({
        version: 0.0,
        Resources: [{ TargetService: { Type: 'AWS::ECS::Service', Properties: { TaskDefinition: revision(number) } } }],
      }),
    },
  },
})

const nothing = 'this run had not changed the service yet | Nothing was deployed. Run the job again to deploy.'
const ended = (how: string) =>
  `the deployment ${how} when this job ended | Nothing was stopped. Check which revision is live before you deploy again.`

describe('before the service was changed, AWS is not even asked', () => {
  test.each<[string, Partial<EcsRecord>]>([
    ['while it was prepared', { stage: 'preparing' }],
    ['while the revision was registered, or a one-off task ran', { stage: 'registering' }],
    ['while no revision was known', { taskDefinition: undefined }],
  ])('%s', async (_, part) => {
    for (const record of [kept, byCodeDeploy]) {
      const { cause, serving, asked } = await settled({ ...record, ...part }, {})
      expect([cause, serving, asked]).toEqual([nothing, 'api:1', []])
    }
  })
})

describe("a deployment of ECS that has ended is told by ECS's own word", () => {
  test.each([
    ['SUCCESSFUL', 'had succeeded', 'api:2'],
    ['ROLLBACK_SUCCESSFUL', 'had been rolled back', 'api:1'],
    ['ROLLBACK_FAILED', 'had failed, and its rollback had failed', undefined],
    ['STOPPED', 'had been stopped', undefined],
    ['ROLLBACK_IN_PROGRESS', 'was already rolling back', undefined],
  ])('%s', async (status, how, serving) => {
    const told = await settled(kept, { statuses: [status] })
    expect([told.cause, told.serving, told.outcome]).toEqual([ended(how), serving, 'cancelled'])
    expect(told.asked).toEqual(['status of new'])
    expect(told.isRollingBack).toBe(false)
  })
})

describe('a deployment of ECS in progress', () => {
  const rolledBack =
    'this run stopped the deployment service-deployment/shop/api/new, which now rolls back to api:1 (on-cancel: stop-and-roll-back)'

  test('is stopped, and rolled back', async () => {
    const told = await settled(kept, { statuses: ['IN_PROGRESS', 'ROLLBACK_IN_PROGRESS'] })
    expect(told.cause).toBe(
      `${rolledBack} | The rollback continues without this run. Check its outcome in the AWS console.`,
    )
    expect([told.isRollingBack, told.serving, told.asked]).toEqual([
      true,
      undefined,
      ['status of new', 'stop new', 'status of new'],
    ])
  })

  test('says no revision that it goes back to where there was none', async () => {
    const record = { ...kept, previousTaskDefinition: undefined }
    const { cause } = await settled(record, { statuses: ['IN_PROGRESS', 'ROLLBACK_IN_PROGRESS'] })
    expect(cause).toMatch(/rolls back \(on-cancel/)
  })

  test('may complete nevertheless, which is said', async () => {
    const told = await settled(kept, { statuses: ['IN_PROGRESS', 'STOP_REQUESTED', 'IN_PROGRESS', 'SUCCESSFUL'] })
    expect(told.cause).toMatch(
      /new had completed before it could be stopped, so the new revision is live \| To undo it, run the rollback workflow \(actions\/rollback\)\.$/,
    )
    expect(told.serving).toBe('api:2')
  })

  test('that ends before the stop arrives is told by its end, and not by the refusal', async () => {
    const stop = refusedBy('ecs:StopServiceDeployment', 'ConflictException: it is not in progress.')
    expect((await settled(kept, { statuses: ['IN_PROGRESS', 'SUCCESSFUL'], stop })).cause).toMatch(
      /had completed before/,
    )
    const refused = await settled(kept, { statuses: ['IN_PROGRESS'], stop })
    expect(refused.cause).toBe(
      'the deployment may still be in progress, because on-cancel: stop-and-roll-back failed: AWS refused ecs:StopServiceDeployment: ConflictException: it is not in progress | Check the service in the AWS console now.',
    )
    expect([refused.outcome, refused.serving]).toEqual(['cancelled', undefined])
  })

  test('is looked at for 15 s after the stop', async () => {
    const { seconds, cause } = await settled(kept, { statuses: ['IN_PROGRESS'] })
    expect(seconds).toBe(16)
    expect(cause).toMatch(/rolls back to api:1/)
  })

  test.each([
    [
      'leave',
      /new is still in progress and continues without this run \(on-cancel: leave\) \| Run the job again to watch it further, or run the rollback workflow \(actions\/rollback\)\..*deployment-id/,
    ],
    [
      'go-on',
      /the rollback by deployment \S+new continues without this run \| Check the service in the AWS console\..*deployment-id/,
    ],
  ] as const)('is left alone by on-cancel: %s', async (policy, said) => {
    const { cause, asked, isRollingBack } = await settled({ ...kept, policy }, {})
    expect(cause).toMatch(said)
    expect([asked, isRollingBack]).toEqual([['status of new'], false])
  })

  test.each([
    ['stop-and-roll-back', 'on-cancel: stop-and-roll-back failed'],
    ['leave', 'its state could not be read'],
    ['go-on', 'its state could not be read'],
  ] as const)('that cannot be read is said to go on (%s)', async (policy, undone) => {
    const denied = new Failure({ code: 'permission-missing', what: text`it is denied`, fix: text`Allow it.` })
    const { cause } = await settled({ ...kept, policy, deploymentId: 'ecs-svc/2' }, { statuses: [denied] })
    expect(cause).toBe(
      `the deployment ecs-svc/2 may still be in progress, because ${undone}: it is denied | Check the service in the AWS console now. Allow it.`,
    )
  })
})

describe("AWS's refusal of a stop", () => {
  const stop = refusedBy('ecs:StopServiceDeployment', 'ConflictException: hunter2-for-the-database is in the way')
  const definition = {
    containerDefinitions: [{ name: 'api', environment: [{ name: 'PASSWORD', value: 'hunter2-for-the-database' }] }],
  }
  const unread = refusedBy('ecs:DescribeTaskDefinition', 'AccessDeniedException: not authorized')

  test.each<[string, World['definitions'] & object]>([
    ['of the new revision', [definition, undefined]],
    ['of the previous revision, where the new one cannot be read', [unread, definition]],
  ])('is told without the value of a variable %s', async (_, definitions) => {
    const { cause } = await settled(kept, { stop, definitions })
    expect(cause).toMatch(/AWS refused ecs:StopServiceDeployment: ConflictException: .* is in the way/)
    expect(cause).not.toContain('hunter2')
  })

  test('is told where no revision can be read', async () => {
    const { cause } = await settled(kept, { stop, definitions: [unread] })
    expect(cause).toMatch(/ConflictException: hunter2-for-the-database is in the way/)
  })
})

describe('what the core asks of a service', () => {
  test.each([
    ['of ECS', kept, 'arn:aws:ecs:eu-west-1:111122223333:service-deployment/shop/api/other', 'status of other'],
    ['of CodeDeploy', byCodeDeploy, 'd-OTHER', 'd-OTHER'],
  ])('%s is about the deployment that it names, else about the one that was kept', async (_, record, id, expected) => {
    const named = worldOf({ deployments: { 'd-OTHER': [{ status: 'InProgress' }] } })
    await settleService(record, named.ports).look(id)
    expect(named.asked[0]).toBe(expected)
    const unnamed = worldOf({})
    await settleService(record, unnamed.ports).look(undefined)
    expect(unnamed.asked[0]).toBe(record === kept ? 'status of new' : 'd-OURS')
  })

  test('is where to watch it again', () => {
    expect(plain(settleService(kept, worldOf({}).ports).watchAgain('d-OURS'))).toMatch(
      /d-OURS.*shop.*api|shop.*api.*d-OURS/,
    )
  })

  test('is hidden by what its revisions say, and a fault in reading them is no end', async () => {
    const environment = [{ name: 'PASSWORD', value: 'hunter2-for-the-database' }]
    const { ports, asked } = worldOf({ definitions: [{ containerDefinitions: [{ name: 'api', environment }] }] })
    const value = { cause: [untrusted('hunter2-for-the-database')] }
    expect(await settleService(kept, ports).conceal(value)).toEqual({ cause: [untrusted('***(PASSWORD)')] })
    expect(asked).toEqual(['definition', 'definition'])
    const unknown = { ...kept, taskDefinition: undefined, previousTaskDefinition: undefined }
    const without = worldOf({})
    expect(await settleService(unknown, without.ports).conceal(value)).toEqual(value)
    expect(without.asked).toEqual([])
    const broken = { ...ports, ecs: { describeTaskDefinition: () => Promise.reject(new TypeError('x is undefined')) } }
    await expect(settleService(kept, broken as unknown as EcsContext).conceal(value)).rejects.toThrow('x is undefined')
  })
})

test('a fault is no end', async () => {
  const { ports } = worldOf({})
  const broken = { ...ports, ecs: { describeServiceDeployment: () => Promise.reject(new TypeError('x is undefined')) } }
  const events = settling(kept, broken as unknown as EcsContext)
  await expect(events.next()).rejects.toThrow('x is undefined')
})

describe('a deployment of CodeDeploy', () => {
  const back = { rollbackInfo: { rollbackDeploymentId: 'd-BACK' } }
  test.each<[string, Partial<CodeDeployDeployment>, string | undefined, string, string | undefined]>([
    ['has succeeded', { status: 'Succeeded' }, undefined, 'had succeeded', 'api:2'],
    ['has failed', { status: 'Failed' }, undefined, 'had failed', undefined],
    ['was stopped', { status: 'Stopped' }, undefined, 'had been stopped', undefined],
    ['was rolled back', { status: 'Failed', ...back }, 'Succeeded', 'had been rolled back', 'api:1'],
    ['was stopped and rolled back', { status: 'Stopped', ...back }, 'Succeeded', 'had been rolled back', 'api:1'],
    [
      'has a rollback that failed',
      { status: 'Failed', ...back },
      'Failed',
      'had failed, and its rollback had failed',
      undefined,
    ],
    [
      'has a rollback that was stopped',
      { status: 'Failed', ...back },
      'Stopped',
      'had failed, and its rollback had failed',
      undefined,
    ],
    ['is being rolled back', { status: 'Stopped', ...back }, 'InProgress', 'was already rolling back', undefined],
  ])('%s', async (_, deployment, rollback, how, serving) => {
    const deployments = { 'd-OURS': [deployment], 'd-BACK': [{ status: rollback as 'Succeeded' }] }
    const told = await settled(byCodeDeploy, { deployments })
    expect([told.cause, told.serving, told.isRollingBack]).toEqual([ended(how), serving, false])
  })

  test('in progress is stopped, and rolled back', async () => {
    const deployments = { 'd-OURS': [{ status: 'InProgress' as const }, { status: 'Stopped' as const }] }
    const told = await settled(byCodeDeploy, { deployments })
    expect(told.cause).toMatch(/^this run stopped the deployment d-OURS, which now rolls back to api:1/)
    expect(told.asked).toEqual(['d-OURS', 'stop d-OURS', 'd-OURS'])
  })

  const lost: EcsRecord = { ...byCodeDeploy, deploymentId: undefined, stage: 'updating' }

  test('whose id was lost is found by its revision, and one of somebody else is left alone', async () => {
    const deployments = {
      'd-THEIRS': [{ status: 'InProgress' as const, ...appSpec(3) }],
      'd-OURS': [
        { status: 'InProgress' as const, ...appSpec(2) },
        { status: 'Stopped' as const, ...appSpec(2) },
      ],
    }
    const both = await settled(lost, { deployments, active: [['d-THEIRS', 'd-OURS']] })
    expect(both.cause).toMatch(/^this run stopped the deployment d-OURS/)
    expect(both.asked).not.toContain('stop d-THEIRS')
    const theirs = await settled(lost, { deployments, active: [['d-THEIRS']] })
    expect(theirs.cause).toBe(nothing)
    expect(theirs.asked.filter((what) => what.startsWith('stop'))).toEqual([])
  })

  test('that reaches CodeDeploy after the cancel is waited for, for 8 s', async () => {
    const deployments = { 'd-OURS': [{ status: 'InProgress' as const, ...appSpec(2) }, { status: 'Stopped' as const }] }
    const late = await settled(lost, { deployments, active: [[], [], ['d-OURS']] })
    expect(late.cause).toMatch(/^this run stopped the deployment d-OURS/)
    const never = await settled(lost, { deployments })
    expect([never.cause, never.serving, never.seconds]).toEqual([nothing, 'api:1', 8])
  })

  test('that never came is not waited for where its reply had come, or its group is not known', async () => {
    expect((await settled({ ...lost, stage: 'watching' }, {})).seconds).toBe(0)
    const nameless = await settled({ ...lost, stage: 'watching', codeDeploy: undefined }, {})
    expect([nameless.cause, nameless.asked]).toEqual([nothing, []])
  })
})

describe('a deployment of ECS whose ARN is not known', () => {
  const unnamed: EcsRecord = {
    ...kept,
    serviceDeploymentArn: undefined,
    deploymentId: 'ecs-svc/2',
    createdAt: began,
  }
  const target = (number: number, of: string): ServiceDeployment => ({
    serviceDeploymentArn: arn.replace('new', of),
    targetServiceRevision: { arn: `revision:${number}` },
  })
  const service = (more: object, ...others: readonly object[]): Service => ({
    status: 'ACTIVE',
    deployments: [
      { id: 'ecs-svc/2', status: 'PRIMARY', taskDefinition: revision(2), createdAt: new Date(began), ...more },
      ...others,
    ],
  })

  test('is found among those that ECS lists, by its revision', async () => {
    const listed = [{}, target(3, 'theirs'), target(2, 'new')]
    const { cause, asked } = await settled(unnamed, { listed, statuses: ['IN_PROGRESS', 'ROLLBACK_IN_PROGRESS'] })
    expect(cause).toMatch(/this run stopped the deployment \S+new, which now rolls back/)
    expect(asked).toContain('stop new')
  })

  test.each<[string, Service, string]>([
    ['complete', service({ rolloutState: 'COMPLETED' }), 'had completed (rolloutState COMPLETED)'],
    ['failed', service({ rolloutState: 'FAILED' }), 'had failed (rolloutState FAILED)'],
  ])('and that the service shows as %s is told at the first look', async (_, shown, how) => {
    const { cause, seconds } = await settled(unnamed, { services: [shown] })
    expect([cause, seconds]).toEqual([ended(how), 0])
  })

  const theirs = { id: 'ecs-svc/3', status: 'PRIMARY', taskDefinition: revision(3), createdAt: new Date(began + 9_000) }
  const replaced: Service = { status: 'ACTIVE', deployments: [theirs] }
  const goingBack = (rolloutState: string): Service => ({
    status: 'ACTIVE',
    deployments: [
      {
        ...theirs,
        taskDefinition: revision(1),
        rolloutState,
        rolloutStateReason: 'ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1.',
      },
    ] as never,
  })

  test.each([
    ['replaced', replaced, 'had been superseded by another deployment'],
    ['being rolled back', goingBack('IN_PROGRESS'), 'was already rolling back'],
    ['rolled back', goingBack('COMPLETED'), 'had been rolled back'],
  ])('and that the service shows as %s is told when looks agree for eight seconds', async (_, shown, how) => {
    const { cause, seconds } = await settled(unnamed, { services: [shown] })
    expect([cause, seconds]).toEqual([ended(how), 8])
    const changing = await settled(unnamed, { services: [shown, service({ rolloutState: 'COMPLETED' })] })
    expect(changing.cause).toBe(ended('had completed (rolloutState COMPLETED)'))
  })

  test('and that is in progress but not listed is given up after 20 s, and not stopped', async () => {
    const { cause, seconds, asked } = await settled(unnamed, { services: [service({ rolloutState: 'IN_PROGRESS' })] })
    expect([cause, seconds]).toEqual([ended('was in progress, though not in ListServiceDeployments,'), 20])
    expect(asked.filter((what) => what.startsWith('stop'))).toEqual([])
  })

  test('and of which the service shows nothing is waited for, for 8 s where its reply was lost', async () => {
    const before: Service = {
      status: 'ACTIVE',
      deployments: [
        { id: 'ecs-svc/1', status: 'PRIMARY', taskDefinition: revision(1), createdAt: new Date(began - 3_600_000) },
      ],
    }
    const { deploymentId: _, createdAt: _at, ...lost } = unnamed
    const updating = await settled({ ...lost, stage: 'updating' }, { services: [before] })
    expect([updating.cause, updating.seconds]).toEqual([nothing, 8])
    const watching = await settled(unnamed, { services: [before] })
    expect([watching.cause, watching.seconds]).toEqual([
      ended('was in progress, though not in ListServiceDeployments,'),
      20,
    ])
  })
})

describe('the creation of a service', () => {
  const creation: EcsRecord = { ...kept, isCreation: true, stage: 'updating', serviceDeploymentArn: undefined }
  const made = { status: 'ACTIVE', runningCount: 1, desiredCount: 2 } as const

  test.each<[string, World['services'] & object, number]>([
    ['is there', [made], 0],
    ['is shown late', [undefined, { status: 'INACTIVE' }, made], 4],
  ])('that %s cannot be rolled back: it is said what to do', async (_, services, after) => {
    const { cause, seconds, serving, asked } = await settled(creation, { services })
    expect(cause).toBe(
      'the service api had been created and keeps starting its tasks: a new service has no earlier revision to roll back to | The service exists now, with 1 of 2 tasks running. Run the job again to deploy to it, or delete it: `aws ecs delete-service --force --cluster shop --service api`.',
    )
    expect([seconds, serving]).toEqual([after, undefined])
    expect(new Set(asked)).toEqual(new Set(['service']))
  })

  test('that never comes is given up after five looks', async () => {
    const { cause, asked } = await settled(creation, { services: [{ status: 'INACTIVE' }] })
    expect([cause, asked.length]).toEqual([nothing, 5])
  })

  test.each(['preparing', 'registering'] as const)('that was not asked for yet (%s) is none', async (stage) => {
    const { cause, asked } = await settled({ ...creation, stage }, { services: [made] })
    expect([cause, asked]).toEqual([nothing, []])
  })
})
