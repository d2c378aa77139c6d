import { describe, expect, test } from '@jest/globals'
import { createSimulator } from './simulator.ts'

const token = 'xoxb-1'

function slack() {
  const sim = createSimulator()
  const send = (url: string, body: unknown, headers: Record<string, string> = {}) =>
    sim.fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
      body: JSON.stringify(body),
    })
  const call = async (method: string, body: unknown, as = token) =>
    (await send(`https://slack.com/api/${method}`, body, { authorization: `Bearer ${as}` })).json() as Promise<
      Record<string, never>
    >
  return {
    slack: sim.slack,
    fetch: sim.fetch,
    call,
    post: (content: object) => call('chat.postMessage', { channel: 'C0123456789', ...content }),
    webhook: async (body: unknown) => {
      const response = await send('https://hooks.slack.com/services/T0/B0/x', body)
      return [response.status, await response.text()]
    },
  }
}

const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } })
const button = (more: object) => ({
  type: 'actions',
  elements: [{ type: 'button', text: { type: 'plain_text', text: 'Run' }, ...more }],
})
const long = (length: number) => 'x'.repeat(length)

describe('blocks', () => {
  test.each([
    ['51 blocks', Array(51).fill({ type: 'divider' }), 'no more than 50 items allowed [json-pointer:/blocks]'],
    ['section', [section(long(3001))], 'must be less than 3001 characters [json-pointer:/blocks/0/text/text]'],
    ['empty text', [section('')], 'must be more than 0 characters [json-pointer:/blocks/0/text/text]'],
    ['no text', [{ type: 'section' }], 'must define either `text` or `fields` [json-pointer:/blocks/0/type]'],
    [
      'header',
      [{ type: 'header', text: { type: 'plain_text', text: long(151) } }],
      'must be less than 151 characters [json-pointer:/blocks/0/text/text]',
    ],
    [
      'mrkdwn header',
      [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }],
      'unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]',
    ],
    [
      'fields',
      [{ type: 'section', fields: Array(11).fill({ type: 'mrkdwn', text: 'x' }) }],
      'no more than 10 items allowed [json-pointer:/blocks/0/fields]',
    ],
    [
      'a field',
      [{ type: 'section', fields: [{ type: 'mrkdwn', text: long(2001) }] }],
      'must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]',
    ],
    [
      'context',
      [{ type: 'context', elements: Array(11).fill({ type: 'mrkdwn', text: 'x' }) }],
      'no more than 10 items allowed [json-pointer:/blocks/0/elements]',
    ],
    [
      'actions',
      [{ type: 'actions', elements: Array(26).fill(button({}).elements[0]) }],
      'no more than 25 items allowed [json-pointer:/blocks/0/elements]',
    ],
    [
      'button text',
      [button({ text: { type: 'plain_text', text: long(76) } })],
      'must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]',
    ],
    [
      'button url',
      [button({ url: `https://x.test/${long(3000)}` })],
      'must be less than 3001 characters [json-pointer:/blocks/0/elements/0/url]',
    ],
    ['unknown block', [{ type: 'progress' }], 'unsupported type: progress [json-pointer:/blocks/0/type]'],
    ['plan', [{ type: 'plan', title: 'Deploy' }], 'unsupported type: plan [json-pointer:/blocks/0/type]'],
    [
      'block_id',
      [{ type: 'divider', block_id: long(256) }],
      'must be less than 256 characters [json-pointer:/blocks/0/block_id]',
    ],
  ])('refuses %s', async (_, blocks, message) => {
    const { post, webhook, slack: workspace } = slack()
    expect(await post({ blocks })).toMatchObject({
      ok: false,
      error: 'invalid_blocks',
      response_metadata: { messages: [`[ERROR] ${message}`] },
    })
    expect(await webhook({ blocks })).toEqual([400, 'invalid_blocks'])
    expect(workspace.messages()).toEqual([])
  })

  test('at the limits are taken', async () => {
    const { post } = slack()
    const blocks = [
      section(long(3000)),
      { type: 'header', text: { type: 'plain_text', text: long(150) } },
      { type: 'section', fields: [{ type: 'mrkdwn', text: long(2000) }] },
      button({ text: { type: 'plain_text', text: long(75) }, url: `https://x.test/${long(2000)}`, style: 'danger' }),
      ...Array(46).fill({ type: 'divider' }),
    ]
    expect(await post({ blocks })).toMatchObject({ ok: true })
  })

  test('are too long together, be they in an attachment', async () => {
    const { post } = slack()
    const blocks = Array(5).fill(section(long(2900)))
    expect(await post({ blocks })).toMatchObject({ error: 'msg_blocks_too_long' })
    expect(await post({ attachments: [{ blocks }] })).toMatchObject({ error: 'msg_blocks_too_long' })
  })

  test('in an attachment are invalid attachments', async () => {
    const { post } = slack()
    expect(await post({ attachments: [{ color: '#f00', blocks: [section(long(3001))] }] })).toMatchObject({
      error: 'invalid_attachments',
      response_metadata: {
        messages: ['[ERROR] must be less than 3001 characters [json-pointer:/attachments/0/blocks/0/text/text]'],
      },
    })
  })

  test('of the kind plan are taken where the workspace knows them', async () => {
    const { post, slack: workspace } = slack()
    workspace.acceptPlanBlocks(true)
    const plan = (status: string) => [{ type: 'plan', title: 'Deploy', tasks: [{ title: 'Build', status }] }]
    expect(await post({ blocks: plan('complete') })).toMatchObject({ ok: true })
    expect(await post({ blocks: plan('completed') })).toMatchObject({ error: 'invalid_blocks' })
  })
})

describe('the Web API', () => {
  test('edits a message in place and keeps replies in its thread', async () => {
    const { post, call, slack: workspace } = slack()
    const { channel, ts } = await post({ text: 'Deploying' })
    expect(await call('chat.update', { channel, ts, text: 'Deployed' })).toMatchObject({ ok: true, ts })
    expect(await post({ text: 'Details', thread_ts: ts })).toMatchObject({ ok: true })
    expect(await call('reactions.add', { channel, timestamp: ts, name: 'rocket' })).toEqual({ ok: true })
    expect(workspace.messages('deploys')).toMatchObject([
      {
        ts,
        content: { text: 'Deployed' },
        history: [{ text: 'Deploying' }],
        replies: [{ content: { text: 'Details' } }],
        reactions: ['rocket'],
      },
    ])
  })

  test('takes forms, and a name of a channel when posting but not when editing', async () => {
    const { fetch, call } = slack()
    const body = new URLSearchParams({ token, channel: '#deploys', blocks: JSON.stringify([section('hello')]) })
    const posted = (await (await fetch('https://slack.com/api/chat.postMessage', { method: 'POST', body })).json()) as {
      ts: string
      channel: string
    }
    expect(posted).toMatchObject({ ok: true, channel: 'C0123456789' })
    expect(await call('chat.update', { channel: '#deploys', ts: posted.ts, text: 'x' })).toMatchObject({
      error: 'channel_not_found',
    })
  })

  test('refuses in its own words', async () => {
    const { post, call, webhook, slack: workspace } = slack()
    workspace.addChannel({ id: 'C1', name: 'closed', isMember: false })
    workspace.addChannel({ id: 'C2', name: 'old', isArchived: true })
    workspace.setToken('xoxb-reader', ['channels:read'])
    workspace.setToken('xoxb-revoked', undefined)
    await webhook({ text: 'from a webhook' })
    const [foreign] = workspace.messages()
    const errors = [
      await post({}),
      await post({ text: long(40_001) }),
      await post({ channel: 'C9', text: 'x' }),
      await post({ channel: 'C1', text: 'x' }),
      await post({ channel: 'C2', text: 'x' }),
      await call('chat.postMessage', { channel: 'C0123456789', text: 'x' }, 'xoxb-reader'),
      await call('auth.test', {}, 'xoxb-revoked'),
      await call('auth.test', {}, 'xoxp-other'),
      await call('chat.update', { channel: 'C0123456789', ts: '1.000001', text: 'x' }),
      await call('chat.update', { channel: 'C0123456789', ts: foreign?.ts, text: 'x' }),
      await call('chat.everything', {}),
    ]
    expect(errors.map(({ error }) => error)).toEqual([
      'no_text',
      'msg_too_long',
      'channel_not_found',
      'not_in_channel',
      'is_archived',
      'missing_scope',
      'invalid_auth',
      'invalid_auth',
      'message_not_found',
      'cant_update_message',
      'unknown_method',
    ])
    expect(errors[5]).toMatchObject({ needed: 'chat:write', provided: 'channels:read' })
  })

  test('is down, slow or limited for as long as a test wants', async () => {
    const { post, webhook, fetch, slack: workspace } = slack()
    workspace.fail({ kind: 'rate-limited', retryAfterSeconds: 3 }, { times: 1, on: 'chat.postMessage' })
    const init = { method: 'POST', headers: { authorization: `Bearer ${token}` } }
    const limited = await fetch('https://slack.com/api/chat.postMessage', init)
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '3'])
    expect(await post({ text: 'x' })).toMatchObject({ ok: true })
    workspace.fail({ kind: 'http', status: 500 })
    expect((await webhook({ text: 'x' }))[0]).toBe(500)
    workspace.recover()
    workspace.fail({ kind: 'not-json' })
    await expect(post({ text: 'x' })).rejects.toThrow('is not valid JSON')
  })
})

describe('webhooks', () => {
  test('answer ok, without a reference to the message', async () => {
    const { webhook, slack: workspace } = slack()
    expect(await webhook({ text: 'Deployed' })).toEqual([200, 'ok'])
    expect(workspace.messages()).toMatchObject([{ content: { text: 'Deployed' } }])
  })

  test.each([
    [400, 'no_text', {}],
    [400, 'invalid_payload', 'text'],
  ])('%s %s', async (status, word, body) => {
    const { webhook } = slack()
    expect(await webhook(body)).toEqual([status, word])
  })

  test.each([
    [403, 'invalid_token'],
    [403, 'action_prohibited'],
    [404, 'no_service'],
    [404, 'channel_not_found'],
    [410, 'channel_is_archived'],
    [400, 'invalid_blocks'],
  ])('%s %s on demand', async (status, error) => {
    const { webhook, slack: workspace } = slack()
    workspace.fail({ kind: 'error', error }, { on: 'webhook', times: 1 })
    expect(await webhook({ text: 'x' })).toEqual([status, error])
    expect(await webhook({ text: 'x' })).toEqual([200, 'ok'])
  })

  test('that nobody made are no service', async () => {
    const { fetch } = slack()
    const response = await fetch('https://hooks.slack.com/services/nonsense', { method: 'POST', body: '{"text":"x"}' })
    expect([response.status, await response.text()]).toEqual([404, 'no_service'])
  })
})
