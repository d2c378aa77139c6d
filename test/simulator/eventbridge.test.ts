import {
  EventBridgeClient,
  ListTargetsByRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge'
import {
  CreateScheduleCommand,
  GetScheduleCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler'
import { expect, test } from '@jest/globals'
import { createSimulator } from './simulator.ts'

const settings = (sim: ReturnType<typeof createSimulator>) => ({
  region: 'eu-west-1',
  credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
  requestHandler: sim.requestHandler,
  maxAttempts: 1,
})
const cluster = 'arn:aws:ecs:eu-west-1:111122223333:cluster/shop'
const TaskDefinitionArn = 'arn:aws:ecs:eu-west-1:111122223333:task-definition/api:1'
const RoleArn = 'arn:aws:iam::111122223333:role/events'

test('targets of a rule are replaced as a whole, and what is wrong with them is refused', async () => {
  const client = new EventBridgeClient(settings(createSimulator()))
  const put = (...Targets: readonly object[]) =>
    client.send(new PutTargetsCommand({ Rule: 'nightly', Targets: [...Targets] as never }))
  await expect(put({ Id: 'a', Arn: cluster })).rejects.toThrow('Rule nightly does not exist on EventBus default.')
  await client.send(new PutRuleCommand({ Name: 'nightly', ScheduleExpression: 'rate(1 day)' }))
  await put({ Id: 'a', Arn: cluster, RoleArn, Input: '{}', EcsParameters: { TaskDefinitionArn } })
  await put({ Id: 'a', Arn: cluster, RoleArn, EcsParameters: { TaskDefinitionArn } })
  const { Targets } = await client.send(new ListTargetsByRuleCommand({ Rule: 'nightly' }))
  expect(Targets).toEqual([{ Id: 'a', Arn: cluster, RoleArn, EcsParameters: { TaskDefinitionArn } }])
  await expect(put({ Id: 'b', Arn: cluster, RoleArn })).rejects.toThrow('EcsParameters is required')
  await expect(put({ Id: 'b', Arn: cluster, EcsParameters: { TaskDefinitionArn } })).rejects.toThrow(
    'RoleArn is required',
  )
  const lambda = (Id: string) => ({ Id, Arn: 'arn:aws:lambda:eu-west-1:111122223333:function:a' })
  await expect(put(...['b', 'c', 'd', 'e', 'f'].map(lambda))).rejects.toThrow('exceeds the maximum number')
  await expect(client.send(new PutRuleCommand({ Name: 'other' }))).rejects.toThrow('must be specified')
})

test('a schedule is replaced as a whole: what a request leaves out is the default again', async () => {
  const sim = createSimulator()
  const client = new SchedulerClient(settings(sim))
  const asked = {
    Name: 'cleanup',
    ScheduleExpression: 'cron(0 3 * * ? *)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: { Arn: cluster, RoleArn, EcsParameters: { TaskDefinitionArn } },
  } as const
  await expect(client.send(new GetScheduleCommand({ Name: 'cleanup' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'Schedule cleanup does not exist.',
    $metadata: { httpStatusCode: 404 },
  })
  await client.send(new CreateScheduleCommand({ ...asked, Description: 'old', State: 'DISABLED' }))
  await expect(client.send(new CreateScheduleCommand(asked))).rejects.toMatchObject({ name: 'ConflictException' })
  await client.send(new UpdateScheduleCommand({ ...asked, ClientToken: 'one' }))
  const found = await client.send(new GetScheduleCommand({ Name: 'cleanup', GroupName: 'default' }))
  expect([found.State, found.Description, found.CreationDate]).toEqual([
    'ENABLED',
    undefined,
    new Date(sim.clock.now()),
  ])
  const again = client.send(new UpdateScheduleCommand({ ...asked, ClientToken: 'one', State: 'DISABLED' }))
  await expect(again).rejects.toMatchObject({ name: 'ConflictException' })
  const late = client.send(new UpdateScheduleCommand({ ...asked, StartDate: new Date(sim.clock.now() - 600_000) }))
  await expect(late).rejects.toThrow('The StartDate you specify cannot be earlier than 5 minutes ago.')
  await expect(client.send(new UpdateScheduleCommand({ ...asked, ScheduleExpression: 'daily' }))).rejects.toThrow(
    'Invalid Schedule',
  )
})
