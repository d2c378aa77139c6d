import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseDocument, parseObject } from '../../src/document/document.ts'
import { nearlyADocument, runs } from '../generated.ts'
import { refusal, said } from '../refusal.ts'

const td = { file: 'td.json' }

describe('row F26: what is read', () => {
  test.each([
    ['JSON', '{"a":[1,true,null,"x"]}'],
    ['JSON indented with tabs', '{\n\t"a":\t[1, true, null, "x"]\n}'],
    ['JSON with CRLF and a byte order mark', '\uFEFF{\r\n"a": [1, true, null, "x"]\r\n}\r\n'],
    ['JSON with comments and trailing commas', '// c\n{"a": [1, true, /* c */ null, "x",],\n}'],
    ['YAML', 'a:\n  - 1\n  - true\n  - null\n  - x\n'],
    ['YAML with a comment, an anchor and an alias', '# c\na: &l [1, true, null, x]\n'],
  ])('%s', (_, content) => {
    expect(parseDocument(content, td).value).toEqual({ a: [1, true, null, 'x'] })
  })

  test('a YAML file may be in flow style', () => {
    expect(parseDocument('{a: [1,\n\ttrue, null, x]}', { file: 'td.yaml' }).value).toEqual({ a: [1, true, null, 'x'] })
  })

  test('YAML 1.2 has no Norway problem', () => {
    expect(parseDocument('country: no\nversion: 1.10\non: push', td).value).toEqual({
      country: 'no',
      version: 1.1,
      on: 'push',
    })
  })

  test('merge keys: what is written comes first, and of several the first', () => {
    const content = [
      'base: &base { a: 1, b: 1, c: 1 }',
      'other: &other { b: 2, d: 2 }',
      'one: { <<: *base, a: 3 }',
      'both:\n  c: 3\n  <<: [*other, *base]',
      'text: { "<<": x }',
    ].join('\n')
    expect(parseDocument(content, td).value).toMatchObject({
      one: { a: 3, b: 1, c: 1 },
      both: { a: 1, b: 2, c: 3, d: 2 },
      text: { '<<': 'x' },
    })
    expect(parseDocument(content, td).at(['one', 'b'])).toEqual({ file: 'td.json', line: 1, column: 21 })
  })

  test.each([
    ['YAML', 'a:\n  b:\n    - c: 1\n'],
    ['JSON', '{"a":\n  { "b":\n [\n   {"c": 1}]}}'],
  ])('a part knows its line and column: %s', (kind, content) => {
    const { at } = parseDocument(content, td)
    const places = [at(['a', 'b']), at(['a', 'b', 0, 'c']), at(['a', 'nothing']), at([])]
    expect(places.map(({ line, column }) => `${line}:${column}`)).toEqual(
      kind === 'YAML' ? ['2:3', '3:7', '1:1', '1:1'] : ['2:5', '4:5', '1:2', '1:1'],
    )
  })

  test('a value without quotes can be had as it is written', () => {
    for (const content of ['{"a": 1.10, "b": "1.10"}', 'a: 1.10\nb: "1.10"']) {
      const document = parseDocument(content, td)
      expect([document.plain(['a']), document.plain(['b'])]).toEqual(['1.10', undefined])
    }
  })
})

describe('row F26: what is refused names the file and the place', () => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e]`
  test.each([
    ['an empty file', '', 'The file is invalid: td.json: it is empty. Correct the file.'],
    ['only white space', ' \n\t\n', 'td.json: it is empty'],
    ['only a comment', '# nothing\n', 'it is empty'],
    ['a list', '[]', 'it holds a list, not an object'],
    ['a number', '42', 'it holds a single value'],
    ['a missing comma', '{"a": 1 "b": 2}', 'td.json:1:9: unexpected "b", where a comma or "}" is expected'],
    ['a missing colon', '{"a" 1}', 'td.json:1:2: a colon is expected behind "a"'],
    ['an unclosed brace', '{"a": {"b": 1}', 'td.json:1:15: the text ends, but the "{" is not closed (first in line 1)'],
    ['a bracket too many', '{"a": 1}}', 'td.json:1:9: unexpected }'],
    ['single quotes', "{'a': 1}", 'td.json:1:2: texts have double quotes'],
    ['a name without quotes', '{"a": 1, b: 2}', 'td.json:1:10: the name b lacks its double quotes'],
    ['a value without quotes', '{"a": b}', 'td.json:1:7: a value lacks its double quotes'],
    ['a word of another language', '{"a": None}', 'td.json:1:7: None is not JSON; write null'],
    ['a number that JSON does not have', '{"a": .5}', 'td.json:1:7: .5 is no number as JSON writes it'],
    ['a placeholder without quotes', '{"a": ${COUNT}}', 'td.json:1:7: the placeholder ${COUNT} was not replaced'],
    ['a placeholder for a member', '{"a": 1,\n $MORE\n}', 'td.json:2:2: the placeholder $MORE was not replaced'],
    ['a text over two lines', '{"a": "b\nc"}', 'td.json:1:7: a text is not closed, goes over several lines'],
    ['a backslash', '{"a": "C:\\data"}', 'td.json:1:7: invalid escape sequence in a string'],
    ['a key twice', '{"a": 1,\n "a": 2}', 'td.json:2:2: the key "a" is given twice (first in line 1)'],
    ['a key twice in YAML', 'a: 1\nb: 2\na: 3', 'td.json:3:1: the key "a" is given twice (first in line 1)'],
    ['several documents', 'a: 1\n---\nb: 2\n', 'it has 2 documents; only one is read'],
    ['code of another language', 'a: !!js/function "function () { return 1 }"', 'td.json:1:4: Unresolved tag'],
    ['a python object', 'a: !!python/object/apply:os.system ["id"]', 'td.json:1:4: '],
    ['anchors that multiply', bomb, 'its aliases stand for more than 200000 values'],
    [
      'merge keys in a chain',
      `k0: &a0 { m0: 1 }\n${range(700, (i) => `k${i + 1}: &a${i + 1} { <<: *a${i}, m${i + 1}: 1 }\n`)}`,
      'its aliases stand for more than 200000 values',
    ],
    ['an alias of itself', 'a: &a [*a]', 'td.json:1:8: the alias *a has no anchor before it'],
    ['endless nesting', `${'['.repeat(5000)}${']'.repeat(5000)}`, 'td.json:1:65: it is nested deeper than 64 levels'],
    ['aliases that nest', `a: &a0 [x]\n${range(70, (i) => `b${i}: &a${i + 1} [*a${i}]\n`)}`, 'deeper than 64 levels'],
    [
      'deep nesting in block style',
      Array.from({ length: 80 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
      'td.json:65:65: it is nested deeper than 64 levels',
    ],
    ['20,000 lists in each other', `${'- '.repeat(20_000)}a`, 'td.json:1:131: it is nested deeper than 64 levels'],
    ['20,000 keys in each other', `${'? '.repeat(20_000)}a`, 'it is nested deeper than 64 levels'],
    ['a NUL character', 'a: "\0"', 'td.json:1:5: it has a NUL character'],
    ['a prototype', '{"__proto__": {"polluted": true}}', 'td.json:1:2: the key __proto__ is not allowed'],
    [
      'an escaped prototype',
      '{"__pro\\u0074o__": {"polluted": true}}',
      'td.json:1:2: the key __proto__ is not allowed',
    ],
    ['a prototype in YAML', '__proto__: { polluted: true }', 'td.json:1:1: the key __proto__ is not allowed'],
    [
      'a number that loses digits',
      '{"a": 123456789012345678901}',
      'td.json:1:7: the number 123456789012345678901 cannot',
    ],
    ['the same in YAML', 'a: 123456789012345678901', 'td.json:1:4: the number 123456789012345678901 cannot be kept'],
    ['binary data', 'a: !!binary aGk=', 'td.json:1:13: a value has a type that JSON does not have'],
    ['a merge of nothing', 'a: { <<: 1 }', 'td.json:1:6: the merge key << needs an alias of a mapping'],
    ['a comment as JSON has it, in YAML', 'a: 1\n//: b\n', 'a comment begins with # in YAML'],
    ['a key that is a list', '? [a]\n: b', 'td.json:1:3: a key must be text'],
    ['a tab in YAML', 'a:\n\tb: 1', 'td.json:2:1: tabs are not allowed as indentation; use spaces'],
    ['a bad indent', 'a:\n  b: 1\n c: 2', 'check the indentation of line 3 (1 spaces; line 2 has 2)'],
    [
      'a second colon in a line',
      'a:\n    b: 1\n   c: d: 2',
      'check the indentation of line 3 (3 spaces; line 2 has 4)',
    ],
    ['an unknown alias', 'a: *nothing', 'td.json:1:4: the alias *nothing has no anchor before it'],
    ['an unclosed string', 'a: "x', 'td.json:1:6: Missing closing'],
  ])('%s', (_, content, expected) => {
    expect(refusal(() => parseObject(content, td))).toContain(expected)
  })

  test('a .json is JSON, and not a flow collection of YAML by chance', () => {
    expect(refusal(() => parseObject('{a: 1}', { file: 'td.json' }))).toContain('td.json:1:2: the name a lacks')
    expect(parseObject('a: 1', { file: 'td.json' }).value).toEqual({ a: 1 })
  })

  test('what is wrong in the text of an input names the input', () => {
    expect(refusal(() => parseDocument('a:\n  - b\n c: 1', { input: 'lifecycle-hooks' }))).toContain(
      'The file is invalid: lifecycle-hooks:3:1: ',
    )
  })

  test('all keys that are given twice are told at once', () => {
    const message = refusal(() => parseObject('{"a": 1, "a": 2,\n"b": {"c": 1, "c": 2}, "__proto__": 1e999}', td))
    expect(message.match(/\d+:\d+(?=:)/g)).toEqual(['1:10', '2:15', '2:24', '2:37'])
  })

  test('no text whatsoever ends in anything but data or a Failure', () => {
    fc.assert(
      fc.property(nearlyADocument, fc.constantFrom('td.json', 'td.yaml', 'td'), (content, file) => {
        try {
          parseObject(content, { file })
        } catch (error) {
          const message = said(error)
          expect(message).toMatch(/^The file is invalid:\n?[ -]+td/)
          expect(message).not.toMatch(/undefined|not a function|Cannot (read|use)|\[object|call stack/)
        }
      }),
      runs(500),
    )
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  test('JSON is what JSON.parse takes, and its positions are found', () => {
    const single = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null))
    const values = fc.oneof(fc.dictionary(fc.string(), fc.oneof(single, fc.array(single))), fc.array(single))
    fc.assert(
      fc.property(values, fc.constantFrom('', ' ', '\t'), (value, indent) => {
        fc.pre(!/__proto__|prototype|constructor/.test(JSON.stringify(value)))
        const json = JSON.stringify(value, null, indent)
        const document = parseDocument(json, td)
        expect(document.value).toEqual(JSON.parse(json))
        for (const [key, item] of Object.entries(value)) {
          const { line = 0, column = 0 } = document.at([key])
          const written = json.split('\n')[line - 1]?.slice(column - 1) ?? ''
          const start = JSON.stringify(Array.isArray(value) ? item : key)
          expect(start.startsWith(written.slice(0, start.length))).toBe(true)
        }
      }),
      runs(200),
    )
  })

  test('what is near to JSON is taken or refused as JSON.parse does', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"b\\n"',
      '"',
      '1',
      '-0.5e3',
      'true',
      'nul',
      ' ',
      '\n',
      "'",
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (written) => {
        const json = `{${written.join('')}`
        // We take the one and refuse the other.
        fc.pre(!/,\s*[}\]]/.test(json) && json.split('"a"').length < 3)
        expect(outcome(() => parseDocument(json, td).value)).toEqual(outcome(() => JSON.parse(json)))
      }),
      runs(1000),
    )
  })
})

/** The value as JSON, or that there is none. */
function outcome(read: () => unknown): unknown {
  try {
    return JSON.stringify(read())
  } catch {
    return 'refused'
  }
}

function range(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join('')
}

test('a text beyond the limit is refused with the limit', () => {
  const content = Array.from({ length: 60_000 }, (_, index) => `k${index}: 1\n`).join('')
  expect(refusal(() => parseDocument(content, { file: 'td.yaml' }))).toContain(
    'td.yaml: it has 588890 characters; of YAML at most 524288 are read',
  )
})
