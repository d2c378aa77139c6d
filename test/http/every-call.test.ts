import { createServer } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { connect } from '../../src/aws/connect.ts'
import { type Clock, systemClock } from '../../src/clock.ts'
import { Failure } from '../../src/failure.ts'
import { openCommitHistory } from '../../src/github/commits.ts'
import { openDeploymentStatuses } from '../../src/github/deployments.ts'
import { openEnvironmentHistory } from '../../src/github/environments.ts'
import { openFetch } from '../../src/http/open-fetch.ts'
import { reasonOf } from '../../src/http/reason.ts'
import type { SlackMessage } from '../../src/ports.ts'
import { openRegistry } from '../../src/registry/distribution.ts'
import { requestIdToken } from '../../src/runner/id-token.ts'
import { openSlack } from '../../src/slack/slack.ts'
import { plain } from '../aws/simulated.ts'
import { listen, openProxyServer, type ProxyServer } from './proxy-server.ts'

/** What is reached past the proxy. */
let past = 0
const target = createServer((socket) => {
  past++
  socket.destroy()
})
let host = ''
let proxy: ProxyServer
let environment: Record<string, string> = {}
/** From this wait on, it is the time that a request may take, which a slow machine needs in full. Milliseconds. */
const limit = 5_000
/** Hardly any wait between two tries, and an hour for each request. */
const clock: Clock = {
  ...systemClock,
  random: () => 0,
  sleep: (milliseconds, signal) => systemClock.sleep(milliseconds < limit ? milliseconds / 100 : 3_600_000, signal),
}
const lines: string[] = []
const { signal } = new AbortController()

beforeAll(async () => {
  host = `127.0.0.1:${await listen(target)}`
  proxy = await openProxyServer()
  process.env.AWS_ENDPOINT_URL = `https://${host}`
  environment = {
    HTTPS_PROXY: proxy.address.replace('//', '//build:hunter2-s3cret@'),
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    ACTIONS_ID_TOKEN_REQUEST_URL: `https://${host}/token?v=2`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 't',
  }
})

beforeEach(() => {
  past = 0
  lines.length = 0
  proxy.asked.length = 0
  proxy.refusals.length = 0
})

afterAll(() => {
  delete process.env.AWS_ENDPOINT_URL
  proxy.close()
  target.close()
})

const fetch: ReturnType<typeof openFetch> = (url, init) => openFetch(environment)(url, init)
const message: SlackMessage = { text: 'deployed', attachments: [] }
const failed = (work: Promise<unknown>) => work.then(() => 'it worked', reasonOf)

function aws() {
  const idToken = async () => ''
  const onRetry = (line: Parameters<typeof plain>[0]) => void lines.push(plain(line))
  return connect({
    region: 'eu-west-1',
    clock,
    signal,
    deadline: clock.monotonic() + 600_000,
    environment,
    idToken,
    onRetry,
  })
}

const slack = (config: object) =>
  openSlack({ fetch, clock, warn: () => undefined, ...config })
    .update(message, { final: true })
    .then((delivery) => (delivery.delivered ? 'it was delivered' : plain(delivery.problem)))

/** Every way out of the process, and what people read when the proxy refuses it. */
const calls: Readonly<Record<string, () => Promise<string>>> = {
  'AWS’s API': () => failed(aws().identity()),
  'the OIDC token service': () => failed(requestIdToken('sts.amazonaws.com', { environment, fetch, clock, signal })),
  'the registry': () =>
    failed(
      openRegistry({
        login: async () => ({ endpoint: `https://${host}`, username: 'AWS', password: 'p', expiresAt: new Date() }),
        ...{ clock, signal, retryTime: 60_000, fetch, environment },
      }).hasBlob('api', 'sha256:0'),
    ),
  'Slack’s Web API': () => slack({ token: 'xoxb-1', channel: 'C0123456789', apiUrl: `https://${host}/api` }),
  'a Slack webhook': () => slack({ webhookUrl: 'https://hooks.slack.com/services/T/B/x' }),
  'GitHub’s commits': async () => {
    const history = openCommitHistory({
      token: 't',
      apiUrl: `https://${host}`,
      repository: 'a/b',
      fetch,
      clock,
      signal,
    })
    return JSON.stringify(await history.compare('1a2b3c4', '5d6e7f8'))
  },
  'GitHub’s environments': async () => {
    const history = openEnvironmentHistory({
      token: 't',
      apiUrl: `https://${host}`,
      repository: 'a/b',
      fetch,
      clock,
      signal,
    })
    for await (const end of history.ends('staging', 'api')) return JSON.stringify(end)
    return 'it was answered'
  },
  'GitHub’s deployments': async () => {
    const said: string[] = []
    const statuses = openDeploymentStatuses({
      ...{
        token: 't',
        apiUrl: `https://${host}`,
        repository: 'a/b',
        sha: '1a2b3c4',
        environment: 'live',
        logUrl: '',
        deployed: { services: [], what: 'commit' },
      },
      ...{ fetch, clock, debug: (line) => void said.push(plain(line)) },
    })
    await statuses.update('in_progress', ['deploying'])
    return said.join()
  },
}

describe.each(Object.entries(calls))('row F10: a call to %s', (name, call) => {
  test.each(['407 Proxy Authentication Required', '403 Forbidden'])(
    'goes through the proxy alone, and ends at once with its name and %s',
    async (status) => {
      proxy.refusals.push(...Array.from({ length: 20 }, () => status))
      const authority = name === 'a Slack webhook' ? 'hooks.slack.com:443' : host
      expect(await call()).toContain(
        `The proxy ${proxy.address} (environment variable HTTPS_PROXY) refused CONNECT ${authority}: ${status}`,
      )
      expect(proxy.asked).toEqual([authority])
      expect(past).toBe(0)
    },
  )
})

test.each(Object.keys(calls).filter((name) => !/deployments/.test(name)))(
  'row F10: a proxy in trouble for a moment is asked again: %s',
  async (name) => {
    proxy.refusals.push('502 Bad Gateway', '403 Forbidden')
    expect(await calls[name]?.()).toContain('403 Forbidden')
    expect(proxy.asked).toHaveLength(2)
  },
)

test('what is tried again names the proxy and shows no password', async () => {
  proxy.refusals.push('502 Bad Gateway', '407 Proxy Authentication Required')
  const failure = await aws()
    .identity()
    .catch((error: unknown) => error)
  // The clock is that of the machine.
  expect(lines.map((line) => line.replace(/\d+ s so far/, '0 s so far'))).toEqual([
    `sts:GetCallerIdentity failed (attempt 1, 0 s so far), retrying: the proxy ${proxy.address} (HTTPS_PROXY) returned 502 Bad Gateway for CONNECT ${host}`,
  ])
  expect(failure).toBeInstanceOf(Failure)
  expect(JSON.stringify([failure, lines])).not.toContain('s3cret')
})
