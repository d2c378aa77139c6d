import { CloudWatchClient, DescribeAlarmsCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch'
import { expect, test } from '@jest/globals'
import { createSimulator } from './simulator.ts'

test('an alarm tells its listeners of changes only, and everybody its state and reason', async () => {
  const sim = createSimulator()
  const { cloudwatch } = sim.world.region('eu-west-1')
  const changes: string[] = []
  cloudwatch.setState('api-5xx', 'OK')
  cloudwatch.onChange((name) => changes.push(`${name} ${cloudwatch.state(name)?.state}`))
  const client = new CloudWatchClient({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' },
    requestHandler: sim.requestHandler,
    maxAttempts: 1,
  })
  const set = (AlarmName: string) =>
    client.send(new SetAlarmStateCommand({ AlarmName, StateValue: 'ALARM', StateReason: 'Too many errors' }))
  await set('api-5xx')
  await set('api-5xx')
  expect(changes).toEqual(['api-5xx ALARM'])
  const { MetricAlarms } = await client.send(new DescribeAlarmsCommand({ StateValue: 'ALARM' }))
  expect(MetricAlarms).toMatchObject([{ AlarmName: 'api-5xx', StateValue: 'ALARM', StateReason: 'Too many errors' }])
  await expect(set('gone')).rejects.toMatchObject({ name: 'ResourceNotFound' })
})
