import { describe, expect, test } from '@jest/globals'
import type { DeploymentEvent } from '../../src/deployment/events.ts'
import { fold } from '../../src/deployment/state.ts'
import type { SlackMessage } from '../../src/ports.ts'
import { slackMessage } from '../../src/report/slack-message.ts'
import { evidenceInWords } from '../../src/targets/ecs/finish/evidence-words.ts'
import { alarmGauge, hookGauge, together } from '../../src/targets/ecs/watch/gauges.ts'
import { untrusted } from '../../src/text.ts'
import { expectGolden } from './golden.ts'
import { limitsBrokenBy } from './slack-rules.ts'
import { cause, commit, evidence, lastState, plan, start, stories, subject } from './stories.ts'

const of = (name: string, options = {}): SlackMessage =>
  slackMessage({ subject, state: lastState(stories[name] ?? []) }, options)

test('shows what a canary does now, in lines that say what they are about', () => {
  const [progress] = JSON.stringify(of('canary')).match(/:hourglass_flowing_sand:[^"]*/) ?? []
  expect(progress?.split('\\n').slice(1)).toEqual([
    'Traffic: ▰▱▱▱▱▱▱▱▱▱ api:117 90% · api:118 10%',
    'Tasks: 3 of 3 running, 2 failed',
    'Circuit breaker: 2 failed tasks, threshold 10',
    'Alarms: api-5xx monitored',
    'Hooks: smoke-test succeeded',
    'Bake time: 4m 50s left at 10%, until 09:06 UTC',
  ])
})

describe('the Slack message', () => {
  test.each(Object.keys(stories))('of a deployment that is %s', (name) => {
    const message = of(name, { mention: '<@U0123ABCD>' })
    expectGolden(`slack/${name}.json`, `${JSON.stringify(message, null, 2)}\n`)
    expect(limitsBrokenBy(message)).toEqual([])
  })

  test('says in its first line what failed and why, and in the next what to do, where phones show nothing else', () => {
    const state = {
      ...lastState(stories.failed ?? []),
      cause: { ...cause, docs: 'https://docs.aws.amazon.com/a?b=1&c' },
    }
    const { text, attachments } = slackMessage({ subject, state })
    expect(text.split('\n')).toEqual([
      '❌ api (production): failed, not rolled back, after 1m 40s. *3 of 3 new tasks stopped: OutOfMemoryError: container "api" ran out of memory (limit 256 MiB, exit code 137, SIGKILL).*',
      'Raise memory in the task definition, or reduce the memory use of the program. <https://docs.aws.amazon.com/a?b=1&amp;c|Documentation>',
      'Check which revision is live.',
    ])
    expect(attachments.map(({ fallback }) => fallback)).toEqual([text])
    expect(JSON.stringify(attachments.map(({ blocks }) => blocks))).not.toContain('ran out of memory')
  })

  test('gives the reason of a rollback while it runs, as long as the cause is not known', () => {
    const back = (reason: string): DeploymentEvent => ({ kind: 'rolling-back', at: start, reason: untrusted(reason) })
    const state = lastState([
      ...(stories.deploying ?? []),
      back('3 new tasks failed in the same way'),
      back('Deployment d-1 was stopped by a request.'),
    ])
    expect(slackMessage({ subject, state }).text).toBe(
      '⏪ api (production): failed, rolling back to api:117. *3 new tasks failed in the same way.*',
    )
  })

  test('calls somebody only when the deployment ends so that somebody has to look', () => {
    const called = Object.keys(stories).filter((name) => of(name, { mention: '<!here>' }).mention !== undefined)
    expect(called).toEqual([
      'failed',
      'rolled-back',
      'rollback-failed',
      'stopped',
      'timed-out',
      'detached',
      'canary-alarm',
    ])
  })

  test('has the last three log lines in its thread, without secrets, and no service events', () => {
    const lines = ['first', 'loading model', 'db password=hunter2secret', 'FATAL heap out of memory'].map(untrusted)
    const logs = evidence.logs.map((log) => ({ ...log, lines }))
    const told = lastState(stories['rolled-back'] ?? [])
    const explained = {
      kind: 'explained',
      at: told.updatedAt,
      cause,
      evidence: evidenceInWords({ ...evidence, logs }),
    } as const
    expect(slackMessage({ subject, state: fold(told, explained) }).reply).toBe(
      '*Last log lines of container api (/ecs/api, ecs/api/0af1c2d3)*\n```\nloading model\ndb password=***\nFATAL heap out of memory\n```',
    )
  })

  test('has what answers why best in its thread, where no log was read', () => {
    const state = { ...lastState(stories['rolled-back'] ?? []), evidence: evidenceInWords({ ...evidence, logs: [] }) }
    const [title, ...lines] = slackMessage({ subject, state }).reply?.split('\n') ?? []
    expect(title).toBe('*Stopped tasks*')
    expect(lines.join('\n')).toContain('exit code 137, OutOfMemoryError')
  })

  test('marks a cause that is known before the end', () => {
    const state = { ...lastState(stories.deploying ?? []), suspected: cause }
    const [first] = slackMessage({ subject, state }).text.split('\n')
    expect(first).toMatch(
      /^🚀 api \(production\): deploying\. \*So far: 3 of 3 new tasks stopped: OutOfMemoryError: .*\*$/,
    )
    const ended = { ...lastState(stories.succeeded ?? []), suspected: cause }
    expect(slackMessage({ subject, state: ended }).text).not.toContain('So far')
  })

  test('has one value under each label: no field without a label, and only the phases that run or failed', () => {
    for (const [name, events] of Object.entries(stories)) {
      const blocks = JSON.stringify(slackMessage({ subject, state: lastState(events) }).attachments)
      const fields = [...blocks.matchAll(/"fields":(\[.*?\])/g)].flatMap(([, list = '[]']) => JSON.parse(list))
      for (const { text } of fields) expect([name, text]).toEqual([name, expect.stringMatching(/^\*[A-Z]\w+\*\n\S/)])
      expect(blocks).not.toMatch(/:white_circle:|:heavy_minus_sign:|:white_check_mark:/)
    }
  })

  test('shows only the last four digits of the account', () => {
    const withArn = {
      ...evidence,
      logs: evidence.logs.map((log) => ({ ...log, lines: [untrusted('arn:aws:iam::111122223333:role/deploy')] })),
    }
    const state = { ...lastState(stories['rolled-back'] ?? []), evidence: evidenceInWords(withArn) }
    const all = JSON.stringify(slackMessage({ subject, state }))
    expect(all).not.toContain('111122223333')
    expect(all).toContain('…3333:role/deploy')
  })

  test("shows progress as Slack's plan block on request", () => {
    const blocks = of('shifting', { progress: 'plan' }).attachments.flatMap((attachment) => attachment.blocks)
    expect(blocks).toContainEqual(
      expect.objectContaining({
        type: 'plan',
        tasks: expect.arrayContaining([expect.objectContaining({ title: 'Install 1m 0s', status: 'complete' })]),
      }),
    )
  })

  test('stays within every limit of Slack, however much there is to say, and keeps the cause', () => {
    const long = 'word & <b> '.repeat(2000)
    const cause = { code: 'x', what: [untrusted(long)], why: ['why'], fix: ['fix'], confidence: 'certain' } as const
    const images = Array.from({ length: 40 }, (_, index) => ({ container: `c${index}`, from: long, to: long }))
    const phases = Array.from({ length: 90 }, (_, index) => ({ name: `${index}${long}`, status: 'running' as const }))
    const settings = Array.from({ length: 40 }, () => ({ name: 'alarms', from: long, to: long }))
    const names = Array.from({ length: 100 }, (_, index) => `${index}${long}`)
    const shares = names.map((version) => ({ version, side: 'old' as const, percent: 1 }))
    const hooks = names.map((name) => ({ hookId: name, targetArn: name, status: 'IN_PROGRESS' as const }))
    const alarms = alarmGauge({ status: 'MONITORING', names, triggered: [] })
    const details = { ...together(alarms, hookGauge(hooks)), shares, fired: [] }
    const state = { ...lastState(stories.failed ?? []), cause, phases, details, plan: { ...plan, images, settings } }
    const wordy = { ...subject, service: long, cluster: long, commit: { ...commit, title: untrusted(long) } }
    for (const progress of ['lines', 'plan'] as const) {
      const message = slackMessage({ subject: wordy, state }, { progress })
      expect(limitsBrokenBy(message)).toEqual([])
      expect(message.text).toContain('*word &amp; &lt;b&gt; word')
    }
  })
})
