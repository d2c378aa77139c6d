import { describe, expect, test } from '@jest/globals'
import { createNotify } from '../../src/actions/notify/index.ts'
import { Failure } from '../../src/failure.ts'
import { failureText } from '../../src/report/failure-text.ts'
import { renderText } from '../../src/text.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import { createClock } from '../simulator/clock.ts'

const environment = {
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_REPOSITORY: 'acme/api',
  GITHUB_RUN_ID: '8812345678',
  GITHUB_RUN_NUMBER: '512',
  GITHUB_SHA: '1a2b3c4d5e6f708192a3b4c5d6e7f80912345678',
  GITHUB_ACTOR: 'ann',
}

const bot = { 'slack-token': 'xoxb-not-a-real-token', 'slack-channel': 'C0123456789' }

/** Runs the action against a Slack that answers so. */
async function notify(
  given: Record<string, string>,
  reply: unknown = { ok: true, channel: 'C0123456789', ts: '1795165392.000100' },
) {
  const sent: { url: string; body: Record<string, unknown> }[] = []
  const runner = await fakeRunner({ clock: createClock({ kind: 'idle' }).forProgram, environment })
  const action = createNotify(async (url, init) => {
    sent.push({ url, body: JSON.parse(String(init.body)) })
    return new Response(JSON.stringify(reply))
  })
  const run = async () => action.main(givenInputs(action.inputs, { status: 'succeeded', ...given }), runner)
  const failure = await run().then(
    () => undefined,
    (error) => error,
  )
  return { sent, runner, failure }
}

describe('the notify action', () => {
  test('posts a message and says where it is, so that a later step can change it', async () => {
    const first = await notify({ ...bot, title: 'Nightly import', status: 'started' })
    expect(first.runner.outputs).toEqual({ ok: 'true', 'channel-id': 'C0123456789', 'message-ts': '1795165392.000100' })
    const ts = first.runner.outputs['message-ts'] ?? ''
    const second = await notify({ ...bot, title: 'Nightly import', status: 'succeeded', 'slack-message-ts': ts })
    expect(second.sent.map(({ url, body }) => [url, body.ts, body.text])).toEqual([
      ['https://slack.com/api/chat.update', ts, '✅ Nightly import'],
    ])
  })

  test('shows text, fields and links, and nothing in them is more than text', async () => {
    const { sent } = await notify({
      ...bot,
      title: '<!channel> now',
      text: 'first <@U1>\nsecond & last',
      fields: 'Version=1.2\n\nOwner = <https://evil.example|ann>',
      links: 'Report=https://example.com/report',
      url: 'https://example.com/app',
    })
    const message = JSON.stringify(sent[0]?.body)
    expect(message).toContain('&lt;!channel&gt; now')
    expect(message).toContain('first &lt;@U1&gt;\\nsecond &amp; last')
    expect(message).toContain('*Owner*\\n&lt;https://evil.example|ann&gt;')
    expect(message.match(/"url":"[^"]+"/g)).toEqual([
      '"url":"https://example.com/app"',
      '"url":"https://example.com/report"',
      '"url":"https://github.com/acme/api/actions/runs/8812345678/attempts/1"',
      '"url":"https://github.com/acme/api/commit/1a2b3c4d5e6f708192a3b4c5d6e7f80912345678"',
    ])
  })

  test('calls people only when the status is failed', async () => {
    const good = await notify({ ...bot, title: 'Import', mention: 'U0123ABCD', status: 'succeeded' })
    expect(JSON.stringify(good.sent)).not.toContain('U0123ABCD')
    const bad = await notify({ ...bot, title: 'Import', mention: 'U0123ABCD, S0456EFGH here', status: 'failed' })
    expect(JSON.stringify(bad.sent)).toContain('<@U0123ABCD> <!subteam^S0456EFGH> <!here>')
  })

  test('a message that Slack refuses is a warning, and a failure only on request', async () => {
    const refused = { ok: false, error: 'not_in_channel' }
    const warned = await notify({ ...bot, title: 'Import' }, refused)
    expect(warned.failure).toBeUndefined()
    expect(warned.runner.outputs).toEqual({ ok: 'false', 'channel-id': '', 'message-ts': '' })
    expect(warned.runner.lines).toEqual([expect.stringMatching(/^warning Slack: .*not_in_channel\. Invite the app/)])
    const failed = await notify({ ...bot, title: 'Import', 'on-error': 'fail' }, refused)
    expect(failed.failure).toBeInstanceOf(Failure)
    expect(failed.failure.parts.code).toBe('slack-rejected')
  })

  test('without a way to Slack it says so and does nothing else', async () => {
    const { sent, runner, failure } = await notify({ title: 'Import' })
    expect([sent, failure, runner.outputs.ok]).toEqual([[], undefined, 'false'])
    expect(runner.lines).toEqual([expect.stringContaining('No Slack message is sent')])
  })

  test.each([
    ['a name', { 'slack-channel': '#deploys' }, /the input slack-channel must be a Slack channel ID .* not #deploys/],
    ['a user', { 'slack-channel': 'U0123ABCD' }, /must be a Slack channel ID such as C0123456789/],
    ['nothing', { 'slack-channel': '' }, /the input slack-channel is empty\. Set it to the ID of a channel/],
    [
      'nothing, and a message that is there',
      { 'slack-channel': '', 'slack-message-ts': '1795165392.000100' },
      /the input slack-channel is empty, although the input slack-message-ts is set/,
    ],
  ])('refuses %s as channel with the first message, and fails on request only', async (_, channel, says) => {
    const first = await notify({ ...bot, title: 'Import', ...channel })
    expect(first.sent).toEqual([])
    expect(first.runner.lines).toEqual([expect.stringMatching(says)])
    expect([first.failure, first.runner.outputs.ok]).toEqual([undefined, 'false'])
    const failed = await notify({ ...bot, title: 'Import', ...channel, 'on-error': 'fail' })
    expect(renderText(failureText(failed.failure), (theirs) => theirs)).toMatch(says)
  })

  test('hides token and webhook URL from the log before anything else', async () => {
    const webhook = 'https://hooks.slack.com/services/T000/B000/not-a-real-hook'
    const { runner } = await notify({ ...bot, 'slack-webhook-url': webhook, title: 'Import' })
    expect(runner.masks).toEqual(['xoxb-not-a-real-token', webhook])
  })

  test('names everything that is wrong with its inputs at once', async () => {
    const { failure, sent } = await notify({
      ...bot,
      status: 'done',
      fields: 'no equals sign',
      links: 'Report=http://example.com',
      url: 'javascript:alert(1)',
      mention: '@ann',
      'slack-message-ts': 'yesterday',
    })
    expect(failure.parts.code).toBe('inputs-invalid')
    const said = renderText(failureText(failure), (theirs) => theirs)
    for (const name of ['title', 'status', 'fields', 'links', 'url', 'mention', 'slack-message-ts'])
      expect(said).toContain(`${name} `)
    expect(sent).toEqual([])
  })
})
