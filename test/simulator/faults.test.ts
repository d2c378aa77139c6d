import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { describe, expect, test } from '@jest/globals'
import { ecsTokenBuckets, type FaultRule } from './faults.ts'
import { jsonRequest } from './raw-request.ts'
import { createSimulator, type Simulator } from './simulator.ts'

type Send = (signal?: AbortSignal) => Promise<string>

/** Calls from inside and over a socket; the outcome is the value, or what the client makes of the failure. */
async function both(check: (simulator: Simulator, send: Send) => Promise<void>): Promise<void> {
  for (const overHttp of [false, true]) {
    const simulator = createSimulator()
    simulator.world.region('eu-west-1').ssm.put('a', 'first')
    const listening = overHttp ? await simulator.listen() : undefined
    const client = new SSMClient({
      region: 'eu-west-1',
      credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' },
      maxAttempts: 1,
      ...(listening ? { endpoint: listening.url } : { requestHandler: simulator.requestHandler }),
    })
    const send: Send = async (signal) => {
      try {
        const command = new GetParameterCommand({ Name: 'a', WithDecryption: true })
        const reply = await client.send(command, signal && { abortSignal: signal })
        return reply.Parameter?.Value ?? 'nothing'
      } catch (error) {
        const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } }
        return `${name} ${$metadata?.httpStatusCode ?? 'unanswered'} ${message}`
      }
    }
    try {
      await check(simulator, send)
    } finally {
      client.destroy()
      await listening?.close()
    }
  }
}

const rule = (effect: FaultRule['effect'], more: Partial<FaultRule> = {}): FaultRule => ({
  service: 'ssm',
  operation: 'GetParameter',
  effect,
  ...more,
})

describe('a client sees the same in process and over HTTP', () => {
  const effects: readonly (readonly [FaultRule['effect'], RegExp])[] = [
    [{ kind: 'throttle' }, /^ThrottlingException 400 /],
    [{ kind: 'http', status: 500 }, /^InternalFailure 500 /],
    [{ kind: 'http', status: 503 }, /^ServiceUnavailable 503 /],
    [{ kind: 'http', status: 502 }, /^SyntaxError 502 /],
    [{ kind: 'html' }, /^SyntaxError 200 /],
    [{ kind: 'empty' }, /^nothing$/],
    [{ kind: 'reset' }, /ECONNRESET/],
    [{ kind: 'truncate' }, /aborted/],
    [{ kind: 'apply-then-drop' }, /ECONNRESET/],
    [{ kind: 'expired-token' }, /^ExpiredTokenException 400 /],
    [{ kind: 'access-denied' }, /^AccessDeniedException 400 /],
    [{ kind: 'error', code: 'InternalServerError', message: 'oops', status: 500 }, /^InternalServerError 500 /],
  ]
  test.each(effects)('%j, once', async (effect, outcome) => {
    await both(async (simulator, send) => {
      simulator.faults.add(rule(effect))
      expect(await send()).toMatch(outcome)
      expect(await send()).toBe('first')
      expect(simulator.recorder.all.map((call) => call.outcome)).toEqual([effect.kind, undefined])
    })
  })

  test('hang: nothing until the client gives up', async () => {
    await both(async (simulator, send) => {
      simulator.faults.add(rule({ kind: 'hang' }))
      const abort = new AbortController()
      const sent = send(abort.signal)
      expect(await Promise.race([sent, new Promise((resolve) => setTimeout(resolve, 30, 'waiting'))])).toBe('waiting')
      abort.abort()
      expect(await sent).toMatch(/^AbortError/)
    })
  })

  test('slow: the answer comes after so much virtual time', async () => {
    await both(async (simulator, send) => {
      simulator.faults.add(rule({ kind: 'slow', milliseconds: 45_000 }))
      const before = simulator.clock.now()
      expect(await send()).toBe('first')
      expect(simulator.clock.now() - before).toBe(45_000)
    })
  })

  test('stale reads: the answer of some calls ago', async () => {
    await both(async (simulator, send) => {
      const { ssm } = simulator.world.region('eu-west-1')
      expect(await send()).toBe('first')
      ssm.put('a', 'second')
      expect(await send()).toBe('second')
      ssm.put('a', 'third')
      const stale = simulator.faults.add(rule({ kind: 'stale-read', calls: 2 }))
      expect(await send()).toBe('first')
      stale.remove()
      expect(await send()).toBe('third')
    })
  })

  test('stale reads are as old as is allowed, and no older', async () => {
    await both(async (simulator, send) => {
      const { ssm } = simulator.world.region('eu-west-1')
      expect(await send()).toBe('first')
      ssm.put('a', 'second')
      simulator.faults.add(rule({ kind: 'stale-read', within: 5_000 }))
      expect(await send()).toBe('first')
      simulator.clock.advance(60_000)
      expect(await send()).toBe('second')
    })
  })
})

test('a site that hangs leaves the virtual clock free, and lets go when its client gives up', async () => {
  const simulator = createSimulator()
  simulator.faults.add({ service: 'github', effect: { kind: 'hang' } })
  const abort = new AbortController()
  const asked = simulator.fetch('https://api.github.com/repos/acme/shop/deployments', { signal: abort.signal })
  await simulator.clock.forProgram.sleep(30_000)
  abort.abort(new Error('took too long'))
  await expect(asked).rejects.toThrow('took too long')
})

describe('what happened on the other side of a broken connection', () => {
  const registered = async (kind: 'reset' | 'apply-then-drop' | 'truncate') => {
    const simulator = createSimulator()
    const seen: string[] = []
    Object.assign(simulator.world.region('eu-west-1').ssm.handlers, {
      PutParameter: () => {
        seen.push('handled')
        return { Version: 1 }
      },
    })
    simulator.faults.add({ effect: { kind } })
    await expect(
      simulator.handle(jsonRequest('AmazonSSM.PutParameter', { Name: 'a', Value: 'b' })),
    ).rejects.toMatchObject({ code: 'ECONNRESET' })
    return seen
  }
  test('reset: nothing', async () => expect(await registered('reset')).toEqual([]))
  test('apply-then-drop: everything', async () => expect(await registered('apply-then-drop')).toEqual(['handled']))
  test('truncate: everything', async () => expect(await registered('truncate')).toEqual(['handled']))
})

describe('a rule', () => {
  const ask = async (simulator: Simulator, name = 'a', times = 1) => {
    const statuses: number[] = []
    for (let time = 0; time < times; time++)
      statuses.push((await simulator.handle(jsonRequest('AmazonSSM.GetParameter', { Name: name }))).status)
    return statuses
  }
  const prepared = (seed = 1) => {
    const simulator = createSimulator({ seed })
    for (const name of ['a', 'b']) simulator.world.region('eu-west-1').ssm.put(name, name)
    return simulator
  }

  test('skips and repeats as it is told', async () => {
    const simulator = prepared()
    simulator.faults.add(rule({ kind: 'http', status: 503 }, { skip: 1, times: 2 }))
    expect(await ask(simulator, 'a', 5)).toEqual([200, 503, 503, 200, 200])
  })

  test('waits for its operation and its input', async () => {
    const simulator = prepared()
    simulator.faults.add({ operation: /^Describe/, effect: { kind: 'http', status: 503 } })
    simulator.faults.add({ match: (input) => input.Name === 'b', effect: { kind: 'http', status: 500 } })
    expect([await ask(simulator, 'a'), await ask(simulator, 'b')]).toEqual([[200], [500]])
  })

  test('with a probability hits the same calls for the same seed', async () => {
    const story = async (seed: number) => {
      const simulator = prepared(seed)
      simulator.faults.add(rule({ kind: 'throttle' }, { probability: 0.5 }))
      return ask(simulator, 'a', 30)
    }
    const [first, again, other] = [await story(7), await story(7), await story(8)]
    expect(first).toEqual(again)
    expect(first).not.toEqual(other)
    expect(first.filter((status) => status === 400).length).toBeGreaterThan(5)
    expect(first.filter((status) => status === 200).length).toBeGreaterThan(5)
  })

  test('says when to come back, if it is told to', async () => {
    const simulator = prepared()
    simulator.faults.add(rule({ kind: 'throttle', retryAfter: 7 }))
    const response = await simulator.handle(jsonRequest('AmazonSSM.GetParameter', { Name: 'a' }))
    expect(response.headers['retry-after']).toBe('7')
  })

  test('runs something when the call arrives, and the call goes on', async () => {
    const simulator = prepared()
    const seen: unknown[] = []
    simulator.faults.add(rule({ kind: 'callback', run: (call) => void seen.push(call.input) }, { skip: 1, times: 1 }))
    expect(await ask(simulator, 'a', 3)).toEqual([200, 200, 200])
    expect(seen).toEqual([{ Name: 'a' }])
  })

  test('reaches the sites that are not AWS too', async () => {
    const simulator = prepared()
    simulator.faults.add({ service: 'oidc', operation: 'GET /token', effect: { kind: 'http', status: 503 } })
    simulator.faults.add({ service: 'slack', effect: { kind: 'reset' } })
    expect((await simulator.fetch('https://token.actions.githubusercontent.com/token')).status).toBe(503)
    await expect(simulator.fetch('https://slack.com/api/chat.postMessage', { method: 'POST' })).rejects.toThrow(
      'fetch failed',
    )
    expect(simulator.recorder.calls('slack')).toMatchObject([
      { operation: 'POST /api/chat.postMessage', outcome: 'reset' },
    ])
  })

  test('of ECS takes from the documented bucket, which refills with time', async () => {
    const simulator = createSimulator()
    for (const bucket of ecsTokenBuckets) simulator.faults.add(bucket)
    const throttled = async (times: number) => {
      for (let time = 0; time < times; time++)
        await simulator.handle(
          jsonRequest('AmazonEC2ContainerServiceV20141113.RegisterTaskDefinition', {
            family: 'api',
            containerDefinitions: [],
          }),
        )
      const count = simulator.recorder.all.filter((call) => call.outcome === 'token-bucket').length
      simulator.recorder.clear()
      return count
    }
    expect(await throttled(25)).toBe(5)
    simulator.clock.advance(3000)
    expect(await throttled(5)).toBe(2)
  })
})
