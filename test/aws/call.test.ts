import { describe, expect, test } from '@jest/globals'
import { call } from '../../src/aws/call.ts'
import { NoReply } from '../../src/aws/error-class.ts'
import { failure } from '../refusal.ts'
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

const replyLost = new NoReply('no complete answer within 15 s')
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
  const trouble = Object.assign(new Error('the proxy http://p:3128 (HTTPS_PROXY) answered CONNECT with 502'), {
    name: 'ProxyError',
  })
  const { outcome, counts } = mutation([trouble, 'd-ABC'], [undefined])
  expect(await outcome).toBe('d-ABC')
  expect(counts).toEqual({ sent: 2, looked: 0 })
})
