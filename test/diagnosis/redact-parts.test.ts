/** Pieces of texts, sentences, evidence and values: what exactly is taken out of them, and what stays. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { encodedSecrets, textInBase64 } from '../../src/diagnosis/encoded-secrets.ts'
import { isCutLine, longestLine, redact } from '../../src/diagnosis/redact.ts'
import { hideValues, redactLines } from '../../src/diagnosis/redact-lines.ts'
import { redactText } from '../../src/diagnosis/redact-text.ts'
import { redactTexts } from '../../src/diagnosis/redact-texts.ts'
import { united, within, withoutSpans } from '../../src/diagnosis/span.ts'
import { encodedFormsOf, leastEncoded, plainFormsOf } from '../../src/diagnosis/written-forms.ts'
import type { JsonObject } from '../../src/ports.ts'
import { variablesOf } from '../../src/targets/ecs/facts/definition-variables.ts'
import { concealer, redactEvidence } from '../../src/targets/ecs/finish/redact-evidence.ts'
import { setting, type Text, text, untrusted } from '../../src/text.ts'

describe('pieces', () => {
  test.each([
    [
      'are put in order',
      [
        [5, 6],
        [1, 2],
      ],
      [
        [1, 2],
        [5, 6],
      ],
    ],
    [
      'that overlap are one',
      [
        [1, 4],
        [3, 6],
      ],
      [[1, 6]],
    ],
    [
      'that touch are one',
      [
        [1, 3],
        [3, 6],
      ],
      [[1, 6]],
    ],
    [
      'within another go with it',
      [
        [1, 9],
        [3, 6],
      ],
      [[1, 9]],
    ],
    [
      'that are apart stay apart',
      [
        [1, 3],
        [4, 6],
      ],
      [
        [1, 3],
        [4, 6],
      ],
    ],
    ['may be none', [], []],
  ] as const)('%s', (_, given, expected) => {
    expect(united(given)).toEqual(expected)
  })

  test('are taken out of a text', () => {
    expect(
      withoutSpans('abcdef', [
        [1, 2],
        [4, 6],
      ]),
    ).toBe('a***cd***')
    expect(withoutSpans('abc', [])).toBe('abc')
  })

  test('hold the places from their first character to their last', () => {
    const is = within([
      [1, 3],
      [5, 6],
    ])
    expect([0, 1, 2, 3, 4, 5, 6, 7].map(is)).toEqual([false, true, true, false, false, true, false, false])
  })
})

describe('a line', () => {
  const end = ' PASSWORD=hunter2'
  test('of the longest length is searched to its end', () => {
    const line = 'a '.repeat((longestLine - end.length) / 2).padEnd(longestLine - end.length, 'a') + end
    expect(redact(line)).toBe(line.replace('hunter2', '***'))
  })

  test('that is longer ends at a word before that, which may be half of a secret', () => {
    const words = `${'word '.repeat(3000)}`
    const shown = redact(words)
    expect(shown).toMatch(/^(word )+…$/)
    expect(shown.length).toBeGreaterThan(longestLine - 500)
    expect(shown.length).toBeLessThanOrEqual(longestLine + 1)
  })

  test('of one long word loses its last 500 characters', () => {
    expect(redact('x'.repeat(longestLine + 1))).toBe(`${'x'.repeat(longestLine - 500)}…`)
  })

  test('is known to be cut by its length and its end', () => {
    const line = (length: number) => 'x'.repeat(length)
    expect([longestLine, longestLine + 1].map((length) => isCutLine(redact(line(length))))).toEqual([false, true])
    expect(isCutLine(redact(`${line(longestLine - 500)} ${line(600)}`))).toBe(true)
    expect([`${line(longestLine - 501)}…`, `…${line(longestLine)}`, line(longestLine)].map(isCutLine)).toEqual([
      ...[false, false, false],
    ])
  })

  test('is cut alone: those around it stay whole', () => {
    const lines = ['first', 'y'.repeat(longestLine + 1), 'last']
    expect(redact(lines.join('\n'))).toBe(`first\n${'y'.repeat(longestLine - 500)}…\nlast`)
    const many = Array.from({ length: 3000 }, (_, number) => `line ${number}`).join('\n')
    expect(redact(many)).toBe(many)
  })
})

describe('a sentence with words of others', () => {
  test('loses what is secret in theirs alone, also where ours says that it is', () => {
    expect(redactText(text`the password=${untrusted('hunter2')} of ${untrusted('ann')}`)).toEqual([
      'the password=',
      { untrusted: '***' },
      ' of ',
      { untrusted: 'ann' },
      '',
    ])
  })

  test('loses a piece that goes from one part into the next in both', () => {
    const parts: Text = [untrusted('x TOKEN=abc'), untrusted('def y')]
    expect(redactText(parts)).toEqual([{ untrusted: 'x TOKEN=***' }, { untrusted: '*** y' }])
  })

  test('keeps what ours says, also between two of theirs', () => {
    expect(redactText([untrusted('API_KEY'), '=open'])).toEqual([{ untrusted: 'API_KEY' }, '=open'])
    const nothing = text`all is ${untrusted('well')}`
    expect(redactText(nothing)).toEqual(nothing)
  })

  test('keeps what comes right after a secret', () => {
    expect(redactText([untrusted('TOKEN=abc'), untrusted('\nnext')])).toEqual([
      { untrusted: 'TOKEN=***' },
      { untrusted: '\nnext' },
    ])
  })

  test('keeps a name, which neither marks a value as secret nor is one', () => {
    const name = { untrusted: 'auth-token', isName: true } as const
    expect(redactText([name, '=', untrusted('open')])).toEqual([name, '=', { untrusted: 'open' }])
    expect(redactText(['password=', name])).toEqual(['password=', name])
  })

  test('loses in a name only what is a secret by its form', () => {
    const registry = { untrusted: 'https://ann:hunter2@registry.example.com/api', isName: true } as const
    const [shown] = redactText([registry])
    expect(shown).toMatchObject({ isName: true })
    expect(JSON.stringify(shown)).not.toContain('hunter2')
  })

  test('reads a setting of ours as words', () => {
    const parts: Text = [setting('slack-token'), ' ', untrusted('abc')]
    expect(redactText(parts)[0]).toEqual(setting('slack-token'))
    expect(redactText([setting('password'), '=', untrusted('hunter2')]).at(-1)).toEqual({ untrusted: '***' })
  })

  test('has their lines cut', () => {
    const [, theirs] = redactText(['so ', untrusted('x'.repeat(longestLine + 1))])
    expect(theirs).toEqual({ untrusted: `${'x'.repeat(longestLine - 500)}…` })
  })
})

const base64 = (value: string) => Buffer.from(value).toString('base64')

describe('Base64', () => {
  const isSecret = (decoded: string) => decoded.includes('secret')
  const found = (value: string) => encodedSecrets(value, isSecret).map(([from, to]) => value.slice(from, to))

  test.each([
    ['a word', 'x ', base64('a secret value'), ' z'],
    ['with one equals sign', '', base64('a secret value!!'.slice(0, 14)), ''],
    ['with other signs for addresses', '"', Buffer.from('secret >>>???~~~').toString('base64url'), '"'],
    ['of lines and tabs', '', base64('a\tsecret\r\nvalue'), ''],
    ['of other letters', '', base64('ein geheimer secret é'), ''],
  ])('of a secret is found as a whole: %s', (_, before, encoded, after) => {
    expect(found(before + encoded + after)).toEqual([encoded])
  })

  test.each([
    ['what holds none', base64('nothing of that kind')],
    ['what is too short', base64('secret')],
    ['what is no text', Buffer.from([0, 1, 2, ...Buffer.from('secret'), 3, 4, 5, 6, 7, 8]).toString('base64')],
    ['what ends as no text', Buffer.from([...Buffer.from('a secret value'), 0, 1, 2]).toString('base64')],
    ['what is no UTF-8', Buffer.from([...Buffer.from('a secret value '), 0xff, 0xfe, 0xfd]).toString('base64')],
  ])('is not %s', (_, value) => {
    expect(found(value)).toEqual([])
  })

  test.each([
    [base64('hello world'), 'hello world'],
    [base64('hello world').replaceAll('=', ''), 'hello world'],
    ['aGVsbG8gd29ybGQ_', 'hello world?'],
    ['abcde', undefined],
    ['not base64!', undefined],
    ['!bm90', undefined],
    ['AAAA', undefined],
  ])('%s is %s', (encoded, expected) => {
    expect(textInBase64(encoded)).toBe(expected)
  })

  test('of an assignment is taken out of a line', () => {
    expect(redact(`got ${base64('DB_PASSWORD=hunter2')} there`)).toBe('got *** there')
    expect(redact(`got ${base64('DB_HOST=database-1')} there`)).toContain(base64('DB_HOST=database-1'))
  })
})

describe('a value is written', () => {
  const formsOf = (value: string) => [...plainFormsOf(value), ...encodedFormsOf(value)]

  test('as it is, in hexadecimal digits, and in Base64 at any place of what is encoded', () => {
    const value = 'pässword?>'
    const hex = Buffer.from(value).toString('hex')
    const forms = formsOf(value)
    expect(forms).toEqual(expect.arrayContaining([value, hex, hex.toUpperCase()]))
    for (const before of ['', 'a', 'ab', 'abc', 'user:'])
      for (const encoding of ['base64', 'base64url'] as const) {
        const whole = Buffer.from(`${before}${value}!`).toString(encoding)
        expect(forms.some((form) => form !== value && whole.includes(form))).toBe(true)
      }
    expect(forms).toContain(Buffer.from(value).toString('base64').slice(0, 14))
  })

  test('not in pieces that are in every text, nor as nothing', () => {
    expect(formsOf('abc')).toEqual(['abc'])
    expect(formsOf('abcd')).toEqual(['abcd', '61626364', '61626364'].slice(0, 2))
    expect(formsOf('')).toEqual([])
    expect(formsOf('a\ud800')).toEqual(expect.arrayContaining(['a\ud800', 'a\ufffd']))
  })
})

const container = (more: object): JsonObject => ({
  family: 'shop-family',
  containerDefinitions: [{ name: 'api-container', image: 'registry.example.com/checkout:v2', ...more }],
})
const environment = (values: Readonly<Record<string, string>>) =>
  container({ environment: Object.entries(values).map(([name, value]) => ({ name, value })) })
const hidden = (definition: JsonObject, known: readonly string[] = []) =>
  variablesOf(definition, known).map(({ name, value }) => `${name}: ${value}`)

describe('what a definition keeps secret', () => {
  test.each<[string, string, string]>([
    ['a secret name and any value', 'DB_PASSWORD', 'ab'],
    ['any name and eight characters', 'DB_HOST', 'database'],
    ['a secret name and four digits', 'PIN_SECRET', '1234'],
    ['five brackets', 'API_TOKEN', '{[()]}'],
  ])('is a variable with %s', (_, name, value) => {
    expect(hidden(environment({ [name]: value }))).toEqual([`${name}: ${value}`])
  })

  test.each<[string, string, string]>([
    ['seven characters', 'DB_HOST', 'databas'],
    ['nothing', 'DB_PASSWORD', ''],
    ['one character', 'DB_PASSWORD', 'x'],
    ['a switch', 'DB_PASSWORD', 'Disabled'],
    ['three digits', 'DB_PASSWORD', '123'],
    ['brackets', 'DB_PASSWORD', '{ }'],
    ['four brackets', 'DB_PASSWORD', '[{}]'],
    ['an environment', 'API_TOKEN', 'production'],
    ['a long number', 'ACCOUNT', '111122223333'],
    ['a version', 'RELEASE', '2026.11.20'],
    ['a resource of AWS', 'TOPIC', 'arn:aws-cn:sns:cn-north-1:1:topic'],
    ['a region', 'REGION', 'ap-southeast-2'],
    ['the family', 'NAME', 'shop-family'],
    ['the name of the container', 'NAME', 'api-container'],
    ['the image', 'NAME', 'checkout:v2'],
  ])('is none with %s', (_, name, value) => {
    expect(hidden(environment({ [name]: value }))).toEqual([])
  })

  test.each([
    ['a number and more', '12345678x'],
    ['a number with an end', 'x12345678'],
    ['a version with letters', '2026.11.20.x'],
    ['what only holds a resource', 'see arn:aws:sns:eu-west-1:1:topic'],
    ['a resource and more', 'arn:aws:sns:eu-west-1:1:topic and'],
    ['nothing of AWS', 'arn:aws/topic of ours'],
  ])('is a variable with %s', (_, value) => {
    expect(hidden(environment({ NAME: value }))).toEqual([`NAME: ${value}`])
  })

  test('is nothing that is said in the open anywhere else, or known besides', () => {
    const logConfiguration = {
      options: {
        'awslogs-group': '/ecs/orders',
        'awslogs-stream-prefix': 'stream-of-logs',
        'awslogs-region': 'eu-west-1',
      },
    }
    const values = { A: '/ecs/orders', B: 'stream-of-logs', C: 'cluster-name', D: 'something-else' }
    const definition = {
      ...environment(values),
      containerDefinitions: [
        { ...(environment(values).containerDefinitions as object[])[0], logConfiguration },
        { name: 'sidecar-name', environment: [{ name: 'E', value: 'sidecar-name' }] },
      ],
    } as JsonObject
    expect(hidden(definition, ['cluster-name'])).toEqual(['D: something-else'])
    expect(hidden({ containerDefinitions: [{ environment: [{ value: 'long enough' }] }] })).toEqual(['?: long enough'])
    expect(hidden({ containerDefinitions: [{ environment: [{ name: 'NAME' }] }] })).toEqual([])
    expect(hidden(environment({ A: 'undefined\nlong enough' }))).toContain('A: long enough')
  })

  test('is also each line of a value, the longest first', () => {
    expect(hidden(environment({ KEYS_SECRET: 'first\n  second-line \r\n}' }))).toEqual([
      'KEYS_SECRET: first\n  second-line \r\n}',
      'KEYS_SECRET: second-line',
      'KEYS_SECRET: first',
    ])
  })

  test('is a credential in a value or a command that is no secret itself, as it is written and as it is read', () => {
    const address = 'postgres://app:p%40ss@db/api-container'
    expect(hidden(environment({ X: address }))).toEqual([`X: ${address}`, 'X: p%40ss', 'X: p@ss'])
    expect(hidden(environment({ X: 'redis://u:100%@h/' }))).toContain('X: 100%')
    expect(hidden(environment({ X: `--password 'hunter2'` }))).toContain('X: hunter2')
    expect(hidden(container({ command: ['mysql', '--password', 'hunter2'] }))).toEqual(['command: hunter2'])
    expect(hidden(container({ entryPoint: ['sh', '-c', 'TOKEN=abc123'] }))).toEqual(['entryPoint: abc123'])
    expect(hidden(container({ command: ['--password', 'true'] }))).toEqual([])
  })

  test('is a label or an option of a log driver with a secret name', () => {
    const dockerLabels = { 'api-token': 'abc', team: 'long-enough-value', secret: 'true', 'other-token': 7 }
    const logConfiguration = { options: { 'splunk-token': 'def', 'splunk-url': 'https://splunk.example.com' } }
    expect(hidden(container({ dockerLabels, logConfiguration }))).toEqual(['api-token: abc', 'splunk-token: def'])
    expect(variablesOf(undefined)).toEqual([])
  })
})

describe('the values of variables', () => {
  const hide = (...values: readonly string[]) =>
    hideValues(values.map((value, number) => ({ name: `V${number}`, value })))

  test('stay nowhere in a line, and their names stand in their place', () => {
    expect(hide('hunter2!', 'database')('from database with hunter2!')).toBe('from ***(V1) with ***(V0)')
  })

  test.each([
    ['ab', 'ab cab ab1 a-ab', '***(V0) cab ab1 a-***(V0)'],
    ['abcd', 'abcd xabcd abcd7', '***(V0) xabcd abcd7'],
    ['1234567', '1234567 12345678 x1234567', '***(V0) 12345678 x1234567'],
    ['abcdefgh', 'xabcdefghx', 'x***(V0)x'],
    ['abc4', 'xabc4x', 'x***(V0)x'],
    ['a-b', 'xa-bx a-b', 'xa-bx ***(V0)'],
    ['a.b+', 'xa.b+x aXbb', 'x***(V0)x aXbb'],
    ['12ab', 'x12abx', 'x***(V0)x'],
  ])('count as words where they are short: %s', (value, line, shown) => {
    expect(hide(value)(line)).toBe(shown)
  })

  test('that hold another go as the longest, and each of two that touch', () => {
    expect(hide('password', 'password-of-ann')('password-of-ann')).toBe('***(V1)')
    expect(hide('password-of-ann', 'password')('password-of-ann')).toBe('***(V0)')
    expect(hide('abcdefgh', 'ijklmnop')('abcdefghijklmnop')).toBe('***(V0)***(V1)')
    expect(hide('same-value', 'same-value')('same-value')).toBe('***(V0)')
  })

  test('are displayed in the order of the line, whatever their own order is', () => {
    const line = 'c=third-value b=second-value a=first-value'
    expect(hide('first-value', 'second-value', 'third-value')(line)).toBe('c=***(V2) b=***(V1) a=***(V0)')
  })

  test('are found in Base64 where the line has a run that is long enough', () => {
    const encoded = Buffer.from('a database password').toString('base64')
    expect(hide('a database password')(`x ${encoded} y`)).toBe('x ***(V0)A== y')
    expect(hide('a database password', 'short-one')(`x ${encoded} short-one`)).toBe('x ***(V0)A== ***(V1)')
    expect(hide('abcdefgh')(`x ${Buffer.from('abcdefgh').toString('base64')} y`)).toBe('x ***(V0)g= y')
  })

  test('are also found where they are escaped', () => {
    expect(hide('p@ss word')('x=p%40ss+word&y')).toBe('x=***(V0)&y')
    expect(hide('a"b"c"d')(String.raw`{"x":"a\"b\"c\"d"}`)).toBe('{"x":"***(V0)"}')
  })

  test('are none where there are none', () => {
    expect(hide()('undefined and ***')).toBe('undefined and ***')
    expect(hide('')('abc')).toBe('abc')
    expect(redactLines([])).toEqual([])
    expect(redactLines(['TOKEN=abc', '', 'x'])).toEqual(['TOKEN=***', '', 'x'])
    const key = ['-----BEGIN PRIVATE KEY-----', 'abc', '-----END PRIVATE KEY-----', 'next']
    expect(redactLines(key)).toEqual(['***', 'next'])
  })
})

describe('evidence', () => {
  const definition = environment({ DB_PASSWORD: 'hunter2', SERVICE: 'the-service', CLUSTER: 'the-cluster' })
  const named = { cluster: 'the-cluster', service: 'the-service' }
  const evidence = (more: object) =>
    redactEvidence({ logs: [], ...more } as unknown as Parameters<typeof redactEvidence>[0], definition, named) as never

  test('of logs is searched as a whole, as a key goes over several lines', () => {
    const lines = ['with hunter2', '-----BEGIN PRIVATE KEY-----', 'abc', '-----END PRIVATE KEY-----', 'end'].map(
      untrusted,
    )
    expect(
      evidence({
        logs: [
          { container: 'api', lines },
          { container: 'log', lines: [] },
        ],
      }),
    ).toEqual({
      logs: [
        { container: 'api', lines: ['with ***(DB_PASSWORD)', '***', 'end'].map(untrusted) },
        { container: 'log', lines: [] },
      ],
    })
  })

  test('of alarms loses what their reason quotes', () => {
    const alarms = [{ name: 'a', reason: 'hunter2 and TOKEN=abc' }, { name: 'b' }]
    expect(evidence({ alarms })).toEqual({
      logs: [],
      alarms: [
        { name: 'a', reason: '***(DB_PASSWORD) and TOKEN=***' },
        { name: 'b', reason: undefined },
      ],
    })
    expect(evidence({})).toEqual({ logs: [] })
  })

  test('of anything else loses it however deep it is, and keeps the names of the deployment', () => {
    const deep = { tasks: [{ reason: untrusted('hunter2 of the-service in the-cluster'), count: 3, none: null }] }
    expect(evidence(deep)).toEqual({
      logs: [],
      tasks: [{ reason: untrusted('***(DB_PASSWORD) of the-service in the-cluster'), count: 3, none: null }],
    })
  })
})

describe('any value', () => {
  const at = new Date(0)
  test('keeps all but credentials in the words of others', () => {
    const value = {
      ours: 'TOKEN=open',
      theirs: untrusted('TOKEN=abc'),
      list: [untrusted('API_KEY'), untrusted('=abc TOKEN=abc')],
      sentence: ['the password=', untrusted('abc')],
      words: ['TOKEN=a', 'b'],
      odd: [untrusted('TOKEN=abc'), 'and', 7],
      at,
      count: 3,
      none: undefined,
      no: { untrusted: 7 },
    }
    expect(redactTexts(value)).toEqual({
      ...value,
      theirs: untrusted('TOKEN=***'),
      list: [untrusted('API_KEY'), untrusted('=abc TOKEN=***')],
      sentence: ['the password=', untrusted('***')],
      odd: [untrusted('TOKEN=***'), 'and', 7],
    })
    expect(redactTexts(value).at).toBe(at)
    expect(redactTexts(null)).toBeNull()
    expect(redactTexts([])).toEqual([])
  })

  test('loses the values of all definitions that it may be of', () => {
    const conceal = concealer([environment({ A: 'first-value' }), environment({ B: 'other-value' })], {
      cluster: 'the-cluster',
      service: 'the-service',
    })
    for (let count = 0; count < 2; count++)
      expect(conceal([untrusted('first-value'), 'first-value ', untrusted('other-value in the-cluster')])).toEqual([
        untrusted('***(A)'),
        'first-value ',
        untrusted('***(B) in the-cluster'),
      ])
  })
})

test('no encoded form is shorter than what a text is searched for before any is made', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), (value) => {
      const lengths = encodedFormsOf(value).map((form) => form.length)
      expect(Math.min(...lengths, 1_000)).toBeGreaterThanOrEqual(leastEncoded(value.length))
    }),
  )
})
