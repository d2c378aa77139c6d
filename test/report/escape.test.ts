import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { annotations } from '../../src/report/annotations.ts'
import {
  forAnnotation,
  forFence,
  forLog,
  forMarkdown,
  forPlain,
  forSlack,
  forSlackCode,
} from '../../src/report/escape.ts'
import { logLines } from '../../src/report/log.ts'
import { outputs } from '../../src/report/outputs.ts'
import type { Report } from '../../src/report/report.ts'
import { slackMessage } from '../../src/report/slack-message.ts'
import { renderSummary } from '../../src/report/summary.ts'
import { renderText, text, untrusted } from '../../src/text.ts'
import { anyText } from '../generated.ts'
import { commandsIn } from './runner-parser.ts'
import { entitiesIn, limitsBrokenBy, mrkdwnIn } from './slack-rules.ts'
import { cause, evidence, lastState, plan, stories, subject } from './stories.ts'

const names = fc.constantFrom('add-mask', 'set-output name=x', 'error', 'stop-commands', 'add-matcher', 'ERROR')
const between = fc.constantFrom('', '', '', '\u200b', '\0', '\u001b[0m', '\u202e', ' ')
const commands = fc.oneof(
  fc
    .tuple(fc.constantFrom('\r', '\n', '\u2028', '\u0085', ''), between, names)
    .map(([end, hidden, name]) => `${end}${hidden}:${hidden}:${name}::x`),
  fc.tuple(between, between, names).map(([one, other, name]) => `#${one}#${other}[${name}]x`),
)

/** Strings that somebody would write to get through: pieces of commands, markup and invisible characters in any order. */
const hostile = fc
  .array(
    fc.oneof(
      commands,
      fc.constantFrom(
        '::',
        '##[',
        '##',
        '#',
        '[',
        ']',
        ':',
        '\r',
        '\n',
        '\r\n',
        '\u0085',
        '\u2028',
        '\u2029',
        '\v',
        '\f',
      ),
      fc.constantFrom(
        'add-mask',
        'set-output name=x',
        'error',
        'stop-commands',
        'add-matcher',
        'group',
        ' ',
        '\t',
        '\0',
      ),
      fc.constantFrom('\u200b', '\u200d', '\ufeff', '\u00ad', '\u202e', '\u2066', '\u061c', '\u{e0041}', '\ud800'),
      fc.constantFrom('\u001b[31m', '\u001b]8;;https://evil.example\u0007', '\u009b2J', '\u0007', '\u007f'),
      fc.constantFrom(
        '<!channel>',
        '<@U0123ABCD>',
        '<https://evil.example|x>',
        '&lt;',
        '&',
        '```',
        '`',
        '~~~',
        '|',
        '\\',
      ),
      fc.constantFrom(
        '<script>',
        '</details>',
        '<img src=x>',
        '[x](http://evil.example)',
        '![x](y)',
        'http://evil.example',
        'www.evil.example',
        '@ann',
      ),
      anyText({ maxLength: 5 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))

/** A character that changes what is seen without being seen. Line feeds are allowed where lines are. */
const hidden = /(?!\n)[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/u

const texts = fc.sample(
  fc.oneof(
    hostile,
    fc.tuple(commands, hostile).map(([first, rest]) => `${first}${rest}`),
  ),
  { numRuns: 10_000, seed: 20261120 },
)

/** The first of `texts` for which something is wrong, with what the view made of it. */
function firstWrong(render: (theirs: string) => string, isWrong: (shown: string) => boolean, among = texts) {
  for (const theirs of among) {
    const shown = render(theirs)
    if (isWrong(shown)) return { theirs, shown }
  }
  return 'none'
}

describe('the escapes, against 10,000 hostile texts', () => {
  test('the oracle knows a command when it sees one', () => {
    expect(commandsIn('  ::add-mask::x')).toHaveLength(1)
    expect(commandsIn('text ##[add-mask]x')).toHaveLength(1)
    expect(commandsIn('text\r::set-output name=a::b')).toEqual([
      { name: 'set-output', properties: { name: 'a' }, data: 'b' },
    ])
    expect(commandsIn('#\u200b#[error]x')).toHaveLength(1)
    expect(commandsIn('text ::add-mask::x')).toHaveLength(0)
    expect(commandsIn('##[unknown]x')).toHaveLength(0)
    expect(texts.filter((theirs) => commandsIn(theirs).length > 0).length).toBeGreaterThan(3000)
  })

  test('S02: no log line is a command, hides anything or starts a new line, alone and beside other text', () => {
    const isWrong = (line: string) =>
      commandsIn(line).length > 0 || hidden.test(line) || /[\n\ud800-\udfff]/u.test(line)
    expect(firstWrong(forLog, isWrong)).toBe('none')
    const beside = (theirs: string) =>
      renderText(text`${untrusted(theirs)}${untrusted(theirs)}[error] ${untrusted(theirs)}`, forLog)
    expect(firstWrong(beside, isWrong)).toBe('none')
  })

  test('S04: an annotation is one command with the message as its data, also when its lines are printed again', () => {
    const escapeData = (data: string) => data.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
    const isWrong = (message: string) => {
      const [command, ...more] = commandsIn(`::error title=Deploy failed::${escapeData(message)}`)
      const data = message.replace(/\p{Default_Ignorable_Code_Point}/gu, '')
      return more.length > 0 || command?.data !== data || commandsIn(message).length > 0 || hidden.test(message)
    }
    expect(firstWrong(forAnnotation, isWrong)).toBe('none')
  })

  test('S05: Markdown shows the text and nothing else: no markup, link, mention, HTML or end of a cell', () => {
    const markup = /[<>&`*_[\]|~\\!\n]|:\/\/|www\.|@\w/i
    const isWrong = (shown: string) => markup.test(shown.replaceAll(/&#\d+;/g, '·')) || hidden.test(shown)
    expect(firstWrong(forMarkdown, isWrong)).toBe('none')
    expect(firstWrong(forFence, (shown) => hidden.test(shown))).toBe('none')
    expect(firstWrong(forPlain, (shown) => hidden.test(shown))).toBe('none')
  })

  test('S06: Slack sees no entity, mention or link, and no end of a code', () => {
    const isWrong = (shown: string) => /[<>]|&(?!(amp|lt|gt);)/.test(shown) || hidden.test(shown)
    expect(firstWrong(forSlack, isWrong)).toBe('none')
    expect(firstWrong(forSlackCode, (shown) => isWrong(shown) || shown.includes('`'))).toBe('none')
  })

  test('row F28: shows direction controls written out, and leaves emoji, accents and scripts alone', () => {
    expect(forLog('user\u202egnp.exe')).toBe('user\\u202egnp.exe')
    expect(forLog('👩‍💻 Zoë שלום 日本')).toBe('👩‍💻 Zoë שלום 日本')
    expect(forLog('\u001b[31mred\u001b[0m')).toBe('red')
  })
})

/** A report in which everything that somebody else can write is `theirs`. */
function reportOf(theirs: string): Report {
  const their = untrusted(theirs)
  const state = lastState(stories['rolled-back'] ?? [])
  return {
    subject: {
      ...subject,
      service: theirs,
      cluster: theirs,
      environment: theirs,
      url: theirs,
      run: { ...subject.run, ref: their, actor: their, commitTitle: their },
    },
    state: {
      ...state,
      plan: {
        ...plan,
        images: [{ container: theirs, from: theirs, to: theirs }],
        changes: [{ path: theirs, kind: 'changed', from: theirs, to: theirs }],
        settings: [{ name: 'alarms', from: theirs, to: theirs }],
      },
      details: {
        revisions: [{ name: theirs, side: 'new', weight: 10, desired: 1, running: 1, pending: 0 }],
        circuitBreaker: { status: theirs, failures: 1, threshold: 3 },
        alarms: { status: theirs, names: [theirs], triggered: [theirs] },
        hooks: [{ id: theirs, type: theirs, target: theirs, status: theirs }],
        bakeEndsAt: state.updatedAt + 60_000,
      },
      phases: [{ name: theirs, status: 'failed', startedAt: state.startedAt, detail: their }],
      warnings: [their],
      messages: [{ at: state.startedAt, message: their }],
      cause: { ...cause, what: [their], why: [their], fix: [their] },
      evidence: {
        ...evidence,
        statusReason: their,
        serviceEvents: [{ at: 0, message: their }],
        logs: [{ container: theirs, logGroup: theirs, logStream: theirs, lines: [their, their] }],
        stoppedTasks: evidence.stoppedTasks.map((group) => ({ ...group, stoppedReason: their })),
      },
    },
  }
}

test('S07: no view shows a credential that a container, a person or AWS wrote somewhere', () => {
  const secret = 'hunter2secret'
  const { state } = reportOf(`password=${secret}`)
  const phases = state.phases.map((phase) => ({ ...phase, name: 'Install' }))
  const logs =
    state.evidence?.logs.map(({ lines }) => ({ container: 'api', logGroup: 'g', logStream: 's', lines })) ?? []
  const report = {
    subject,
    state: { ...state, plan, phases, details: undefined, evidence: { ...evidence, ...state.evidence, logs } },
  }
  const lines = logLines(lastState([]), report.state, subject).map((line) => renderText(line, forLog))
  const messages = annotations(report).map(({ message }) => renderText(message, forAnnotation))
  const slack = JSON.stringify(slackMessage(report, { logTails: true }))
  const shown = [...lines, ...messages, slack, renderSummary(report), outputs(report).cause].join('\n')
  expect(shown).toContain('password=***')
  expect(shown).not.toContain(secret)
})

describe('whole reports in which everything is hostile', () => {
  const some = texts.slice(0, 300)
  const before = lastState([])

  test('also while a deployment runs, with all that AWS shows of it', () => {
    const running = (theirs: string) => {
      const { state, ...rest } = reportOf(theirs)
      return { ...rest, state: { ...state, verdict: undefined, rollingBack: undefined } }
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
      const foreign = tags.filter((tag) => !/^<(details open|\/?(details|summary|code))>$/.test(tag))
      const folds = [/<details(?: open)?>/, /<\/details>/].map((tag) => prose.split(tag).length)
      return open || foreign.length > 0 || folds[0] !== folds[1] || /\]\((?!https?:\/\/)/.test(prose)
    }
    expect(firstWrong((theirs) => renderSummary(reportOf(theirs)), isWrong, some)).toBe('none')
  })

  test('make a Slack message that calls nobody, links only to our own pages and breaks no limit', () => {
    const ours = /^(https:\/\/github\.com\/acme\/|!date\^)/
    for (const theirs of some) {
      const message = slackMessage(reportOf(theirs), { logTails: true })
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
