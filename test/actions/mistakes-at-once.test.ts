/** Inputs of several lines: one run reports the mistakes of all lines, and none of them shows what may be a secret. */
import { describe, expect, test } from '@jest/globals'
import { pairs } from '../../src/actions/build-push/line-inputs.ts'
import { repositoryInputs } from '../../src/actions/build-push/repository-inputs.ts'
import { awsInputs } from '../../src/actions/inputs/aws-inputs.ts'
import { deploySiteInputs } from '../../src/actions/inputs/deploy-site-inputs.ts'
import { images, secretSources } from '../../src/actions/inputs/image-inputs.ts'
import { optionSettings } from '../../src/actions/inputs/option-settings.ts'
import { createNotify } from '../../src/actions/notify/index.ts'
import type { InputReader, InputSpec } from '../../src/runner/inputs.ts'
import { parseAssignments } from '../../src/task-definition/assignments.ts'
import { refusal, said } from '../refusal.ts'
import { givenInputs } from '../runner/fake-runner.ts'

const notify: InputSpec = createNotify(fetch).inputs
const site: InputSpec = deploySiteInputs

/** What is said about one input, one mistake an item. */
function mistakes(read: InputReader<unknown> | undefined, given: string): readonly string[] {
  try {
    givenInputs({ it: read as InputReader<unknown> }, { it: given })
    return []
  } catch (error) {
    const [, list = ''] = /^An input is invalid:\n([\s\S]*)Correct it under/.exec(said(error)) ?? []
    return list.split('\n').flatMap((line) => (line.startsWith('- it ') ? [line.slice('- it '.length)] : []))
  }
}

describe('every line that is wrong is named', () => {
  test.each<[string, InputReader<unknown> | undefined, string, readonly RegExp[]]>([
    ['environment-variables', parseAssignments, 'A=1\nnone\n=x\nA=2', [/; line 2 /, /; line 3 /, /give A twice/]],
    ['environment-variables, a map', parseAssignments, '{"A": [1], "B": {}}', [/value for A/, /value for B/]],
    ['images', images, 'a=x y\nb=x\nc=', [/container a /, /container c /]],
    ['secrets', secretSources, 'A=\nB=arn\nC=', [/no ARN for A/, /no ARN for C/]],
    ['secrets of a build', pairs('id=value'), 'a\nb=1\nc=', [/line 1 /, /line 3 /]],
    ['repository-tags', repositoryInputs['repository-tags'], 'a\nb=1\nc', [/line 1 /, /line 3 /]],
    ['cache-control', site['cache-control'], '*.html x\n*: y\n*.js z', [/"\*\.html x"/, /"\*\.js z"/]],
    ['metadata', site.metadata, 'a\nb=1\nC=2', [/"a"/, /"C=2"/]],
    ['redirects', site.redirects, 'a\nb /c\nd', [/"a"/, /"d"/]],
    ['fields', notify.fields, 'a\nb=1\n=c', [/"a"/, /"=c"/]],
    ['links', notify.links, 'a=http:x\nb=https://b.example\nc=y', [/"http:x"/, /"y"/]],
    ['option-settings', optionSettings, 'a=1\nenv:B=2\nc', [/line 1 begins with "a="/, /line 3 has no "="/]],
    ['option-settings in JSON', optionSettings, '[{}, {"Namespace": "a"}]', [/entry 1 /, /entry 2 /]],
  ])('%s', (_, read, given, expected) => {
    expect(mistakes(read, given)).toEqual(expected.map((pattern) => expect.stringMatching(pattern)))
  })

  test('inputs are counted, not their mistakes', () => {
    const spec = { variables: parseAssignments, accounts: awsInputs['allowed-account-ids'] }
    const given = { variables: 'a\nb=1\nc', accounts: '1111-2222-3333, 111122223333' }
    expect(refusal(() => givenInputs(spec, given))).toMatch(/^2 inputs are invalid:\n(- variables .*\n){2}- accounts /)
    expect(mistakes(spec.accounts, given.accounts)).toEqual([expect.stringMatching(/, not "1111-2222-3333"$/)])
  })
})

describe('option-settings show no secret', () => {
  test('the second line of a key, which has no name', () => {
    expect(mistakes(optionSettings, 'env:KEY=-----BEGIN\nhunter2hunter2').join()).not.toContain('hunter2')
  })

  test('the text near a mistake in JSON, of which only the position is named', () => {
    const given = '[\n  {"Namespace":"a","OptionName":"b","Value":"hunter2}]'
    expect(mistakes(optionSettings, given)).toEqual([
      expect.stringMatching(/list of option settings in JSON; see line 2, column /),
    ])
    expect(mistakes(optionSettings, given).join()).not.toContain('hunter2')
  })

  test('what is no list', () => {
    expect(mistakes(optionSettings, '[1]')).toEqual([expect.stringMatching(/; entry 1 has not$/)])
  })
})
