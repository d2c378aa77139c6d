/** Texts as they continue in a longer sentence. */
import { expect, test } from '@jest/globals'
import { failureInOneLine } from '../src/failure.ts'
import { setting, type Text, text, untrusted, withoutStop } from '../src/text.ts'
import { plain } from './refusal.ts'

const theirs = untrusted('Invalid parameter.')

test.each<[string, Text, string]>([
  ['our own words', text`It failed.`, 'It failed'],
  ['words of others', [theirs], 'Invalid parameter'],
  ['words of others at the end of ours', text`It failed: ${theirs}`, 'It failed: Invalid parameter'],
  [
    'words of others in a text in a text',
    text`Refused: ${text`It failed: ${theirs}`}`,
    'Refused: It failed: Invalid parameter',
  ],
  ['words of others that end nowhere', text`${theirs} It failed`, 'Invalid parameter. It failed'],
  ['a setting', text`Set ${setting('cluster')}`, 'Set the input cluster'],
  ['nothing', [], ''],
])('the full stop goes at the end of %s', (_, given, expected) => {
  expect(plain(withoutStop(given))).toBe(expected)
  expect(plain(withoutStop(text`${given}`))).toBe(expected)
})

test('a failure in one line ends without the full stop of AWS', () => {
  const line = failureInOneLine({ code: 'aws-rejected', what: text`AWS refused it`, why: text`${theirs}` })
  expect(plain(text`${line}, so it goes on.`)).toBe('AWS refused it: Invalid parameter, so it goes on.')
})
