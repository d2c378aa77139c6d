import { describe, expect, test } from '@jest/globals'
import type { DeploymentEvent } from '../../src/deployment/event.ts'
import type { SlackMessage } from '../../src/ports.ts'
import { slackMessage } from '../../src/report/slack-message.ts'
import { untrusted } from '../../src/text.ts'
import { expectGolden } from './golden.ts'
import { limitsBrokenBy } from './slack-rules.ts'
import { cause, evidence, lastState, plan, start, stories, subject } from './stories.ts'

const of = (name: string, options = {}): SlackMessage =>
  slackMessage({ subject, state: lastState(stories[name] ?? []) }, options)

test('shows what a canary does now, in lines that say what they are about', () => {
  const [progress] = JSON.stringify(of('canary')).match(/:hourglass_flowing_sand:[^"]*/) ?? []
  expect(progress?.split('\\n').slice(1)).toEqual([
    'Traffic: ▰▱▱▱▱▱▱▱▱▱ api:117 90 % · api:118 10 %',
    'Tasks: 3 of 3 running, 2 failed',
    'Circuit breaker: 2 tasks failed (it acts at 10)',
    'Alarms: api-5xx watched',
    'Hooks: smoke-test succeeded',
    'Bakes: 4m 50s more at 10 %, until 09:06 UTC',
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
      '❌ api (production) failed to deploy, after 1m 40s. *3 of 3 new tasks stopped: container api ran out of memory (exit code 137).*',
      'Give the container more memory in the task definition, or let it use less. <https://docs.aws.amazon.com/a?b=1&amp;c|Read more>',
      'Nothing was rolled back: check what serves traffic now.',
    ])
    expect(attachments.map(({ fallback }) => fallback)).toEqual([text])
    expect(JSON.stringify(attachments.map(({ blocks }) => blocks))).not.toContain('ran out of memory')
  })

  test('says while it goes back what set that off, as long as nobody knows the cause', () => {
    const back = (reason: string): DeploymentEvent => ({ kind: 'rolling-back', at: start, reason: untrusted(reason) })
    const state = lastState([
      ...(stories.deploying ?? []),
      back('3 new tasks failed in the same way'),
      back('Deployment d-1 was stopped by a request.'),
    ])
    expect(slackMessage({ subject, state }).text).toBe(
      '⏪ api (production) failed and is being rolled back to api:117. *3 new tasks failed in the same way.*',
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

  test('keeps log lines of containers to itself unless they are asked for, and secrets also then', () => {
    expect(of('rolled-back').reply).not.toContain('heap out of memory')
    const reply = of('rolled-back', { logTails: true }).reply
    expect(reply).toContain('heap out of memory')
    expect(reply).not.toContain('hunter2secret')
  })

  test('shows only the last four digits of the account', () => {
    const withArn = { ...evidence, statusReason: untrusted('arn:aws:iam::111122223333:role/deploy is not allowed') }
    const state = { ...lastState(stories['rolled-back'] ?? []), evidence: withArn }
    const all = JSON.stringify(slackMessage({ subject, state }, { logTails: true }))
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
    const revisions = names.map((name) => ({
      name,
      side: 'old' as const,
      weight: 1,
      desired: 1,
      running: 1,
      pending: 0,
    }))
    const hooks = names.map((name) => ({ id: name, type: 'AWS_LAMBDA', target: name, status: 'IN_PROGRESS' }))
    const details = { revisions, alarms: { status: 'MONITORING', names, triggered: [] }, hooks }
    const state = { ...lastState(stories.failed ?? []), cause, phases, details, plan: { ...plan, images, settings } }
    const wordy = { ...subject, service: long, cluster: long, run: { ...subject.run, commitTitle: untrusted(long) } }
    for (const progress of ['lines', 'plan'] as const) {
      const message = slackMessage({ subject: wordy, state }, { progress, logTails: true })
      expect(limitsBrokenBy(message)).toEqual([])
      expect(message.text).toContain('*word &amp; &lt;b&gt; word')
    }
  })
})
