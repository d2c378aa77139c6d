import { describe, expect, test } from '@jest/globals'
import type { DeploymentEvent } from '../../src/deployment/events.ts'
import { annotations } from '../../src/report/annotations.ts'
import { forAnnotation, forLog } from '../../src/report/escape.ts'
import { logLines } from '../../src/report/log-lines.ts'
import { outputs } from '../../src/report/outputs.ts'
import type { Report } from '../../src/report/report.ts'
import { slackMessage } from '../../src/report/slack-message.ts'
import { renderSummary } from '../../src/report/summary.ts'
import type { Evidence } from '../../src/targets/ecs/facts/deployment-evidence.ts'
import { evidenceInWords } from '../../src/targets/ecs/finish/evidence-words.ts'
import { alarmGauge, bakeGauge, breakerGauge, hookGauge, together } from '../../src/targets/ecs/watch/gauges.ts'
import { quoted, renderText, untrusted } from '../../src/text.ts'
import { firstWrong, hidden, texts } from './hostile.ts'
import { commandsIn } from './runner-parser.ts'
import { entitiesIn, limitsBrokenBy, mrkdwnIn } from './slack-rules.ts'
import { cause, commit, evidence, lastState, plan, statesOf, stories, subject } from './stories.ts'

/** A report in which everything that somebody else can write is `theirs`. */
function reportOf(theirs: string): Report {
  const their = untrusted(theirs)
  const state = lastState(stories['rolled-back'] ?? [])
  return {
    subject: {
      ...subject,
      service: theirs,
      home: { kind: 'cluster', name: theirs },
      environment: theirs,
      url: theirs,
      run: { ...subject.run, actor: their },
      commit: { ...commit, ref: their, title: their },
    },
    state: {
      ...state,
      plan: {
        ...plan,
        artifacts: [{ kind: 'Image', name: theirs, from: theirs, to: theirs }],
        changes: [{ path: theirs, from: theirs, to: theirs }],
        settings: [{ name: 'alarms', from: theirs, to: theirs }],
      },
      details: {
        ...together(
          breakerGauge({ status: 'MONITORING', failureCount: 1, threshold: 3 }),
          alarmGauge({ status: theirs, names: [theirs], triggered: [theirs] }),
          hookGauge([{ hookId: theirs, targetType: 'AWS_LAMBDA', targetArn: theirs, status: theirs as 'FAILED' }]),
          bakeGauge(state.updatedAt + 60_000, 10),
        ),
        shares: [{ version: theirs, side: 'new', percent: 10 }],
        failureLimit: 'circuit breaker threshold 3',
        fired: [theirs],
      },
      phases: [{ name: theirs, status: 'failed', startedAt: state.startedAt, detail: their }],
      warnings: [their],
      messages: [{ at: state.startedAt, message: their }],
      cause: { ...cause, what: [their], error: [their], why: [their, quoted(theirs)], fix: [their] },
      suspected: { ...cause, what: [their], error: [their], why: [their, quoted(theirs)], fix: [their] },
      evidence: evidenceInWords(evidenceOf(theirs)),
    },
  }
}

/** `container`: a name, which AWS keeps free of all that matters here. */
function evidenceOf(theirs: string, container = theirs): Evidence {
  const their = untrusted(theirs)
  return {
    ...evidence,
    statusReason: their,
    serviceEvents: [{ at: 0, message: their }],
    logs: [{ container, logGroup: container, logStream: container, lines: [their, their] }],
    stoppedTasks: evidence.stoppedTasks.map((group) => ({ ...group, stoppedReason: their })),
  }
}

test('S07: no view shows a credential that a container, a person or AWS wrote somewhere', () => {
  const secret = 'hunter2secret'
  const { state } = reportOf(`password=${secret}`)
  const { cause: theirCause = cause, rollingBack } = state
  const their = untrusted(`password=${secret}`)
  const at = state.updatedAt
  const events: readonly DeploymentEvent[] = [
    { kind: 'planned', at, plan: { ...plan, basis: their } },
    { kind: 'phase', at, name: 'Install', status: 'failed', detail: their },
    { kind: 'warning', at, message: their },
    { kind: 'message', at, message: their },
    { kind: 'rolling-back', at: rollingBack?.since ?? at, reason: their },
    { kind: 'explained', at, cause: theirCause, evidence: evidenceInWords(evidenceOf(their.untrusted, 'api')) },
    { kind: 'finished', at, verdict: { outcome: 'rolled-back', cause: theirCause } },
  ]
  const states = statesOf(events)
  const reports = states.map((each) => ({ subject, state: each }))
  const shown = reports.flatMap((report) => [
    ...annotations(report).map(({ message }) => renderText(message, forAnnotation)),
    JSON.stringify([slackMessage(report), outputs(report), report.state]),
    renderSummary(report),
  ])
  expect(shown.join('\n')).toContain('password=***')
  expect(shown.filter((each) => each.includes(secret))).toEqual([])
})

describe('whole reports in which everything is hostile', () => {
  const some = texts.slice(0, 300)
  const before = lastState([])

  test('also while a deployment runs, with all that AWS shows of it', () => {
    const running = (theirs: string) => {
      const { state, ...rest } = reportOf(theirs)
      return { ...rest, state: { ...state, verdict: undefined, cause: undefined, rollingBack: undefined } }
    }
    const printed = (theirs: string) => {
      const { state, subject } = running(theirs)
      return logLines(before, state, subject)
        .map((line) => renderText(line, forLog))
        .join('\n')
    }
    expect(firstWrong(printed, (shown) => commandsIn(shown).length > 0 || hidden.test(shown), some)).toBe('none')
    const isForeign = (entity: string) => !/^(https:\/\/github\.com\/acme\/|!date\^)/.test(entity)
    for (const theirs of some) {
      const message = slackMessage(running(theirs))
      const foreign = mrkdwnIn(message).flatMap(entitiesIn).filter(isForeign)
      expect({ theirs, foreign, broken: limitsBrokenBy(message) }).toEqual({ theirs, foreign: [], broken: [] })
    }
  })

  test('print no command and hide nothing, in log, annotations and outputs', () => {
    const printed = (theirs: string) => {
      const report = reportOf(theirs)
      const lines = logLines(before, report.state, report.subject).map((line) => renderText(line, forLog))
      const messages = annotations(report).map(({ message }) => renderText(message, forAnnotation))
      return [...lines, ...messages, outputs(report).cause].join('\n')
    }
    expect(firstWrong(printed, (shown) => commandsIn(shown).length > 0 || hidden.test(shown), some)).toBe('none')
  })

  test('make a summary with our own HTML only, and closed fences', () => {
    const isWrong = (summary: string) => {
      const { prose, open } = outsideFences(summary)
      const tags = prose.match(/<[^>]*>?/g) ?? []
      const own = /^<(details open|th align="left"|\/?(details|summary|code|table|tr|td)|\/(th|a))>$/
      const link = /^<a href="https?:\/\/[^"<>\s]*">$/
      const foreign = tags.filter((tag) => !own.test(tag) && !link.test(tag))
      const folds = [/<details(?: open)?>/, /<\/details>/].map((tag) => prose.split(tag).length)
      return open || foreign.length > 0 || folds[0] !== folds[1] || /\]\(/.test(prose)
    }
    expect(firstWrong((theirs) => renderSummary(reportOf(theirs)), isWrong, some)).toBe('none')
  })

  test('make a Slack message that calls nobody, links only to our own pages and breaks no limit', () => {
    const ours = /^(https:\/\/github\.com\/acme\/|!date\^)/
    for (const theirs of some) {
      const message = slackMessage(reportOf(theirs))
      const foreign = mrkdwnIn(message)
        .flatMap(entitiesIn)
        .filter((entity) => !ours.test(entity))
      expect({ theirs, foreign, broken: limitsBrokenBy(message) }).toEqual({ theirs, foreign: [], broken: [] })
    }
  })
})

/** What a Markdown reader takes for prose, by the rule that a fence ends with the marks that opened it. */
function outsideFences(markdown: string): { readonly prose: string; readonly open: boolean } {
  let fence = ''
  const prose = markdown.split('\n').filter((line) => {
    const [, marks = ''] = /^(`{3,})[a-z]*$/.exec(line) ?? []
    if (fence === '') fence = marks
    else if (line === fence) fence = ''
    return fence === '' && marks === ''
  })
  return { prose: prose.join('\n'), open: fence !== '' }
}
