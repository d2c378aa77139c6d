/** A service whose tasks a rule of EventBridge and a schedule of EventBridge Scheduler run as well. */

import { region } from '../deployment/scene.ts'
import { said } from '../refusal.ts'
import type { Call } from '../simulator/contract.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { cluster, deploySeveral, type Running, repository, severalScene } from './several-scene.ts'

export const account = 'arn:aws:ecs:eu-west-1:111122223333'
export const revision = (name: string) => `${account}:task-definition/${name}`
export const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`
const network = { awsvpcConfiguration: { Subnets: ['subnet-0aaa1111'] } }

type Service = 'events' | 'scheduler'

export function ask<Reply>(sim: Simulator, service: Service, operation: string, input: object): Reply {
  const handler = sim.world.region(region)[service].handlers[operation]
  const call: Call = { service, operation, region, accessKeyId: '', at: sim.clock.now(), input: {} }
  return handler?.(input, call) as Reply
}

interface Tasked {
  readonly EcsParameters?: { readonly TaskDefinitionArn: string }
}

/** A target with every member that a change must keep. */
export const target = (id: string, taskDefinition: string) => ({
  Id: id,
  Arn: `${account}:cluster/${cluster}`,
  RoleArn: role('nightly-events'),
  Input: '{"containerOverrides":[{"name":"api","command":["report"]}]}',
  RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 60 },
  DeadLetterConfig: { Arn: 'arn:aws:sqs:eu-west-1:111122223333:dead' },
  EcsParameters: {
    TaskDefinitionArn: revision(taskDefinition),
    TaskCount: 2,
    LaunchType: 'FARGATE',
    NetworkConfiguration: network,
    PropagateTags: 'TASK_DEFINITION',
    Tags: [{ Key: 'team', Value: 'shop' }],
  },
})

export function scheduled(taskDefinition: string) {
  const { Id: _, ...rest } = target('', taskDefinition)
  return { ...rest, RoleArn: role('cleanup-scheduler') }
}

export const schedule = (sim: Simulator, more: object = {}) => ({
  Name: 'cleanup',
  GroupName: 'jobs',
  ScheduleExpression: 'cron(0 3 * * ? *)',
  ScheduleExpressionTimezone: 'Europe/Berlin',
  State: 'DISABLED',
  Description: 'deletes what is old',
  EndDate: new Date(sim.clock.now() + 90 * 86_400_000),
  ActionAfterCompletion: 'DELETE',
  FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 },
  Target: scheduled('api:1'),
  ...more,
})

export function scheduledScene(services: readonly string[] = ['api']) {
  const sim = severalScene(services)
  ask(sim, 'events', 'PutRule', { Name: 'nightly', ScheduleExpression: 'rate(1 day)' })
  const lambda = { Id: 'lambda', Arn: 'arn:aws:lambda:eu-west-1:111122223333:function:nightly' }
  ask(sim, 'events', 'PutTargets', {
    Rule: 'nightly',
    Targets: [target('report', 'api:1'), target('latest', 'api'), target('other', 'mail:7'), lambda],
  })
  ask(sim, 'scheduler', 'CreateSchedule', schedule(sim))
  sim.recorder.clear()
  return sim
}

/** Everything of the rule's targets and of the schedule, and the revisions that they run. */
export function state(sim: Simulator) {
  const { Targets: targets } = ask<{ Targets: readonly (Tasked & { Id: string })[] }>(
    sim,
    'events',
    'ListTargetsByRule',
    { Rule: 'nightly' },
  )
  const { LastModificationDate: _, ...cleanup } = ask<{ Target: Tasked; LastModificationDate: Date }>(
    sim,
    'scheduler',
    'GetSchedule',
    {
      Name: 'cleanup',
      GroupName: 'jobs',
    },
  )
  const short = ({ EcsParameters }: Tasked) => EcsParameters?.TaskDefinitionArn.replace(/^.*\//, '') ?? '-'
  return { targets, cleanup, runs: [...targets.map(short), short(cleanup.Target)] }
}

export const schedules = `    schedules:
      nightly: { service: api, rule: nightly, role: nightly-events }
      cleanup: { service: api, schedule: cleanup, group: jobs, role: cleanup-scheduler }
`

export function filesOf(
  sim: Simulator,
  services: readonly string[] = ['api'],
  waves = '',
  behaviour: Parameters<typeof repository>[3] = {},
) {
  const files = repository(sim, waves, services, behaviour)
  return { ...files, 'slipway.yml': files['slipway.yml']?.replace('    url:', `${schedules}    url:`) ?? '' }
}

export async function deployed(sim: Simulator, more: Record<string, string> = {}, running: Running = {}) {
  const given = { environment: 'production', 'keep-image': 'true', ...more }
  const ran = await deploySeveral(sim, given, { files: filesOf(sim), ...running })
  return { ...ran, problem: ran.error === undefined ? '' : said(ran.error) }
}

export const before = ['api:1', 'api', 'mail:7', '-', 'api:1']
export const after = ['api:2', 'api', 'mail:7', '-', 'api:2']
