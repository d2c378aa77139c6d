import { describe, expect, test } from '@jest/globals'
import type { SlackMessage } from '../../src/ports.ts'
import { openSlack, type SlackConfig } from '../../src/slack/slack.ts'
import { renderText } from '../../src/text.ts'
import { createClock } from '../simulator/clock.ts'

/** What Slack does with one request: answers, fails, or never answers. */
type Reply = { status: number; body: unknown; retryAfter?: number } | 'hang' | 'reset'

interface Request {
  readonly method: string
  /** Seconds since the start. */
  readonly at: number
  readonly body: { readonly text: string; readonly attachments: readonly unknown[]; readonly [member: string]: unknown }
}

const posted = { status: 200, body: { ok: true, channel: 'C0123456789', ts: '1795165392.000100' } }
const no = (error: string, more = {}) => ({ status: 200, body: { ok: false, error, ...more } })

/** Slack as far as one message goes, on a virtual clock: `script` answers in turn, its last reply for ever. */
function slackThat(script: readonly Reply[], config: Partial<SlackConfig> = {}) {
  const clock = createClock({ kind: 'idle' }, undefined, () => 0)
  const start = clock.now()
  const requests: Request[] = []
  const warnings: string[] = []
  const signals: (AbortSignal | null | undefined)[] = []
  const slack = openSlack({
    token: 'xoxb-not-a-real-token',
    channel: 'C0123456789',
    clock: clock.forProgram,
    warn: (message) => void warnings.push(renderText(message, (theirs) => theirs)),
    async fetch(url, init) {
      signals.push(init.signal)
      const at = (clock.now() - start) / 1000
      requests.push({ method: url.split('/').at(-1) ?? '', at, body: JSON.parse(String(init.body)) })
      const reply = script[Math.min(requests.length, script.length) - 1] ?? 'reset'
      if (reply === 'hang') return new Promise<Response>(() => undefined)
      if (reply === 'reset') throw new TypeError('fetch failed')
      const headers = reply.retryAfter === undefined ? {} : { 'retry-after': String(reply.retryAfter) }
      const body = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body)
      return new Response(body, { status: reply.status, headers })
    },
    ...config,
  })
  return {
    slack,
    requests,
    warnings,
    signals,
    sleep: (seconds: number) => clock.forProgram.sleep(seconds * 1000),
    /** Seconds that the final update takes. */
    async end(message: SlackMessage) {
      const before = clock.now()
      const delivery = await slack.update(message, { final: true })
      return { delivered: delivery.delivered, seconds: (clock.now() - before) / 1000 }
    },
  }
}

const saying = (text: string, more: Partial<SlackMessage> = {}): SlackMessage => ({
  text,
  attachments: [
    { color: '#2EB67D', fallback: text, blocks: [{ type: 'section', text: { type: 'mrkdwn', text: `why ${text}` } }] },
  ],
  ...more,
})

const viaWebhook = { token: undefined, webhookUrl: 'https://hooks.slack.com/services/T000/B000/not-a-real-hook' }

describe('with a bot token', () => {
  test('posts one message, edits it in place, and tells where it is', async () => {
    const { slack, requests, sleep, end } = slackThat([posted])
    await slack.update(saying('deploying'), { final: false })
    await sleep(10)
    await end(saying('deployed'))
    expect(requests.map(({ method, body }) => [method, body.text, body.ts])).toEqual([
      ['chat.postMessage', 'deploying', undefined],
      ['chat.update', 'deployed', '1795165392.000100'],
    ])
    expect(slack.reference()).toEqual({ channel: 'C0123456789', ts: '1795165392.000100' })
  })

  test('merges what comes within three seconds and sends the last of it; the end is sent at once', async () => {
    const { slack, requests, sleep, end } = slackThat([posted])
    for (const word of ['one', 'two', 'three', 'four']) {
      await slack.update(saying(word), { final: false })
      await sleep(0.5)
    }
    await sleep(3)
    await slack.update(saying('five'), { final: false })
    await end(saying('end'))
    expect(requests.map(({ body, at }) => [body.text, at])).toEqual([
      ['one', 0],
      ['four', 3],
      ['end', 5],
    ])
  })

  test('goes on with the message of an earlier job, and with a new one when that is gone', async () => {
    const gone = slackThat([no('message_not_found'), posted], { messageTs: '1795160000.000200' })
    await gone.end(saying('end'))
    expect(gone.requests.map(({ method }) => method)).toEqual(['chat.update', 'chat.postMessage'])
  })

  test('calls people and gives details in the thread, once, as an edit notifies nobody', async () => {
    const { requests, end } = slackThat([posted])
    await end(saying('failed', { mention: '<@U0123ABCD>', reply: 'details' }))
    await end(saying('failed', { mention: '<@U0123ABCD>', reply: 'details' }))
    expect(requests.map(({ method, body }) => [method, body.text, body.thread_ts, body.reply_broadcast])).toEqual([
      ['chat.postMessage', 'failed', undefined, undefined],
      ['chat.postMessage', '<@U0123ABCD>\ndetails', '1795165392.000100', true],
      ['chat.update', 'failed', undefined, undefined],
    ])
  })

  test('sends a simpler message that says the same when Slack refuses the blocks', async () => {
    const refused = no('invalid_blocks', { response_metadata: { messages: ['[ERROR] unsupported type: plan'] } })
    const { requests, warnings, end } = slackThat([refused, refused, posted])
    expect((await end(saying('deployed'))).delivered).toBe(true)
    expect(requests.map(({ body }) => body.attachments.length)).toEqual([1, 1, 0])
    expect(requests.at(-1)?.body.text).toBe('deployed\nwhy deployed')
    expect(warnings).toEqual([])
  })

  test('stops after two failures, but tries the end again', async () => {
    const { slack, requests, sleep, end } = slackThat(['reset', 'reset', posted])
    for (const word of ['one', 'two', 'three', 'four']) {
      await slack.update(saying(word), { final: false })
      await sleep(20)
    }
    expect(requests.map(({ body }) => body.text.split('\n')[0])).toEqual(['one', 'one'])
    expect((await end(saying('end'))).delivered).toBe(true)
  })

  describe('a message whose answer was lost cannot be edited', () => {
    const note =
      "An earlier message of this run may be in this channel and is not updated: Slack's response with its `ts` was lost."

    test.each([
      ['the connection broke', 'reset'],
      ['nothing came', 'hang'],
      ['a server error', { status: 500, body: 'oops' }],
      ['a page that is not of Slack', { status: 200, body: '<html>' }],
      ["Slack's word that it does not know", no('internal_error')],
      ["Slack's word that something broke", no('fatal_error')],
    ] as const)('%s: the next message says so, and so do its edits', async (_, lost) => {
      const { slack, requests, sleep, end } = slackThat([lost, posted])
      await slack.update(saying('begin'), { final: false })
      await sleep(20)
      await end(saying('end'))
      expect(requests.map(({ method, body }) => [method, body.text])).toEqual([
        ['chat.postMessage', 'begin'],
        ['chat.postMessage', `begin\n${note}`],
        ['chat.update', `end\n${note}`],
      ])
    })

    test.each([
      ['refused', no('invalid_arguments')],
      ['put off', { status: 429, body: '', retryAfter: 1 }],
    ] as const)('but one that was %s is not there', async (_, answer) => {
      const { slack, requests, sleep, end } = slackThat([answer, posted])
      await slack.update(saying('begin'), { final: false })
      await sleep(20)
      await end(saying('end'))
      expect(requests.filter(({ body }) => body.text.includes(note))).toEqual([])
    })

    test('whoever keeps the place knows before the message leaves, and as soon as it is answered', async () => {
      const places: unknown[] = []
      const onReference: SlackConfig['onReference'] = (reference) => void places.push(reference?.ts, requests.length)
      const { requests, end } = slackThat([no('ratelimited'), posted], { onReference })
      await end(saying('end'))
      expect(places).toEqual(['unknown', 0, undefined, 1, 'unknown', 1, '1795165392.000100', 2])
    })

    test('a later step goes on with a message of which no ts is known by a new one', async () => {
      const { slack, requests, end } = slackThat([posted], { messageTs: 'unknown' })
      expect(slack.reference()).toEqual({ channel: 'C0123456789', ts: 'unknown' })
      await end(saying('end'))
      expect(requests.map(({ method, body }) => [method, body.text])).toEqual([['chat.postMessage', `end\n${note}`]])
      expect(slack.reference()).toEqual({ channel: 'C0123456789', ts: '1795165392.000100' })
    })
  })
})

describe('with a webhook', () => {
  test('posts the end only, with the people to call in it', async () => {
    const { slack, requests, end, sleep } = slackThat([{ status: 200, body: 'ok' }], viaWebhook)
    await slack.update(saying('deploying'), { final: false })
    await sleep(10)
    await end(saying('failed', { mention: '<!here>', reply: 'details' }))
    expect(requests.map(({ body }) => body.text)).toEqual(['failed <!here>'])
    expect(slack.reference()).toBeUndefined()
  })

  test('the token comes first when there are both, and without any nothing is sent', async () => {
    const both = slackThat([posted], { webhookUrl: viaWebhook.webhookUrl })
    await both.end(saying('end'))
    expect(both.requests[0]?.method).toBe('chat.postMessage')
    const none = slackThat([posted], { token: undefined })
    expect((await none.end(saying('end'))).delivered).toBe(true)
    expect([none.requests, none.warnings]).toEqual([[], []])
  })
})

const outages: Readonly<Record<string, { readonly replies: readonly Reply[]; readonly says: RegExp }>> = {
  'answers 500': { replies: [{ status: 500, body: 'oops' }], says: /http_500.*slack-status/ },
  'never answers': { replies: ['hang'], says: /^Slack did not respond in time\. See https/ },
  'resets the connection': { replies: ['reset'], says: /^Slack is not reachable \(.+\)\. Check/ },
  'asks to wait too long': { replies: [{ status: 429, body: '', retryAfter: 30 }], says: /ratelimited/ },
  'asks to wait a little, for ever': { replies: [{ status: 429, body: '', retryAfter: 4 }], says: /ratelimited/ },
  'is gone': { replies: [{ status: 410, body: 'channel_is_archived' }], says: /http_410|Unarchive/ },
}

describe('row F15: when Slack fails, the deployment loses at most 10 seconds and nothing else', () => {
  const cases = Object.entries(outages).flatMap(([name, outage]) => [
    { name: `${name}, by token`, config: {}, ...outage },
    { name: `${name}, by webhook`, config: viaWebhook, ...outage },
  ])
  test.each(cases)('Slack $name', async ({ replies, config, says }) => {
    const { slack, warnings, sleep, end } = slackThat(replies, config)
    for (const word of ['one', 'two', 'three']) {
      await slack.update(saying(word), { final: false })
      await sleep(1)
    }
    const { delivered, seconds } = await end(saying('end', { mention: '<!here>' }))
    expect(delivered).toBe(false)
    expect(seconds).toBeLessThanOrEqual(10)
    expect(warnings).toEqual([expect.stringMatching(says)])
    expect(warnings.join()).not.toMatch(/not-a-real/)
  })

  test.each([{}, viaWebhook])(
    'a request that hangs is ended, so that it does not keep the job alive',
    async (config) => {
      const { end, signals } = slackThat(['hang'], config)
      await end(saying('end'))
      expect(signals.length).toBeGreaterThan(0)
      expect(signals.every((signal) => signal?.aborted)).toBe(true)
    },
  )

  test('a wait that fits is waited for', async () => {
    const { end, requests } = slackThat([{ status: 429, body: '', retryAfter: 2 }, posted])
    expect(await end(saying('end'))).toEqual({ delivered: true, seconds: 2 })
    expect(requests.map(({ at }) => at)).toEqual([0, 2])
  })

  test('a wait of none is a short one', async () => {
    const { end, requests } = slackThat([{ status: 429, body: '', retryAfter: 0 }, posted])
    expect(await end(saying('end'))).toMatchObject({ delivered: true })
    expect(requests[1]?.at).toBeGreaterThanOrEqual(0.5)
  })

  test('an answer that is not JSON is no success', async () => {
    const { end, warnings } = slackThat([{ status: 200, body: '<html>proxy</html>' }])
    expect((await end(saying('end'))).delivered).toBe(false)
    expect(warnings).toEqual([expect.stringContaining('Check the proxies')])
  })
})

describe('what Slack refuses is said once, in its own words, with what to do', () => {
  test.each([
    [no('not_in_channel'), /not_in_channel\. Invite the app/],
    [no('channel_not_found'), /Set the channel's ID/],
    [no('invalid_auth'), /valid bot token/],
    [
      no('missing_scope', { needed: 'chat:write', provided: 'users:read' }),
      /needed: chat:write; provided: users:read.*Add the scope/,
    ],
    [no('is_archived'), /Unarchive/],
    [no('something_new'), /^Slack API error: something_new\.$/],
  ])('%j', async (reply, says) => {
    const { slack, warnings, sleep, end } = slackThat([reply])
    await slack.update(saying('one'), { final: false })
    await sleep(30)
    await end(saying('end'))
    expect(warnings).toEqual([expect.stringMatching(says)])
  })

  test("a webhook's reason is in the body of its answer", async () => {
    const { warnings, end } = slackThat([{ status: 404, body: 'no_service' }], viaWebhook)
    await end(saying('end'))
    expect(warnings).toEqual([expect.stringMatching(/no_service\. Create a new incoming webhook/)])
  })
})

describe('S12: token and message go to Slack and nowhere else', () => {
  test.each([
    'https://hooks.slack.com.evil.example/services/x',
    'https://evil.example/hooks.slack.com',
    'http://hooks.slack.com/services/x',
    'https://user:password@hooks.slack.com/services/x',
    'https://hooks.slack.com:8443/services/x',
    'https://hooks.slack.com@evil.example/x',
    'http://127.0.0.1/services/x',
    'http://169.254.169.254/latest/meta-data',
    'file:///etc/passwd',
    'hooks.slack.com/services/x',
  ])('not to the webhook %s', async (webhookUrl) => {
    const { requests, warnings, end } = slackThat([{ status: 200, body: 'ok' }], { token: undefined, webhookUrl })
    expect((await end(saying('end'))).delivered).toBe(false)
    expect(requests).toEqual([])
    expect(warnings).toEqual([expect.stringContaining('webhook URL is not of')])
  })

  test.each(['https://evil.example/api', 'http://slack.com/api', 'http://10.0.0.1/api'])(
    'not to the API at %s',
    async (apiUrl) => {
      const { requests, end } = slackThat([posted], { apiUrl })
      await end(saying('end'))
      expect(requests).toEqual([])
    },
  )

  test.each(['https://slack-gov.com/api/', 'http://127.0.0.1:8080/api'])('but to %s', async (apiUrl) => {
    const { end } = slackThat([posted], { apiUrl })
    expect((await end(saying('end'))).delivered).toBe(true)
  })
})
