import { describe, expect, test } from '@jest/globals'
import type { Aws } from '../../src/aws/connect.ts'
import { Failure } from '../../src/failure.ts'
import { times } from '../often.ts'
import type { Effect } from '../simulator/faults.ts'
import { failure, simulated } from './simulated.ts'

const serviceNames = (count: number) => Array.from({ length: count }, (_, index) => `service-${index}`)
const definition = (family: string) => ({
  family,
  containerDefinitions: [{ name: 'app', image: 'app:1', memory: 128 }],
})

const registerAll = (aws: Aws, services: readonly string[]) =>
  Promise.all(
    services.map(async (family) => Number((await aws.ecs.registerTaskDefinition(definition(family))).revision)),
  )

describe('row F07: throttling loses no deploy', () => {
  const services = serviceNames(times('SERVICES', 30, 200))

  test('services (SERVICES) at 30 % throttled calls are all registered, once', async () => {
    const { aws, simulator } = simulated()
    simulator.faults.add({ probability: 0.3, effect: { kind: 'throttle' } })
    expect(await registerAll(aws, services)).toEqual(services.map(() => 1))
  })

  test('services that register at once get through AWS’s bucket little later than it lets them, in few log lines', async () => {
    const { aws, simulator, clock, lines } = simulated()
    // RegisterTaskDefinition: a burst of 20, then 1 per second, per account and region.
    simulator.faults.add({
      operation: 'RegisterTaskDefinition',
      effect: { kind: 'token-bucket', capacity: 20, refillPerSecond: 1 },
    })
    const started = clock.monotonic()
    expect(await registerAll(aws, services)).toEqual(services.map(() => 1))
    const seconds = (clock.monotonic() - started) / 1000
    const floor = services.length - 20
    expect(seconds).toBeLessThan(floor * 1.15)
    expect(lines.length).toBeLessThanOrEqual(seconds / 30 + 1)
    expect(lines[0]).toMatch(/^ecs:RegisterTaskDefinition was throttled \(attempt 1, 0 s so far\), retrying/)
  })

  test('an API that does not answer is told after five seconds, and what comes of it', async () => {
    const { aws, simulator, clock, lines } = simulated()
    simulator.faults.add({ operation: 'DescribeRepositories', effect: { kind: 'hang' }, times: 3 })
    const told: number[] = []
    const started = clock.monotonic()
    const push = lines.push.bind(lines)
    lines.push = (...said) => {
      told.push((clock.monotonic() - started) / 1000)
      return push(...said)
    }
    await aws.ecr.describeRepository('api')
    expect(told[0]).toBe(5)
    expect(lines[0]).toBe('ecr:DescribeRepositories has not responded for 5 s, still waiting')
    expect(lines.slice(1).join()).toMatch(/ecr:DescribeRepositories .*more retries since the last line/)
    lines.length = 0
    await aws.ecr.describeRepository('api')
    expect(lines).toHaveLength(0)
  })

  test('the wait that AWS asks for is kept', async () => {
    const { aws, simulator, clock } = simulated()
    simulator.faults.add({ effect: { kind: 'throttle', retryAfter: 42 } })
    const started = clock.monotonic()
    await aws.ecr.describeRepository('api')
    expect(clock.monotonic() - started).toBe(42_000)
  })
})

describe('row F08: a bad line loses no deploy (SERVICES)', () => {
  const services = serviceNames(times('SERVICES', 10, 200))
  const faults: readonly Effect[] = [
    { kind: 'http', status: 500 },
    { kind: 'http', status: 502 },
    { kind: 'http', status: 503 },
    { kind: 'reset' },
    { kind: 'truncate' },
    { kind: 'html' },
    { kind: 'empty' },
    { kind: 'apply-then-drop' },
    { kind: 'hang' },
  ]

  test.each(faults)('30 % of $kind $status: all are registered, once', async (effect) => {
    const { aws, simulator } = simulated()
    simulator.faults.add({ probability: 0.3, effect })
    expect(await registerAll(aws, services)).toEqual(services.map(() => 1))
    simulator.faults.clear()
    const stored = await Promise.all(services.map((family) => aws.ecs.describeTaskDefinition(family)))
    expect(stored.map((found) => found?.revision)).toEqual(services.map(() => 1))
  })
})

describe('row F09: nothing waits for ever', () => {
  test.each<Effect>([{ kind: 'hang' }, { kind: 'slow', milliseconds: 3_600_000 }])(
    'an answer that does not come ($kind) is given up after 15 s',
    async (effect) => {
      const { aws, simulator, clock } = simulated()
      simulator.faults.add({ times: 1, effect })
      const started = clock.monotonic()
      expect(await aws.ecr.describeRepository('api')).toBeUndefined()
      expect(clock.monotonic() - started).toBeGreaterThanOrEqual(15_000)
      expect(clock.monotonic() - started).toBeLessThan(17_000)
    },
  )

  test('the run ends at its deadline and says what it was waiting for', async () => {
    const { aws, simulator, clock } = simulated({ minutes: 5 })
    simulator.faults.add({ probability: 1, effect: { kind: 'hang' } })
    const started = clock.monotonic()
    const { code, what, why } = await failure(aws.ecr.createRepository('api', { immutableTags: false }))
    expect(code).toBe('aws-unreachable')
    expect(what).toMatch(/^AWS did not respond to ecr:\w+ until the deadline \(\d+ attempts in \d+ s\)/)
    expect(why).toContain('no complete response within')
    expect((clock.monotonic() - started) / 60_000).toBeLessThanOrEqual(5)
  })

  test('throttling until the deadline says that it is AWS’s limit, and that nothing was applied', async () => {
    const { aws, simulator } = simulated({ minutes: 2 })
    simulator.faults.add({ probability: 1, effect: { kind: 'throttle' } })
    const { what, why, fix } = await failure(aws.ecs.registerTaskDefinition(definition('api')))
    expect(what).toMatch(/^AWS throttled ecs:RegisterTaskDefinition until the deadline \(\d+ attempts in \d+ s\)$/)
    expect(why).toContain('ThrottlingException: Rate exceeded')
    expect(fix).toContain('fewer services at once')
  })

  test('row F10: an outage of 45 s is survived', async () => {
    const { aws, simulator, clock } = simulated()
    const outage = simulator.faults.add({ probability: 1, effect: { kind: 'reset' } })
    simulator.clock.after(45_000, () => outage.remove())
    const started = clock.monotonic()
    expect(await aws.ecr.describeRepository('api')).toBeUndefined()
    expect(clock.monotonic() - started).toBeGreaterThanOrEqual(45_000)
  })
})

describe('row F01: a cancelled run stops at once', () => {
  test.each<Effect>([{ kind: 'hang' }, { kind: 'throttle', retryAfter: 600 }])(
    'while AWS answers with $kind',
    async (effect) => {
      const cancel = new AbortController()
      const { aws, simulator, clock } = simulated({ signal: cancel.signal })
      simulator.faults.add({ times: 9, effect })
      simulator.clock.after(2000, () => cancel.abort())
      const started = clock.monotonic()
      const { code, what } = await failure(aws.ecr.createRepository('api', { immutableTags: false }))
      expect(code).toBe('cancelled')
      expect(what).toContain('ecr:CreateRepository; whether it was applied is unknown')
      expect(clock.monotonic() - started).toBe(2000)
    },
  )

  test('before anything is sent when it was cancelled before', async () => {
    const { aws, simulator } = simulated({ signal: AbortSignal.abort() })
    expect((await failure(aws.ecr.login())).code).toBe('cancelled')
    expect(simulator.recorder.count()).toBe(0)
  })
})

const failing = (error: Error) => ({
  metadata: { handlerProtocol: 'http/1.1' as const },
  handle: () => Promise.reject(error),
  destroy() {},
  updateHttpClientConfig() {},
  httpHandlerConfigs: () => ({}),
})

test('row F10: a host that DNS does not know is given two minutes, then the region is doubted', async () => {
  const unknown = Object.assign(new Error('getaddrinfo ENOTFOUND ecr.eu-west-9.amazonaws.com'), { code: 'ENOTFOUND' })
  const { aws, clock } = simulated({ region: 'eu-west-9', requestHandler: failing(unknown) })
  const started = clock.monotonic()
  const { code, why, fix } = await failure(aws.ecr.login())
  expect(code).toBe('aws-unreachable')
  expect(why).toContain('ecr.eu-west-9.amazonaws.com')
  expect(fix).toContain('Check that the input aws-region is an AWS region (it is eu-west-9; did you mean eu-west-1?)')
  expect(clock.monotonic() - started).toBeGreaterThan(60_000)
  expect(clock.monotonic() - started).toBeLessThanOrEqual(120_000)
})

test('a fault of ours is thrown as it is, at once', async () => {
  const { aws, simulator } = simulated({ requestHandler: failing(new RangeError('a bug')) })
  const error = await aws.ecr.login().catch((reason: unknown) => reason)
  expect(error).not.toBeInstanceOf(Failure)
  expect(error).toMatchObject({ message: 'a bug' })
  expect(simulator.recorder.count()).toBe(0)
})
