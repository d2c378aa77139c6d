import { describe, expect, test } from '@jest/globals'
import { countThrottledCalls } from '../../src/aws/backoff.ts'
import { type AwsRequest, call } from '../../src/aws/call.ts'
import { IncompleteReply, NoReply } from '../../src/aws/error-class.ts'
import type { RetryContext } from '../../src/aws/retry-context.ts'
import { Failure } from '../../src/failure.ts'
import { type Text, text } from '../../src/text.ts'
import { failure, plain } from '../refusal.ts'
import { createClock } from '../simulator/clock.ts'

/** What AWS does with each sending of one mutation, and what each look at its outcome shows; the last one is repeated. */
function mutation(replies: readonly (Error | string)[], looks: readonly (string | undefined)[]) {
  const clock = createClock({ kind: 'idle' }).forProgram
  const counts = { sent: 0, looked: 0 }
  const next = <T>(values: readonly T[], count: number) => values[Math.min(count, values.length - 1)] as T
  const outcome = call(
    { clock, signal: new AbortController().signal, deadline: clock.monotonic() + 600_000 },
    async () => {
      const reply = next(replies, counts.sent++)
      if (reply instanceof Error) throw reply
      return reply
    },
    {
      action: 'codedeploy:CreateDeployment',
      kind: 'mutate',
      readBack: async () => next(looks, counts.looked++),
    },
  )
  return { outcome, counts, clock }
}

const replyLost = new NoReply('no complete response within 15 s')
/** What AWS says to whoever asks for what is done already. */
const alreadyActive = Object.assign(new Error('The Deployment Group already has an active Deployment d-ABC'), {
  name: 'DeploymentLimitExceededException',
  $fault: 'client',
  $metadata: { httpStatusCode: 400 },
})

describe('a change whose reply was lost', () => {
  test('is found by the first look, and not sent again', async () => {
    const { outcome, counts } = mutation([replyLost], ['d-ABC'])
    expect(await outcome).toBe('d-ABC')
    expect(counts).toEqual({ sent: 1, looked: 1 })
  })

  test('is found by the third look where AWS shows it late, and not sent again', async () => {
    const { outcome, counts } = mutation([replyLost, 'd-SECOND'], [undefined, undefined, 'd-ABC'])
    expect(await outcome).toBe('d-ABC')
    expect(counts).toEqual({ sent: 1, looked: 3 })
  })

  test('is sent again where three looks do not show it', async () => {
    const { outcome, counts } = mutation([replyLost, 'd-SECOND'], [undefined])
    expect(await outcome).toBe('d-SECOND')
    expect(counts).toEqual({ sent: 2, looked: 3 })
  })

  test('and that AWS refuses the second time, because it was applied, is a success once a look shows it', async () => {
    const { outcome, counts } = mutation(
      [replyLost, alreadyActive],
      [undefined, undefined, undefined, undefined, 'd-ABC'],
    )
    expect(await outcome).toBe('d-ABC')
    expect(counts).toEqual({ sent: 2, looked: 5 })
  })

  test('and that AWS refuses the second time is a refusal where no look shows it', async () => {
    const { outcome, counts } = mutation([replyLost, alreadyActive], [undefined])
    expect(await failure(outcome)).toMatchObject({ code: 'aws-rejected', why: expect.stringContaining('d-ABC') })
    expect(counts).toEqual({ sent: 2, looked: 6 })
  })
})

test('a change that AWS refuses at once is nobody’s success: what is there was there before', async () => {
  const { outcome, counts } = mutation([alreadyActive], ['d-ABC'])
  expect((await failure(outcome)).code).toBe('aws-rejected')
  expect(counts).toEqual({ sent: 1, looked: 0 })
})

test('a proxy that opens no tunnel has lost no reply: the change is sent again at once', async () => {
  const trouble = Object.assign(new Error('the proxy http://p:3128 (HTTPS_PROXY) returned 502 for CONNECT'), {
    name: 'ProxyError',
  })
  const { outcome, counts } = mutation([trouble, 'd-ABC'], [undefined])
  expect(await outcome).toBe('d-ABC')
  expect(counts).toEqual({ sent: 2, looked: 0 })
})

interface Patient extends Partial<RetryContext> {
  readonly seconds?: number
}

/** A call with the waits of a random number of one half, and what is told of it. */
function calling(replies: readonly (Error | string)[], { seconds = 600, ...patience }: Patient = {}) {
  const { forProgram: clock } = createClock({ kind: 'idle' }, undefined, () => 0.5)
  const [lines, started]: [string[], number] = [[], clock.monotonic()]
  const sent: number[] = []
  const asked = <T>(request: AwsRequest<T>, reply: (said: string) => T) =>
    call(
      {
        clock,
        signal: new AbortController().signal,
        deadline: started + seconds * 1000,
        region: 'eu-west-1',
        reportRetry: (line) => void lines.push(plain(line)),
        ...patience,
      },
      async () => {
        sent.push((clock.monotonic() - started) / 1000)
        const said = replies[Math.min(sent.length, replies.length) - 1]
        if (said instanceof Error) throw said
        return reply(said ?? '')
      },
      request,
    )
  const read = () => asked<string>({ action: 'ecs:DescribeServices', kind: 'read' }, (said) => said)
  return { asked, read, lines, sent, clock, took: () => (clock.monotonic() - started) / 1000 }
}

const answered = (status: number, name: string, message = 'x', headers: Record<string, string> = {}) =>
  Object.assign(new Error(message), {
    name,
    $fault: 'client',
    $metadata: { httpStatusCode: status },
    $response: { headers },
  })
const throttled = answered(400, 'ThrottlingException', 'Rate exceeded')
const unavailable = answered(503, 'ServiceUnavailable', 'later')
const expired = answered(400, 'ExpiredTokenException', 'the token has expired')
const asking = (seconds: string) => answered(503, 'SlowDown', 'x', { 'retry-after': seconds })
const network = (code: string, message: string) => Object.assign(new Error(message), { code })
const unknownHost = network('ENOTFOUND', 'getaddrinfo ENOTFOUND')

describe('what is tried again', () => {
  test.each<[string, readonly (Error | string)[], readonly number[]]>([
    ['an answer is no reason to ask again', ['ok'], [0]],
    [
      'the ceiling of the waits doubles from a second to twenty',
      [...Array(6).fill(unavailable), 'ok'],
      [0, 0.5, 1.5, 3.5, 7.5, 15.5, 25.5],
    ],
    ['a call that is throttled alone waits alike', [throttled, throttled, 'ok'], [0, 0.5, 1.5]],
    ['the wait that AWS asks for is kept', [asking('7'), 'ok'], [0, 7]],
    ['a wait of nothing is none that AWS asks for', [...Array(4).fill(asking('0')), 'ok'], [0, 0.5, 1.5, 3.5, 7.5]],
  ])('%s', async (_, replies, moments) => {
    const { read, sent } = calling(replies)
    expect(await read()).toBe('ok')
    expect(sent).toEqual(moments)
  })

  test('those who are throttled together take turns, and leave when theirs has come', async () => {
    const throttledCalls = countThrottledCalls()
    const leave = Array.from({ length: 80 }, () => throttledCalls.join('ecs:DescribeServices'))
    const { read, sent } = calling([throttled, throttled, 'ok'], { throttledCalls })
    await read()
    // 81 of them at 20 a second, and by chance in the middle of that time.
    expect(sent).toEqual([0, 2.025, 4.05])
    expect(throttledCalls.waiting('ecs:DescribeServices')).toBe(leave.length)
  })

  test('that it is, and why, is told', async () => {
    const { read, lines } = calling([unavailable, throttled, unavailable, 'ok'])
    await read()
    expect(lines).toEqual([
      'ecs:DescribeServices failed (attempt 1, 0 s so far), retrying: ServiceUnavailable: later',
      'ecs:DescribeServices was throttled (attempt 2, 1 s so far), retrying: ThrottlingException: Rate exceeded',
      'ecs:DescribeServices failed (attempt 3, 2 s so far), retrying: ServiceUnavailable: later',
    ])
  })

  test.each<[string, Error]>([
    ['ServiceUnavailable', answered(503, 'ServiceUnavailable', '')],
    ['ServiceUnavailable: later', answered(503, 'ServiceUnavailable', 'later\nrequest 1')],
    ['read ECONNRESET', network('ECONNRESET', 'read ECONNRESET')],
    ['ECONNRESET: socket hang up', network('ECONNRESET', 'socket hang up')],
    ['ECONNREFUSED', network('ECONNREFUSED', '')],
    ['getaddrinfo ENOTFOUND ecs.example', network('ENOTFOUND', 'getaddrinfo ENOTFOUND ecs.example')],
    ['no complete response within 15 s', replyLost],
    ['the response has no Account', new IncompleteReply('the response has no Account')],
  ])('its code is told once, and no name of ours: %s', async (reason, error) => {
    const { read, lines } = calling([error, 'ok'])
    await read()
    expect(lines).toEqual([`ecs:DescribeServices failed (attempt 1, 0 s so far), retrying: ${reason}`])
  })

  test('nobody has to be told', async () => {
    const { read } = calling([unavailable, throttled, 'ok'], { reportRetry: undefined as never })
    expect(await read()).toBe('ok')
  })
})

describe('the deadline', () => {
  test('is kept with a last attempt a second before it, and what was tried is told', async () => {
    const { read, sent, took } = calling([unavailable], { seconds: 4 })
    expect(await failure(read())).toMatchObject({
      code: 'aws-unreachable',
      what: 'AWS returned errors for ecs:DescribeServices until the deadline (4 attempts in 3 s)',
      why: 'last error: ServiceUnavailable: later',
    })
    expect([sent, took()]).toEqual([[0, 0.5, 1.5, 3], 3])
  })

  test('of throttling says that AWS took nothing', async () => {
    const { asked } = calling([throttled], { seconds: 4 })
    const { what } = await failure(
      asked<string>({ action: 'ecs:UpdateService', kind: 'mutate', readBack: async () => undefined }, (said) => said),
    )
    expect(what).toBe('AWS throttled ecs:UpdateService until the deadline (4 attempts in 3 s)')
  })

  test('comes after two minutes where DNS knows no such host, unless it has known it before', async () => {
    const never = calling([unknownHost])
    expect((await failure(never.read())).fix).toContain('aws-region is an AWS region (it is eu-west-1)')
    expect(never.took()).toBe(119)
    const later = calling([unavailable, unknownHost])
    await failure(later.read())
    expect(later.took()).toBe(599)
  })

  test.each([
    [3.5, 1],
    [3.6, 2],
    [5.5, 2],
    [7, 3],
    [600, 3],
  ])('in %d s leaves time for so many looks at what a lost reply did: %d', async (seconds, looks) => {
    const { asked, sent } = calling([replyLost, 'ok'], { seconds })
    let looked = 0
    const readBack = async () => void looked++
    const request = { action: 'ecs:UpdateService', kind: 'mutate', readBack } as AwsRequest<string>
    expect(await asked(request, (said) => said)).toBe('ok')
    expect([looked, sent]).toEqual([looks, [0, 0.5 + 2 * (looks - 1)]])
  })
})

describe('credentials that have expired', () => {
  test('are renewed once, and the call is sent again at once', async () => {
    let renewed = 0
    const { read, sent } = calling([expired, 'ok'], { refreshCredentials: async () => ++renewed > 0 })
    expect(await read()).toBe('ok')
    expect([sent, renewed]).toEqual([[0, 0], 1])
  })

  test.each<[string, Patient, number]>([
    ['that expire again', { refreshCredentials: async () => true }, 2],
    ['where these are all there are', { refreshCredentials: async () => false }, 1],
    ['that nobody renews', {}, 1],
  ])('%s end the call', async (_, patience, count) => {
    const { read, sent } = calling([expired], patience)
    expect((await failure(read())).code).toBe('credentials-expired')
    expect(sent).toHaveLength(count)
  })
})

describe('a cancel', () => {
  test('in the turn in which a change begins keeps it from being sent; a read has left by then', async () => {
    for (const [kind, count] of [['mutate', 0] as const, ['read', 1] as const]) {
      const cancel = new AbortController()
      const { asked, sent } = calling(['ok'], { signal: cancel.signal })
      const request = kind === 'read' ? ({ kind } as const) : ({ kind, idempotent: true } as const)
      const outcome = asked<string>({ action: 'ecs:UpdateService', ...request }, (said) => said)
      cancel.abort()
      await outcome.catch(() => undefined)
      expect([kind, sent.length]).toEqual([kind, count])
    }
  })

  test('while it is waited ends the call, which says what is not known', async () => {
    const cancel = new AbortController()
    const { asked, clock } = calling([unavailable], { signal: cancel.signal })
    const outcome = asked<string>({ action: 'ecs:UpdateService', kind: 'mutate', idempotent: true }, (said) => said)
    void clock.sleep(1_000).then(() => cancel.abort())
    expect(await failure(outcome)).toMatchObject({
      code: 'cancelled',
      what: 'The run was cancelled during ecs:UpdateService; whether it was applied is unknown',
    })
  })
})

describe('what nobody may swallow', () => {
  test('a failure of ours ends the call as it is, and so does a fault', async () => {
    const trouble = new Failure({ code: 'credentials-missing', what: text`no credentials` })
    for (const error of [trouble, new RangeError('a bug')]) {
      const { read, sent } = calling([error, 'ok'])
      expect(await read().catch((thrown: unknown) => thrown)).toBe(error)
      expect(sent).toHaveLength(1)
    }
  })
})

test('a refusal that is expected is an answer; a change that may be sent twice is not looked for', async () => {
  const request = { action: 'ecs:TagResource', kind: 'mutate', idempotent: true } as const
  const whenRefused = ({ name }: { readonly name: string }) =>
    name === 'DeploymentLimitExceededException' ? { value: 'there already' } : undefined
  const { asked, sent } = calling([replyLost, alreadyActive])
  expect(await asked<string>({ ...request, whenRefused }, (said) => said)).toBe('there already')
  expect(sent).toEqual([0, 0.5])
  const other = calling([answered(400, 'InvalidParameterException')])
  expect((await failure(other.asked<string>({ ...request, whenRefused }, (said) => said))).code).toBe('aws-rejected')
})

describe('one attempt', () => {
  const hanging = new Promise<never>(() => undefined)

  /** One read that ends as `send` does, and what is told of it. */
  function sending(send: (signal: AbortSignal) => Promise<string>, { seconds = 600, ...patience }: Patient = {}) {
    const { forProgram: clock } = createClock({ kind: 'idle' }, undefined, () => 0.5)
    const lines: string[] = []
    const started = clock.monotonic()
    const world = {
      clock,
      signal: new AbortController().signal,
      deadline: started + seconds * 1000,
      reportRetry: (line: Text) => void lines.push(`${(clock.monotonic() - started) / 1000} s: ${plain(line)}`),
      ...patience,
    }
    const outcome = call(world, ({ abortSignal }) => send(abortSignal as AbortSignal), {
      action: 'ecs:DescribeServices',
      kind: 'read',
    })
    return { outcome, lines, clock }
  }

  test('without an answer is told after five seconds, and given up after fifteen', async () => {
    let count = 0
    const aborted: boolean[] = []
    const { outcome, lines } = sending((signal) => {
      signal.addEventListener('abort', () => aborted.push(true))
      return count++ === 0 ? hanging : Promise.resolve('ok')
    })
    expect(await outcome).toBe('ok')
    expect(aborted).toEqual([true])
    expect(lines).toEqual([
      '5 s: ecs:DescribeServices has not responded for 5 s, still waiting',
      '15 s: ecs:DescribeServices failed (attempt 1, 15 s so far), retrying: no complete response within 15 s',
    ])
  })

  test('without an answer is told nobody where nobody listens', async () => {
    const { outcome } = sending(() => hanging, { seconds: 10, reportRetry: undefined as never })
    expect((await failure(outcome)).why).toBe('last error: no complete response within 10 s')
  })

  test('has no more time than the deadline leaves, and is not told where that is five seconds', async () => {
    const { outcome, lines } = sending(() => hanging, { seconds: 5 })
    expect(await failure(outcome)).toMatchObject({
      what: 'AWS did not respond to ecs:DescribeServices until the deadline (1 attempt in 5 s)',
      why: 'last error: no complete response within 5 s',
    })
    expect(lines).toEqual([])
  })

  test('that is answered leaves nothing behind that would be told later', async () => {
    const { outcome, lines, clock } = sending(async () => 'ok')
    await outcome
    await clock.sleep(60_000)
    expect(lines).toEqual([])
  })

  test('begins when the credentials are at hand, which may take as long as the deadline leaves', async () => {
    const { forProgram: clock } = createClock({ kind: 'idle' })
    const begun = sending(async () => 'ok', { clock, prepare: () => clock.sleep(20_000) })
    expect(await begun.outcome).toBe('ok')
    expect(begun.lines).toEqual([])
    const never = sending(async () => 'ok', { seconds: 20, prepare: () => hanging })
    expect((await failure(never.outcome)).why).toBe('last error: no credentials within 20 s')
    expect(never.lines).toEqual([])
  })

  test('is not made after a cancel', async () => {
    let sent = 0
    const { outcome } = sending(async () => String(sent++), { signal: AbortSignal.abort() })
    expect((await failure(outcome)).code).toBe('cancelled')
    expect(sent).toBe(0)
  })
})
