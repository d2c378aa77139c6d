import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import { expect, test } from '@jest/globals'
import { createSimulator } from './simulator.ts'

const setUp = () => {
  const sim = createSimulator()
  const { logs } = sim.world.region('eu-west-1')
  logs.createGroup('/shop/api')
  for (let line = 1; line <= 5; line++) {
    logs.put('/shop/api', line % 2 ? 'api/api/one' : 'api/api/two', `line ${line}`)
    sim.clock.advance(1000)
  }
  const client = new CloudWatchLogsClient({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' },
    requestHandler: sim.requestHandler,
    maxAttempts: 1,
  })
  const read = async (more: object = {}) => {
    const command = new GetLogEventsCommand({ logGroupName: '/shop/api', logStreamName: 'api/api/one', ...more })
    const { events, nextBackwardToken, nextForwardToken } = await client.send(command)
    return { lines: events!.map(({ message }) => message), nextBackwardToken, nextForwardToken }
  }
  return { sim, client, read }
}

test('GetLogEvents reads the newest lines, pages back, and repeats its token at the end', async () => {
  const { read } = setUp()
  const newest = await read({ limit: 2 })
  expect(newest.lines).toEqual(['line 3', 'line 5'])
  const older = await read({ limit: 2, nextToken: newest.nextBackwardToken })
  expect(older.lines).toEqual(['line 1'])
  expect((await read({ limit: 2, nextToken: older.nextBackwardToken })).nextBackwardToken).toBe(older.nextBackwardToken)
  expect((await read({ startFromHead: true, limit: 1 })).lines).toEqual(['line 1'])
})

test('FilterLogEvents reads all streams in order of time', async () => {
  const { client } = setUp()
  const filter = async (more: object) =>
    (await client.send(new FilterLogEventsCommand({ logGroupName: '/shop/api', ...more }))).events!.map(
      ({ message }) => message,
    )
  expect(await filter({})).toEqual(['line 1', 'line 2', 'line 3', 'line 4', 'line 5'])
  expect(await filter({ filterPattern: '"4"' })).toEqual(['line 4'])
  expect(await filter({ logStreamNamePrefix: 'api/api/two' })).toEqual(['line 2', 'line 4'])
})

test('DescribeLogStreams puts the latest first when asked', async () => {
  const { client } = setUp()
  const command = new DescribeLogStreamsCommand({
    logGroupName: '/shop/api',
    orderBy: 'LastEventTime',
    descending: true,
  })
  const { logStreams } = await client.send(command)
  expect(logStreams!.map(({ logStreamName }) => logStreamName)).toEqual(['api/api/one', 'api/api/two'])
})

test('groups and streams that do not exist, and groups that do, are told apart', async () => {
  const { client, read } = setUp()
  await expect(read({ logGroupName: '/gone' })).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'The specified log group does not exist.',
  })
  await expect(read({ logStreamName: 'gone' })).rejects.toThrow('The specified log stream does not exist.')
  await expect(client.send(new CreateLogGroupCommand({ logGroupName: '/shop/api' }))).rejects.toMatchObject({
    name: 'ResourceAlreadyExistsException',
  })
})
