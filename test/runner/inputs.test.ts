import { describe, expect, test } from '@jest/globals'
import {
  flag,
  integer,
  integerUpTo,
  lines,
  list,
  matching,
  oneOf,
  optionalFlag,
  optionalText,
  readInputs,
  requiredText,
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
    const warnings = ['minutes is 480, and is taken as 360: GitHub ends a job after six hours']
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
