/** `verify` of `deploy-beanstalk`: HTTP checks once the environment is healthy. */
import { describe, expect, test } from '@jest/globals'
import { beanstalkScene, deployBeanstalk, program, region } from './beanstalk-scene.ts'
import { probeOf, response } from './verify-scene.ts'

const url = 'https://shop.example.com/health'
const verify = `- url: ${url}\n  json: { db: up }\n  within: 10s`
const good = response(200, '{"db":"up"}')
const bad = response(200, '{"db":"down"}')

test('a good check is green, made of the new version', async () => {
  const probe = probeOf(good)
  const { isRed, outputs, labels, log } = await deployBeanstalk(beanstalkScene(), { verify }, { probe })
  expect([isRed, outputs.verdict, labels]).toEqual([false, 'succeeded', ['v2', 'v2']])
  expect(probe.asked).toHaveLength(1)
  expect(log).toContain(`verify   GET ${url}`)
})

test('a failed one puts the version before back, with the response as the cause', async () => {
  const probe = probeOf(bad)
  const { isRed, outputs, labels } = await deployBeanstalk(beanstalkScene(), { verify }, { probe })
  expect([isRed, outputs.verdict, outputs['cause-code'], labels]).toEqual([
    true,
    'rolled-back',
    'verify-failed',
    ['v1', 'v1'],
  ])
  expect(outputs.cause).toMatch(/^Verify failed: GET https:\/\/shop\.example\.com\/health answered 200, and .*db/)
})

test('a rollback is not checked', async () => {
  const sim = beanstalkScene()
  await deployBeanstalk(sim, {})
  const probe = probeOf(bad)
  const back = { 'source-directory': '', 'version-label': 'v1', 'roll-back': 'true', verify }
  const { isRed, labels } = await deployBeanstalk(sim, back, { probe })
  expect([isRed, labels, probe.asked]).toEqual([false, ['v1', 'v1'], []])
})

test('a check by a task is refused by line and column, before anything is changed', async () => {
  const sim = beanstalkScene()
  const { message, labels } = await deployBeanstalk(sim, { verify: '- task: { command: [smoke] }' })
  expect(message).toMatch(/verify:1:3/)
  expect(labels).toEqual(['v1', 'v1'])
})

describe('beside slipway.yml', () => {
  const files = {
    ...program,
    'slipway.yml': `version: 1
services:
  api: { beanstalk: { application: shop, source-directory: app } }
environments:
  production:
    region: ${region}
    account: "111122223333"
    services:
      api:
        environment: shop-production
        verify: [{ url: "${url}", json: { db: up }, within: 0 }]
`,
  }
  const named = { 'application-name': '', 'environment-name': '', 'aws-region': '', environment: 'production' }

  test.each<[string, Record<string, string>, string]>([
    ['its checks are made', {}, 'rolled-back'],
    ['an empty list is no check', { verify: '[]' }, 'succeeded'],
    ['a list of the input takes the place of its checks', { verify: `- url: ${url}` }, 'succeeded'],
  ])('%s', async (_, given, verdict) => {
    const { outputs } = await deployBeanstalk(beanstalkScene(), { ...named, ...given }, { probe: probeOf(bad), files })
    expect(outputs.verdict).toBe(verdict)
  })
})
