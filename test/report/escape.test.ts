import { describe, expect, test } from '@jest/globals'
import {
  forAnnotation,
  forFence,
  forLog,
  forMarkdown,
  forPlain,
  forSlack,
  forSlackCode,
} from '../../src/report/escape.ts'
import { renderText, text, untrusted } from '../../src/text.ts'
import { firstWrong, hidden, texts } from './hostile.ts'
import { commandsIn } from './runner-parser.ts'

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
