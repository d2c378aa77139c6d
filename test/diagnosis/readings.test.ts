/** What is read where something is written as programs escape it, and where in the text each piece of that stands. */
import { expect, test } from '@jest/globals'
import { readings, readingsOfValues } from '../../src/diagnosis/readings.ts'

const backslashes = [
  [String.raw`\n`, '\n'],
  [String.raw`\r`, '\r'],
  [String.raw`\t`, '\t'],
  [String.raw`\b`, '\b'],
  [String.raw`\f`, '\f'],
  [String.raw`\v`, '\v'],
  [String.raw`\0`, '\0'],
  [String.raw`\"`, '"'],
  [String.raw`\/`, '/'],
  [String.raw`\ `, ' '],
  [String.raw`\x41\x4a`, 'AJ'],
  [String.raw`\xc3\xA9`, 'é'],
  [String.raw`\xff\x41`, 'ÿA'],
  [String.raw`\x80`, '\u0080'],
  [String.raw`\101\112`, 'AJ'],
  [String.raw`\303\251`, 'é'],
  [String.raw`\u00e9`, 'é'],
  [String.raw`\u{e9}`, 'é'],
  [String.raw`\u{1F600}`, '😀'],
  [String.raw`\u{10ffff}`, '\u{10ffff}'],
  [String.raw`\u{110000}`, '\ufffd'],
  [String.raw`\x{41}`, 'A'],
  [String.raw`\U0001F600`, '😀'],
] as const

const percents = [
  ['%3D', '='],
  ['%3d%3D', '=='],
  ['%C2%A9', '©'],
  ['%C3%A9', 'é'],
  ['%e2%82%ac', '€'],
  ['%ef%bf%bd', '\ufffd'],
  ['%F0%9F%98%80', '😀'],
  ['%ff', 'ÿ'],
  ['%c3%28', 'Ã('],
  ['%e9', 'é'],
  ['%EF%BB%BF', '\ufeff'],
] as const

const entities = [
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&apos;', "'"],
  ['&#61;', '='],
  ['&#0000061;', '='],
  ['&#x3d;', '='],
  ['&#X3D;', '='],
  ['&#x1f600;', '😀'],
  ['&#1114112;', '\ufffd'],
  ['&#0;', '\0'],
] as const

test.each([...backslashes, ...percents, ...entities])('%s is read as %j', (written, read) => {
  const text = `a${written}b`
  const found = readings(text).find((reading) => reading.text === `a${read}b`)
  expect(readings(text).map((reading) => reading.text)).toContain(`a${read}b`)
  const [start = 0, end = 0] = found?.place([1, 1 + read.length]) ?? []
  expect(text.slice(start, end)).toBe(written)
  expect(found?.place([0, 2 + read.length])).toEqual([0, text.length])
})

test.each([
  ['after another', String.raw`a\"b\"cd`, 'a"b"cd', 'c', 'c'],
  ['several bytes of one', 'a%C3%A9%C3%A9z', 'aééz', 'éz', '%C3%A9z'],
  ['in hexadecimal digits', String.raw`\x61\x62\x63`, 'abc', 'b', String.raw`\x62`],
  ['in octal digits', String.raw`\141\142\143`, 'abc', 'bc', String.raw`\142\143`],
])('a piece stands where it is written: %s', (_, text, read, piece, written) => {
  const found = readings(text).find((reading) => reading.text === read)
  const at = read.indexOf(piece)
  const [start = 0, end = 0] = found?.place([at, at + piece.length]) ?? []
  expect(text.slice(start, end)).toBe(written)
})

test.each([
  String.raw`C:\Windows\aab`,
  String.raw`\x4g \x{1234567} \u12 \8`,
  '100%',
  '%zz %4',
  '&nbsp; &#; &#12345678; &#x1234567; &amp',
  'a+b',
  'plain text',
  'tab\tline\r\n\u0085\u00a0',
  'é€😀',
])('nothing is read in %j', (text) => {
  expect(readings(text).map((reading) => reading.text)).toEqual([text])
})

test.each([
  ['JSON in JSON in JSON', String.raw`{\\\"a\\\"}`, '{"a"}'],
  ['three times', String.raw`\\\\\\\"`, '"'],
  ['an address in an address', '%253D', '='],
])('escapes in escapes are undone: %s', (_, text, read) => {
  expect(readings(text).map((reading) => reading.text)).toContain(read)
})

test.each([
  ['four times', `${'\\'.repeat(15)}"`, '"'],
  ['an address three times', '%25253D', '='],
  ['an entity twice', '&amp;lt;', '<'],
])('but not without end: %s', (_, text, read) => {
  expect(readings(text).map((reading) => reading.text)).not.toContain(read)
})

test.each([
  ['a colour', '\u001b[31mred\u001b[0m', 'red'],
  ['colours with numbers', '\u001b[1;38;5;9mred', 'red'],
  ['a hidden cursor', '\u001b[?25lred', 'red'],
  ['the shape of a cursor', '\u001b[0 qred', 'red'],
  ['a control without an end', 'r\u001bed', 'red'],
  ['a bell', 'r\u0007ed', 'red'],
  ['a delete', 'r\u007fed', 'red'],
  ['a soft hyphen', 'r\u00aded', 'red'],
  ['characters without width', 'r\u200be\u2060d\ufeff', 'red'],
  ['turned directions', 'r\u202ee\u200fd', 'red'],
  ['a mark of Mongolian and one of Arabic', 'r\u180ee\u061cd', 'red'],
  ['one that is written as an escape', String.raw`r\u001b[31med`, 'red'],
])('what nobody sees parts no word: %s', (_, text, read) => {
  expect(readings(text).map((reading) => reading.text)).toContain(read)
})

test.each([
  ['a+b', 'a b'],
  ['a%2Bb+c', 'a+b c'],
  ['a%2B%2Bb', 'a++b'],
  ['a+\u200bb', 'a b'],
])('values are read as forms, too: %s', (text, read) => {
  expect(readingsOfValues(text).map((reading) => reading.text)).toContain(read)
  expect(readingsOfValues(text)[0]?.text).toBe(text)
  const [start, end] =
    readingsOfValues(text)
      .find((reading) => reading.text === read)
      ?.place([0, read.length]) ?? []
  expect([start, end]).toEqual([0, text.length])
})
