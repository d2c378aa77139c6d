import { describe, expect, test } from '@jest/globals'
import { slackMessage } from '../../src/report/slack-message.ts'
import { openSlack, type SlackConfig } from '../../src/slack/slack.ts'
import { renderText } from '../../src/text.ts'
import { lastState, statesOf, stories, subject } from '../report/stories.ts'
import { createSimulator } from '../simulator/simulator.ts'
import { createSlack } from '../simulator/slack.ts'

/** The adapter before a Slack that checks every block against Slack's documentation. */
function simulated(config: Partial<SlackConfig> = {}) {
  const { world, clock } = createSimulator()
  const workspace = createSlack(world)
  const warnings: string[] = []
  const slack = openSlack({
    token: 'xoxb-not-a-real-token',
    channel: 'C0123456789',
    clock: clock.forProgram,
    warn: (message) => void warnings.push(renderText(message, (theirs) => theirs)),
    async fetch(address, init) {
      const { pathname, searchParams } = new URL(address)
      const answer = await workspace.handle({
        method: init.method ?? 'GET',
        path: `/slack${pathname}`,
        query: searchParams,
        headers: Object.fromEntries(
          Object.entries({ ...init.headers }).map(([name, value]) => [name.toLowerCase(), String(value)]),
        ),
        body: Buffer.from(String(init.body)),
      })
      return new Response(answer?.body?.toString() ?? '', {
        status: answer?.status ?? 404,
        headers: answer?.headers ?? {},
      })
    },
    ...config,
  })
  return { slack, workspace, warnings, clock: clock.forProgram }
}

describe('Slack takes every message', () => {
  test.each(Object.entries(stories))('of a deployment that is %s, by token', async (_, events) => {
    const { slack, workspace, warnings, clock } = simulated()
    for (const state of statesOf(events)) {
      await slack.update(slackMessage({ subject, state }), { final: false })
      await clock.sleep(5000)
    }
    const message = slackMessage({ subject, state: lastState(events) }, { mention: '<@U0123ABCD>' })
    await slack.update(message, { final: true })
    const [shown, ...others] = workspace.messages()
    expect(others).toEqual([])
    expect(shown?.content).toMatchObject({ text: message.text, attachments: message.attachments })
    expect(shown?.replies).toHaveLength(message.mention || message.reply ? 1 : 0)
    expect(JSON.stringify(shown?.replies)).not.toContain('hunter2secret')
    expect(warnings).toEqual([])
  })

  test.each(Object.entries(stories))('of a deployment that is %s, by webhook', async (_, events) => {
    const webhookUrl = 'https://hooks.slack.com/services/T0000/B0000/abcdefgh'
    const { slack, workspace, warnings } = simulated({ token: undefined, webhookUrl })
    await slack.update(slackMessage({ subject, state: lastState(events) }, { mention: '<!here>' }), { final: true })
    expect(workspace.messages()).toHaveLength(1)
    expect(warnings).toEqual([])
  })

  test('with progress as a plan block, and in simpler words where that block is not known', async () => {
    const state = lastState(stories.shifting ?? [])
    const { slack, workspace, warnings } = simulated()
    await slack.update(slackMessage({ subject, state }, { progress: 'plan' }), { final: true })
    expect(workspace.messages()).toHaveLength(1)
    expect(warnings).toEqual([])
    const modern = simulated()
    modern.workspace.acceptPlanBlocks(true)
    await modern.slack.update(slackMessage({ subject, state }, { progress: 'plan' }), { final: true })
    expect(JSON.stringify(modern.workspace.messages())).toContain('task_card')
  })
})
