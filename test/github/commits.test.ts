import { describe, expect, test } from '@jest/globals'
import { openCommitHistory } from '../../src/github/commits.ts'
import { createSimulator } from '../simulator/simulator.ts'

const [older, newer, aside] = ['a'.repeat(40), 'b'.repeat(40), 'c'.repeat(40)]

function open(token: string | undefined = 'ghs_1') {
  const sim = createSimulator()
  sim.github.commits.add(older, newer)
  sim.github.commits.branch(aside, older)
  const apiUrl = 'https://api.github.com'
  const clock = sim.clock.forProgram
  const signal = new AbortController().signal
  return { sim, history: openCommitHistory({ token, apiUrl, repository: 'acme/api', fetch: sim.fetch, clock, signal }) }
}

test('says how one commit stands to another', async () => {
  const { history } = open()
  expect(await history.compare(older, newer)).toBe('ahead')
  expect(await history.compare(newer, older)).toBe('behind')
  expect(await history.compare(newer, newer)).toBe('identical')
  expect(await history.compare(newer, aside)).toBe('diverged')
})

test('one failure of GitHub is tried again; one that stays is told within 35 seconds', async () => {
  const { sim, history } = open()
  sim.github.fail({ kind: 'http', status: 502 }, { times: 1 })
  expect(await history.compare(older, newer)).toBe('ahead')
  sim.faults.add({ service: 'github', times: Number.POSITIVE_INFINITY, effect: { kind: 'hang' } })
  const before = sim.clock.now()
  expect(await history.compare(older, newer)).toEqual({
    reason: 'unanswered',
    unknown: expect.stringMatching(/did not respond/),
  })
  expect(sim.clock.now() - before).toBeLessThanOrEqual(35_000)
})

test.each([429, 403])(
  'row F16: at the rate limit (%s), it waits for as long as GitHub says, if that is short',
  async (status) => {
    const { sim } = open()
    const busy = (seconds: number, times: number) => {
      const answer = () => new Response('{}', { status, headers: { 'retry-after': String(seconds) } })
      const fetch: typeof sim.fetch = (...given) => (times-- > 0 ? Promise.resolve(answer()) : sim.fetch(...given))
      const signal = new AbortController().signal
      const config = { token: 'ghs_1', apiUrl: 'https://api.github.com', repository: 'acme/api' }
      return openCommitHistory({ ...config, fetch, clock: sim.clock.forProgram, signal })
    }
    const before = sim.clock.now()
    expect(await busy(4, 1).compare(older, newer)).toBe('ahead')
    expect(sim.clock.now() - before).toBe(4000)
    const second = sim.clock.now()
    expect(await busy(0, 1).compare(older, newer)).toBe('ahead')
    expect(sim.clock.now() - second).toBe(2000)
    expect(await busy(60, 1).compare(older, newer)).toEqual({
      reason: 'unanswered',
      unknown: expect.stringMatching(/rate limit exceeded/),
    })
  },
)

describe('what cannot be compared says why', () => {
  type Sim = ReturnType<typeof createSimulator>
  test.each<[string, (sim: Sim) => unknown, string, RegExp]>([
    ['a commit that is gone', ({ github }) => github.commits.forget(older), 'gone', /commit aaaaaaa no longer exists/],
    ['no common history', ({ github }) => github.commits.branch(newer), 'gone', /no common history/],
    ['no permission', ({ github }) => github.grant({ contents: 'none' }), 'denied', /403.*contents: read/],
    [
      'a hidden repository',
      ({ github }) => github.fail({ kind: 'http', status: 404 }),
      'denied',
      /404.*contents: read/,
    ],
    ['a token that is void', ({ github }) => github.revoke('ghs_1'), 'denied', /401.*invalid/],
    ['a limit', ({ github }) => github.fail({ kind: 'rate-limit' }), 'unanswered', /rate limit exceeded/],
    ['an outage', ({ github }) => github.fail({ kind: 'http', status: 503 }), 'unanswered', /503/],
    ['nonsense', ({ github }) => github.fail({ kind: 'not-json' }), 'unanswered', /request to GitHub failed/],
    ['another refusal', ({ github }) => github.fail({ kind: 'http', status: 451 }), 'unanswered', /451/],
  ])('%s', async (_, trouble, reason, unknown) => {
    const { sim, history } = open()
    trouble(sim)
    expect(await history.compare(older, newer)).toEqual({ reason, unknown: expect.stringMatching(unknown) })
  })

  test('no token', async () => {
    expect(await open('').history.compare(older, newer)).toEqual({
      reason: 'denied',
      unknown: 'github-token is empty',
    })
  })
})
