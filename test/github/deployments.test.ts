import { describe, expect, test } from '@jest/globals'
import { openDeploymentStatuses } from '../../src/github/deployments.ts'
import { renderText, text, untrusted } from '../../src/text.ts'
import { createClock } from '../simulator/clock.ts'

type Reply = { status: number; body: unknown } | 'hang'

const deployment = (id: number) => ({ id, sha: 'abc', environment: 'production' })

/** GitHub's deployments API with these deployments, and what was said on them. */
function githubWith(
  deployments: Reply,
  status: Reply = { status: 201, body: {} },
  environment?: string,
  services: readonly string[] = ['api'],
) {
  const clock = createClock({ kind: 'idle' })
  const start = clock.now()
  const statuses: { url: string; state: string; description: string }[] = []
  const debug: string[] = []
  const signals: (AbortSignal | null | undefined)[] = []
  const redirects = new Set<unknown>()
  const answer = (reply: Reply) =>
    reply === 'hang'
      ? new Promise<Response>(() => undefined)
      : Promise.resolve(
          new Response(JSON.stringify(reply.body), {
            status: reply.status,
            headers: { 'content-type': 'application/json' },
          }),
        )
  const adapter = openDeploymentStatuses({
    token: 'ghs_not-a-real-token',
    apiUrl: 'https://api.github.example',
    repository: 'acme/api',
    sha: 'abc',
    environment: environment ?? 'production',
    logUrl: 'https://github.com/acme/api/actions/runs/1',
    deployed: { services, what: `sha256:${'9'.repeat(64)}` },
    clock: clock.forProgram,
    debug: (line) => void debug.push(renderText(line, (theirs) => theirs)),
    async fetch(url, init) {
      signals.push(init.signal)
      redirects.add(init.redirect)
      if (init.method !== 'POST')
        return answer(url.includes('sha=abc&environment=production') ? deployments : { status: 200, body: [] })
      statuses.push({ url, ...JSON.parse(String(init.body)) })
      return answer(status)
    },
  })
  return { adapter, statuses, debug, signals, redirects, seconds: () => (clock.now() - start) / 1000 }
}

describe("progress on GitHub's deployment page", () => {
  test('goes to the newest deployment of the commit and environment, cut to what GitHub takes', async () => {
    const { adapter, statuses, redirects } = githubWith({
      status: 200,
      body: [deployment(7), deployment(12), deployment(9)],
    })
    await adapter.update('in_progress', text`api is being deployed ${untrusted(`\u202e${'x'.repeat(200)}`)}`)
    expect(statuses).toEqual([
      expect.objectContaining({
        url: 'https://api.github.example/repos/acme/api/deployments/12/statuses',
        state: 'in_progress',
        log_url: 'https://github.com/acme/api/actions/runs/1',
        auto_inactive: false,
      }),
    ])
    expect(statuses[0]?.description).toMatch(/^api is being deployed \\u202ex+…$/)
    expect(statuses[0]?.description.length).toBe(140)
    expect([...redirects]).toEqual(['error'])
  })

  test('keeps the order in which it was told, and says nothing twice', async () => {
    const { adapter, statuses } = githubWith({ status: 200, body: [deployment(7)] })
    for (const words of ['one', 'one', 'two']) void adapter.update('in_progress', [words])
    await adapter.end('success', ['three'])
    expect(statuses.map(({ description }) => description)).toEqual([
      'one',
      'two',
      `three · api@sha256:${'9'.repeat(64)}`,
    ])
  })

  test('the end says what was deployed, however long the words before it are', async () => {
    const { adapter, statuses } = githubWith({ status: 200, body: [deployment(7)] })
    await adapter.end('success', ['x'.repeat(200)])
    await adapter.end('failure', ['x'.repeat(200)])
    expect(statuses.map(({ description }) => description.length)).toEqual([140, 140])
    expect(statuses[0]?.description).toMatch(/^x+… · api@sha256:9{64}$/)
    expect(statuses[1]?.description).toMatch(/^x{120,}… · api@failed$/)
  })

  test('the end of services with more names than one description takes is told in several', async () => {
    const services = ['a', 'b', 'c'].map((letter) => letter.repeat(40))
    const { adapter, statuses } = githubWith({ status: 200, body: [deployment(7)] }, undefined, undefined, services)
    await adapter.end('success', ['three services are deployed'])
    expect(statuses.map(({ state, description }) => `${state} ${description}`)).toEqual(
      services.map((name) => expect.stringMatching(`^success three.* · ${name}@sha256:9{64}$`)),
    )
    const failing = githubWith({ status: 200, body: [deployment(7)] }, { status: 403, body: {} }, undefined, services)
    await failing.adapter.end('success', ['three services are deployed'])
    expect(failing.statuses).toHaveLength(1)
  })

  test('the end is tried again where GitHub fails, and not where it refuses', async () => {
    const failing = githubWith({ status: 200, body: [deployment(7)] }, { status: 502, body: {} })
    await failing.adapter.end('success', ['done'])
    expect(failing.statuses.length).toBeGreaterThan(2)
    expect(failing.seconds()).toBeLessThanOrEqual(10)
    const refusing = githubWith({ status: 200, body: [deployment(7)] }, { status: 403, body: {} })
    await refusing.adapter.end('success', ['done'])
    expect(refusing.statuses).toHaveLength(1)
    expect(refusing.seconds()).toBe(0)
  })

  test('progress that could not be shown does not keep the end from being shown', async () => {
    const { adapter, statuses, debug } = githubWith({ status: 200, body: [deployment(7)] }, { status: 502, body: {} })
    for (const words of ['one', 'two']) await adapter.update('in_progress', [words])
    expect(debug).toHaveLength(1)
    await adapter.end('success', ['done'])
    expect(statuses.at(-1)?.description).toContain('done')
  })

  test.each<[string, Reply, Reply]>([
    ['there is no deployment', { status: 200, body: [] }, { status: 201, body: {} }],
    [
      'the permission is missing',
      { status: 403, body: { message: 'Resource not accessible' } },
      { status: 201, body: {} },
    ],
    ['GitHub is down', { status: 200, body: [deployment(1)] }, { status: 502, body: {} }],
    ['GitHub never answers', 'hang', 'hang'],
  ])('row F16: %s: at most five seconds are lost, once, with one line for those who debug', async (_, list, status) => {
    const { adapter, statuses, debug, seconds } = githubWith(list, status)
    for (const words of ['one', 'two', 'three']) await adapter.update('in_progress', [words])
    expect(seconds()).toBeLessThanOrEqual(5)
    expect(statuses.length).toBeLessThanOrEqual(1)
    expect(debug).toEqual([expect.stringContaining("GitHub's deployment page was not updated")])
  })

  test('a request that hangs is ended, so that it does not keep the job alive', async () => {
    const { adapter, signals } = githubWith('hang')
    await adapter.update('in_progress', ['one'])
    expect(signals.map((signal) => signal?.aborted)).toEqual([true])
  })

  test('outside an environment there is nothing to report on', async () => {
    const { adapter, debug, statuses } = githubWith({ status: 200, body: [deployment(1)] }, undefined, '')
    await adapter.update('in_progress', ['one'])
    expect([debug, statuses]).toEqual([[], []])
  })
})
