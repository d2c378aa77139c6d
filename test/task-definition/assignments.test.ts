import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseAssignments } from '../../src/task-definition/assignments.ts'
import { parseCommand } from '../../src/task-definition/command-words.ts'
import { runs } from '../generated.ts'

describe('names and values', () => {
  test.each([
    ['nothing', '', {}],
    ['lines', 'A=1\nB=two words\n', { A: '1', B: 'two words' }],
    ["peers' F15: a token that ends in =", 'splunk-token=abc==', { 'splunk-token': 'abc==' }],
    [
      "peers' F15: an address with a query",
      'splunk-url=https://x.example/?x=1&y=2',
      { 'splunk-url': 'https://x.example/?x=1&y=2' },
    ],
    ["peers' F15: a rule of a proxy", 'rule=Host(`a`) && Query(`k=v`)', { rule: 'Host(`a`) && Query(`k=v`)' }],
    ['space around', '  A = 1  \r\n\r\n  B=\r\n', { A: '1', B: '' }],
    ['comments', '# A=0\nA=1\n', { A: '1' }],
    ['a map in JSON', '{"A": "1", "B": 2, "C": true}', { A: '1', B: '2', C: 'true' }],
    ['a map in YAML', 'A: "1"\nB: 1.10\nC: no\n', { A: '1', B: '1.10', C: 'no' }],
    ['a value of several lines', 'KEY: |\n  one\n  two=2\nB: x\n', { KEY: 'one\ntwo=2\n', B: 'x' }],
    ['a YAML value with =', 'URL: https://x.example/?a=b\n', { URL: 'https://x.example/?a=b' }],
    ['an ARN as name', 'arn:aws:x=1', { 'arn:aws:x': '1' }],
  ])('%s', (_, given, expected) => {
    expect(Object.fromEntries(parseAssignments(given))).toEqual(expected)
  })

  test.each([
    ['no =', 'A=1\nhunter2', /line 2/],
    ['no name', '=hunter2', /no name/],
    ['a name twice', 'A=hunter2\nA=2', /A twice/],
    ['a YAML name twice', 'A: hunter2\nA: 2', /duplicates/],
    ['a list', 'A: [hunter2]', /single value for A/],
    ['__proto__', '__proto__=hunter2', /__proto__/],
    ['constructor in JSON', '{"constructor": "hunter2"}', /constructor/],
  ])('%s is refused, and no value is shown', (_, given, says) => {
    expect(() => parseAssignments(given)).toThrow(says)
    expect(() => parseAssignments(given)).not.toThrow(/hunter2/)
  })

  test('what was written comes back, and nothing is polluted', () => {
    const name = fc.stringMatching(/^[A-Za-z_][\w.-]{0,20}$/)
    const value = fc
      .string({ unit: 'grapheme', maxLength: 60 })
      .map((text) => text.replace(/[\r\n\u2028\u2029]/g, '').trim())
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key }), (pairs) => {
        fc.pre(pairs.every(([key]) => !['constructor', 'prototype', '__proto__'].includes(key)))
        const given = pairs.map((pair) => pair.join('=')).join('\n')
        expect([...parseAssignments(given)]).toEqual(pairs)
      }),
      runs(200),
    )
    expect(({} as { polluted?: string }).polluted).toBeUndefined()
  })
})

describe('commands', () => {
  test.each([
    ['', undefined],
    ['node server.js', ['node', 'server.js']],
    ['sh -c "echo hi"', ['sh', '-c', 'echo hi']],
    [`sh -c 'echo "$HOME"'`, ['sh', '-c', 'echo "$HOME"']],
    ['a\\ b "c \\" d" e""f \'\'', ['a b', 'c " d', 'ef', '']],
    ['  many   spaces\n', ['many', 'spaces']],
    ['["sh", "-c", ""]', ['sh', '-c', '']],
  ])('%j', (given, words) => {
    expect(parseCommand(given)).toEqual(words)
  })

  test.each(['sh -c "echo', "sh -c 'echo", '["sh", 1]', '["sh"', 'a \\'])('%j is refused', (given) => {
    expect(() => parseCommand(given)).toThrow(/must/)
  })
})
