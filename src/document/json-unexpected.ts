import { type Text, text, untrusted } from '../text.ts'
import type { Expected, Frame } from './json-scan-state.ts'
import type { Fault } from './reading.ts'

/** What JSON has in the place of a word of another language. */
const words: Readonly<Record<string, string>> = {
  True: 'true',
  False: 'false',
  None: 'null',
  nil: 'null',
  undefined: 'null',
  NaN: 'null',
}

/** A placeholder without quotes, which a template or a person should have filled in. */
const placeholder =
  /^(?:\$\{[^{}\n]{1,80}\}|\$[A-Za-z_]\w{0,80}|\{\{[^{}\n]{0,200}\}\}|<%[^%\n]{0,200}%>|\{%[^%\n]{0,200}%\}|<[^<>\n]{1,80}>|%[A-Z]\w{0,80}%|__[A-Z]\w{0,80}__)/

/** The fault at an offset where JSON's grammar wants something else. */
export function unexpected(source: string, offset: number, expected: Expected, frame: Frame | undefined): Fault {
  const rest = source.slice(offset, offset + 300)
  const [mark] = placeholder.exec(rest) ?? []
  if (mark !== undefined) return { message: text`the placeholder ${untrusted(mark)} was not replaced`, offset }
  if (rest === '') return { message: atTheEnd(expected, frame), offset, ...(frame && { earlier: frame.opened }) }
  return { message: atToken(rest, expected, frame), offset }
}

function atTheEnd(expected: Expected, frame: Frame | undefined): Text {
  if (frame === undefined) return text`the text ends where ${wanted(expected, frame)} is expected`
  return text`the text ends, but the "${frame.isList ? '[' : '{'}" is not closed`
}

function atToken(rest: string, expected: Expected, frame: Frame | undefined): Text {
  const word = /^[A-Za-z_$][\w$.-]{0,40}/.exec(rest)?.[0]
  if (rest.startsWith("'")) return text`texts have double quotes, not single ones`
  if (rest.startsWith('"')) return atQuotes(rest, expected, frame)
  if (expected.startsWith('key') && word !== undefined) return text`the name ${untrusted(word)} lacks its double quotes`
  if (expected.startsWith('key') && rest.startsWith('}')) return text`a name is expected behind the comma`
  if (expected.startsWith('value') && word !== undefined)
    return words[word] === undefined
      ? text`a value lacks its double quotes`
      : text`${untrusted(word)} is not JSON; write ${words[word]}`
  if (/^[+.]?\d|^-/.test(rest) && expected.startsWith('value'))
    return text`${untrusted(/^[\w.+-]{1,20}/.exec(rest)?.[0] ?? '')} is no number as JSON writes it`
  return text`unexpected ${untrusted(shown(rest))}, where ${wanted(expected, frame)} is expected`
}

/** A text that is not closed or has something in it that it may not have; or a text where something else is expected. */
function atQuotes(rest: string, expected: Expected, frame: Frame | undefined): Text {
  if (expected === 'comma or end' || expected === 'nothing')
    return text`unexpected ${untrusted(shown(rest))}, where ${wanted(expected, frame)} is expected`
  const [line = ''] = rest.split('\n')
  if (expected.startsWith('key') && /^"(?:[^"\\]|\\.)*"/.test(line))
    return text`a colon is expected behind ${untrusted(/^"(?:[^"\\]|\\.)*"/.exec(line)?.[0] ?? '')}`
  return /\\(?!["\\/bfnrtu])/.test(line)
    ? text`invalid escape sequence in a string; write two backslashes`
    : text`a text is not closed, goes over several lines or has a control character`
}

function wanted(expected: Expected, frame: Frame | undefined): string {
  switch (expected) {
    case 'comma or end':
      return frame?.isList ? 'a comma or "]"' : 'a comma or "}"'
    case 'key':
      return 'a name in double quotes'
    case 'key or end':
      return 'a name in double quotes or "}"'
    case 'value':
      return 'a value'
    case 'value or end':
      return 'a value or "]"'
    case 'nothing':
      return 'the end'
  }
}

/** The beginning of the unexpected text. A value may be secret, and is not shown. */
function shown(rest: string): string {
  const name = /^"((?:[^"\\\n]|\\.){0,60})"(?=\s*:)/.exec(rest)?.[0]
  if (name !== undefined) return name
  if (rest.startsWith('"')) return 'text'
  return /^[^\s"'\w]{1,3}|^\S/.exec(rest)?.[0] ?? ''
}
