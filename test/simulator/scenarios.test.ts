import { expect, test } from '@jest/globals'
import { createScenarios } from './scenarios.ts'

const digest = `sha256:${'a'.repeat(64)}`

test.each<[string | RegExp, string, readonly string[]]>([
  ['registry.example.com:5000/api:bad', 'registry.example.com:5000/api:bad', []],
  ['bad', 'registry.example.com:5000/api:bad', []],
  ['bad', `registry.example.com/api:bad@${digest}`, []],
  [digest, `registry.example.com/api@${digest}`, []],
  ['bad', `registry.example.com/api@${digest}`, ['latest', 'bad']],
  [/^bad-/, 'registry.example.com/api:bad-42', []],
])('%s fits %s', (rule, image, aliases) => {
  const scenarios = createScenarios()
  scenarios.set(rule, { kind: 'out-of-memory' })
  expect(scenarios.behaviour(image, aliases)).toEqual({ kind: 'out-of-memory' })
})

test('images without a rule are healthy; of several rules the newest counts', () => {
  const scenarios = createScenarios()
  expect(scenarios.behaviour('registry.example.com:5000/api')).toEqual({ kind: 'healthy' })
  scenarios.set('v1', { kind: 'out-of-memory' })
  scenarios.set(/v/, { kind: 'healthy', startSeconds: 60 })
  expect(scenarios.behaviour('api:v1')).toEqual({ kind: 'healthy', startSeconds: 60 })
})
