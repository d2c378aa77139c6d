import { expect, test } from '@jest/globals'
import { nearest } from '../src/nearest.ts'

const names = ['task-definition', 'cluster', 'service', 'wait-for-minutes', 'force-new-deployment', 'dry-run']

test.each([
  ['task-defintion', 'task-definition'],
  ['clsuter', 'cluster'],
  ['Service', 'service'],
  ['wait-for-minute', 'wait-for-minutes'],
  ['force-deployment', 'force-new-deployment'],
  ['dryrun', 'dry-run'],
  ['something-else', undefined],
  ['x', undefined],
  ['cluster-name', 'cluster'],
  ['serviceName', 'service'],
  ['ecs_task_definition', 'task-definition'],
  ['minutes', 'wait-for-minutes'],
  ['-', undefined],
])('%s is nearest to %s', (word, expected) => {
  expect(nearest(word, names)).toBe(expected)
})

test('a word that several names have is none of them', () => {
  expect(nearest('token', ['slack-token', 'github-token', 'url'])).toBeUndefined()
  expect(nearest('slack-channel', ['region', 'account', 'role', 'services', 'waves', 'url', 'slack'])).toBe('slack')
})

test('two letters that changed places are one mistake, also at the limit of what is near', () => {
  expect(nearest('cpmoandm', ['command'])).toBeUndefined()
  expect(nearest('ocmmnad', ['command'])).toBe('command')
  expect(nearest('nevirnoemnt', ['environment'])).toBe('environment')
})

test('of more names than anybody reads, none is guessed', () => {
  const many = Array.from({ length: 500 }, (_, index) => `service-${index}`)
  expect(nearest('servce-7', many)).toBe('service-7')
  expect(nearest('servce-7', [...many, 'service-500'])).toBeUndefined()
})

test('row F27: every typo of one letter in a long enough name finds its name', () => {
  const typos = names.flatMap((name) =>
    [...name].flatMap((_, at) => [
      [name, name.slice(0, at) + name.slice(at + 1)],
      [name, `${name.slice(0, at)}q${name.slice(at)}`],
      [name, `${name.slice(0, at)}q${name.slice(at + 1)}`],
    ]),
  )
  expect(typos.filter(([name, typo = '']) => nearest(typo, names) !== name)).toEqual([])
})
