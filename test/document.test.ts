import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseDocument, parseObject } from '../src/document.ts'
import { nearlyADocument, runs } from './generated.ts'
import { refusal, said } from './refusal.ts'

describe('row F26: what is read', () => {
  test.each([
    ['JSON', '{"a":[1,true,null,"x"]}'],
    ['JSON indented with tabs', '{\n\t"a":\t[1, true, null, "x"]\n}'],
    ['JSON with CRLF and a byte order mark', '\uFEFF{\r\n"a": [1, true, null, "x"]\r\n}\r\n'],
    ['YAML', 'a:\n  - 1\n  - true\n  - null\n  - x\n'],
    ['YAML with a comment, an anchor and a merge-free alias', '# c\na: &l [1, true, null, x]\n'],
  ])('%s', (_, content) => {
    expect(parseDocument(content, 'f').value).toEqual({ a: [1, true, null, 'x'] })
  })

  test('YAML 1.2 has no Norway problem', () => {
    expect(parseDocument('country: no\nversion: 1.10\non: push', 'f').value).toEqual({
      country: 'no',
      version: 1.1,
      on: 'push',
    })
  })

  test('a part knows its line and column', () => {
    const document = parseDocument('a:\n  b:\n    - c: 1\n', 'f')
    expect([
      document.locate(['a', 'b']),
      document.locate(['a', 'b', 0, 'c']),
      document.locate(['a', 'nothing']),
    ]).toEqual(['2:3', '3:7', '1:1'])
  })
})

describe('row F26: what is refused names the file and the place', () => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d]`
  test.each([
    ['an empty file', '', 'td.json is not right: it is empty. Correct the file.'],
    ['only white space', ' \n\t\n', 'td.json is not right: it is empty'],
    ['only a comment', '# nothing\n', 'it is empty'],
    ['a list', '[]', 'it holds a list, not an object'],
    ['a number', '42', 'it holds a single value'],
    ['a missing comma', '{"a": 1 "b": 2}', 'td.json:1:'],
    ['an unclosed brace', '{"a": {"b": 1}', 'td.json:1:'],
    ['a duplicate key', '{"a": 1,\n "a": 2}', 'td.json:2:2 is not right: Map keys must be unique'],
    ['a comment in JSON', '{\n // why\n "a": 1\n}', 'td.json:2:'],
    ['several documents', 'a: 1\n---\nb: 2\n', 'it has 2 documents; only one is read'],
    [
      'code of another language',
      'a: !!js/function "function () { return 1 }"',
      'td.json:1:4 is not right: Unresolved tag',
    ],
    ['a python object', 'a: !!python/object/apply:os.system ["id"]', 'td.json:1:'],
    ['anchors that multiply', bomb, 'Excessive alias count'],
    ['endless nesting', `${'['.repeat(5000)}${']'.repeat(5000)}`, 'it is nested deeper than 64 levels'],
    [
      'deep nesting in block style',
      Array.from({ length: 80 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
      'it is nested deeper than 64 levels',
    ],
    ['a NUL character', 'a: "\0"', 'it has a NUL character'],
    ['a prototype', '{"__proto__": {"polluted": true}}', 'the key __proto__ is not allowed'],
    ['a tab in YAML', 'a:\n\tb: 1', 'td.json:2:'],
    ['a bad indent', 'a:\n  b: 1\n c: 2', 'td.json:3:'],
    ['an unknown alias', 'a: *nothing', 'Unresolved alias'],
    ['HTML', '<!DOCTYPE html><html></html>', 'it holds a single value'],
    ['an unclosed string', 'a: "x', 'td.json:1:'],
  ])('%s', (_, content, expected) => {
    expect(refusal(() => parseObject(content, 'td.json'))).toContain(expected)
  })

  test('no text whatsoever ends in anything but data or a Failure', () => {
    fc.assert(
      fc.property(nearlyADocument, (content) => {
        try {
          parseObject(content, 'td.json')
        } catch (error) {
          const message = said(error)
          expect(message).toMatch(/^td\.json/)
          expect(message).not.toMatch(/undefined|not a function|Cannot (read|use)|\[object/)
        }
      }),
      runs(500),
    )
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })
})
