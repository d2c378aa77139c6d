import { describe, expect, test } from '@jest/globals'
import {
  flag,
  type InputReader,
  integer,
  integerUpTo,
  lines,
  list,
  matching,
  neverEmpty,
  oneOf,
  optionalFlag,
  optionalName,
  optionalOneOf,
  optionalText,
  readInputs,
  requiredText,
  words,
} from '../../src/runner/inputs.ts'
import { renderText, type Text } from '../../src/text.ts'
import { refusal } from '../refusal.ts'

const spec = {
  cluster: requiredText,
  strategy: oneOf(['rolling', 'codedeploy'], 'rolling'),
  'wait-for-minutes': integer(0, 360, 30),
  'dry-run': flag(false),
  'enable-ecs-managed-tags': optionalFlag,
  'container-name': list,
  'build-args': lines,
  'aws-region': matching(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region such as eu-west-1'),
  image: optionalText,
}

const read = (given: Record<string, string>) => readInputs(spec, (name) => given[name] ?? '', Object.keys(given))

const message = (given: Record<string, string>) => refusal(() => read(given))

describe('good inputs', () => {
  test('get their types, and defaults where they are not given', () => {
    expect(read({ cluster: 'shop' })).toEqual({
      cluster: 'shop',
      strategy: 'rolling',
      waitForMinutes: 30,
      dryRun: false,
      enableEcsManagedTags: undefined,
      containerName: [],
      buildArgs: [],
      awsRegion: undefined,
      image: undefined,
    })
  })

  test('may be written as people write them', () => {
    const inputs = read({
      cluster: 'shop',
      'dry-run': 'TRUE',
      'container-name': 'web, log\n proxy',
      'build-args': 'A=1\n\nB=two words',
      'wait-for-minutes': '0',
    })
    expect(inputs).toMatchObject({
      dryRun: true,
      containerName: ['web', 'log', 'proxy'],
      buildArgs: ['A=1', 'B=two words'],
      waitForMinutes: 0,
    })
  })
})

describe('a number that is too large where the largest does as well', () => {
  const minutes = { minutes: integerUpTo(0, 360, 30, 'GitHub ends a job after six hours') }
  const taken = (given: string) => {
    const warnings: string[] = []
    const note = (message: Text) => void warnings.push(renderText(message, (theirs) => theirs))
    return { ...readInputs(minutes, () => given, [], note), warnings }
  }

  test.each([
    ['', 30],
    ['0', 0],
    ['360', 360],
  ])('"%s" is taken as it is', (given, expected) => {
    expect(taken(given)).toEqual({ minutes: expected, warnings: [] })
  })

  test('is taken as the largest, with a warning that says so and why', () => {
    const warnings = ['minutes is 480, and 360 is used: GitHub ends a job after six hours']
    expect(taken('480')).toEqual({ minutes: 360, warnings })
  })

  test('is still an error when it is none', () => {
    expect(refusal(() => taken('8h'))).toContain('minutes must be a whole number from 0 to 360, not "8h"')
  })
})

describe('bad inputs', () => {
  test('are all reported at once, each with what was given and what is allowed', () => {
    expect(
      message({
        strategy: 'bluegreen',
        'wait-for-minutes': '1e9',
        'dry-run': 'yes',
        'aws-region': 'Ireland',
        clutser: 'shop',
      }),
    ).toBe(
      [
        '6 inputs are invalid:',
        '- cluster is required',
        '- strategy must be one of rolling, codedeploy, not "bluegreen"',
        '- wait-for-minutes must be a whole number from 0 to 360, not "1e9"',
        '- dry-run must be true or false, not "yes"',
        '- aws-region must be an AWS region such as eu-west-1, not "Ireland"',
        '- clutser is not an input of this action; did you mean cluster?',
        'Correct them under "with:" of the step. Nothing has been changed on AWS.',
      ].join('\n'),
    )
  })
})

/** What a reader makes of a text: its value, or what it says of it. */
function taken(reader: InputReader<unknown>, given: string): unknown {
  try {
    return reader(given)
  } catch (error) {
    return String(error)
  }
}

const region = matching(/^[a-z]{2}-[a-z]+-\d$/, 'an AWS region')

const readers: readonly (readonly [string, InputReader<unknown>, string, unknown])[] = [
  ['text', requiredText, 'shop', 'shop'],
  ['no text', requiredText, '', 'Error: is required'],
  ['text', optionalText, 'shop', 'shop'],
  ['no text', optionalText, '', undefined],
  ...['true', 'True', 'TRUE'].map((given) => ['a flag', flag(false), given, true] as const),
  ...['false', 'False', 'FALSE'].map((given) => ['a flag', flag(true), given, false] as const),
  ...['truely', 'untrue', 'falsey', 'a false', 'tRUE', '1', 'yes'].map(
    (given) => ['a flag', flag(true), given, `Error: must be true or false, not "${given}"`] as const,
  ),
  ['no flag', flag(true), '', true],
  ['no flag', flag(false), '', false],
  ['a flag that may be left', optionalFlag, 'true', true],
  ['a flag that may be left', optionalFlag, 'false', false],
  ['no flag that may be left', optionalFlag, '', undefined],
  ['the least', integer(5, 10, 7), '5', 5],
  ['the most', integer(5, 10, 7), '10', 10],
  ['zeros before it', integer(5, 10, 7), '007', 7],
  ['no number', integer(5, 10, 7), '', 7],
  ['no number', integer(5, 10, undefined), '', undefined],
  ...['4', '11', '7.0', '-7', '7e0', '0x7', ' 7', '7 ', 'seven'].map(
    (given) =>
      ['a number', integer(5, 10, 7), given, `Error: must be a whole number from 5 to 10, not "${given}"`] as const,
  ),
  ['no number up to', integerUpTo(5, 10, 7, 'why'), '', 7],
  ['too much', integerUpTo(5, 10, 7, 'why'), '11', 10],
  ['too little', integerUpTo(5, 10, 7, 'why'), '4', 'Error: must be a whole number from 5 to 10, not "4"'],
  [
    'too much of something',
    integerUpTo(5, 10, 7, 'why'),
    'x11',
    'Error: must be a whole number from 5 to 10, not "x11"',
  ],
  ['a word', oneOf(['on', 'strict'], 'on'), 'strict', 'strict'],
  ['no word', oneOf(['on', 'strict'], 'on'), '', 'on'],
  ['another word', oneOf(['on', 'strict'], 'on'), 'off', 'Error: must be one of on, strict, not "off"'],
  ['a word that may be left', optionalOneOf(['on', 'strict']), 'on', 'on'],
  ['no word that may be left', optionalOneOf(['on', 'strict']), '', undefined],
  ['another word', optionalOneOf(['on']), 'off', 'Error: must be one of on, not "off"'],
  ['a list', list, ' a , b\n c\n\n', ['a', 'b', 'c']],
  [
    'a list with an empty item',
    list,
    'a,,b',
    'Error: has an empty item in "a,,b": an expression or a variable there has no value',
  ],
  ['an empty list', list, '', []],
  [
    'a list of one line that ends with a comma',
    list,
    'web, ',
    'Error: has an empty item in "web,": an expression or a variable there has no value',
  ],
  ['a list of lines that end with commas', list, ' web ,  \n\n log,\nproxy', ['web', 'log', 'proxy']],
  ['a list of lines with a comma in them', list, 'web, log\nproxy', ['web', 'log', 'proxy']],
  ['words', words, ' web  log\tproxy ', ['web', 'log', 'proxy']],
  ['words and commas', words, 'web log, proxy', ['web', 'log', 'proxy']],
  [
    'words with a comma too many',
    words,
    'web,,log',
    'Error: has an empty item in "web,,log": an expression or a variable there has no value',
  ],
  ['no words', words, '  ', []],
  ['a name', optionalName, 'deploy/task-definition.json', 'deploy/task-definition.json'],
  ['a name with brackets in it', optionalName, 'deploy/[id]{x}.json', 'deploy/[id]{x}.json'],
  ['no name', optionalName, '', undefined],
  ...['{"family":"api"}', '[1]', 'a\nb', 'a\rb'].map((given): (typeof readers)[number] => [
    'a file in the place of its name',
    optionalName,
    given,
    'Error: must be a path or a name, not what is in the file',
  ]),
  ['a word that is never empty', neverEmpty(['always', 'never']), 'never', 'never'],
  ['another word', neverEmpty(['always', 'never']), 'perhaps', 'Error: must be one of always, never, not "perhaps"'],
  [
    'an empty word',
    neverEmpty(['always', 'never']),
    '',
    'Error: is empty and must be one of always, never: the expression that sets it has no value',
  ],
  ['lines', lines, '  a b \r\n\n   \n c', ['  a b', ' c']],
  ['what fits', region, 'eu-west-1', 'eu-west-1'],
  ['nothing', region, '', undefined],
  ['what does not', region, 'Ireland', 'Error: must be an AWS region, not "Ireland"'],
]

test.each(readers)('%s: %#', (_, reader, given, expected) => {
  expect(taken(reader, given)).toEqual(expected)
})

test('one bad input is said to be one; what is near no name is not guessed; what is warned of needs no listener', () => {
  expect(message({ cluster: 'shop', 'dry-run': 'yes' })).toBe(
    'An input is invalid:\n- dry-run must be true or false, not "yes"\nCorrect it under "with:" of the step. Nothing has been changed on AWS.',
  )
  expect(message({ cluster: 'shop', zzzzzzzzzz: 'x' })).toContain('\n- zzzzzzzzzz is not an input of this action\n')
  const odd = { minutes: integerUpTo(0, 9, 1, 'why') }
  expect(readInputs(odd, () => '10', [])).toEqual({ minutes: 9 })
  const throwing = {
    odd: () => Promise.reject as never,
    thrown: (): never => {
      throw 'must be good'
    },
  }
  expect(refusal(() => readInputs(throwing, () => '', []))).toContain('- thrown must be good')
})
