/** `slipway simulate`: plays a repository in the simulator, in this process. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { command } from '../../src/cli/commands/simulate.ts'
import { oneLine, printedOn, withoutNumbers } from '../printed.ts'
import { simulator } from '../simulator/repository-stage.ts'
import { cliScene } from './cli-scene.ts'
import { slipwayYml } from './laptop-scene.ts'

const example = (path: string) => readFileSync(join(import.meta.dirname, '../../examples/api', path), 'utf8')
const definition = example('deploy/api.json')
const forWeb = definition.replace('"family": "api"', '"family": "web"')

/** `slipway simulate` in a repository; the network refuses everything (`cliScene`). */
function simulateScene(files: Readonly<Record<string, string>> = {}) {
  const scene = cliScene({
    'slipway.yml': slipwayYml,
    'deploy/api.json': definition,
    'deploy/web.json': forWeb,
    ...files,
  })
  const opened: string[] = []
  const world = { loadSimulator: async () => simulator, open: async (path: string) => void opened.push(path) }
  return { ...scene, opened, simulate: (...words: readonly string[]) => scene.run(['simulate', ...words], world) }
}

const json = (
  out: string,
): readonly { service: string; outputs: Record<string, string>; summary: string; slack: string }[] =>
  JSON.parse(out).deployments

test('a crash is explained and rolled back, in the log, the summary and the Slack message: docs/commands.md shows it', async () => {
  const { simulate, directory, opened } = simulateScene({ 'slipway.yml': example('slipway.yml') })
  const words = ['--environment', 'staging', '--image-behaviour', 'api=crash', '--output', 'reports', '--open']
  const { code, out, err } = await simulate(...words)
  expect([code, err]).toEqual([0, ''])
  const [, shown = ''] = /\n\n([\s\S]*)$/.exec(out) ?? []
  const printed = printedOn('docs/commands.md').map(withoutNumbers)
  expect(printed).toContain(withoutNumbers(oneLine(shown.replaceAll(directory, '/home/you/shop'))))
  const page = (name: string) => readFileSync(join(directory, 'reports', name), 'utf8')
  expect(page('staging-api.summary.html')).toContain('Cannot find module &#39;./prices.js&#39;')
  expect(page('staging-api.slack.html')).toContain('rolled back to api:1')
  for (const name of ['staging-api.summary.html', 'staging-api.slack.html'])
    expect(page(name)).toMatch(
      /<title>Simulated: [\s\S]*<p class="notice"><(?:strong|b)>Simulated<[\s\S]*nothing was deployed/,
    )
  expect(page('staging-api.summary.md')).toContain('> [!CAUTION]')
  expect(JSON.parse(page('staging-api.slack.json')).text).toContain('rolled back')
  expect(opened).toEqual(['summary', 'slack'].map((name) => join(directory, `reports/staging-api.${name}.html`)))
})

describe('behaviours', () => {
  test('of services that are deployed one by one, and a number', async () => {
    const { simulate } = simulateScene()
    const { code, out } = await simulate('--environment', 'staging', '--image-behaviour', 'web=crash:7', '--json')
    expect(code).toBe(0)
    const [api, web] = json(out)
    expect([api?.service, api?.outputs.verdict, web?.service, web?.outputs.verdict]).toEqual([
      'api',
      'succeeded',
      'web',
      'rolled-back',
    ])
    expect(web?.outputs.cause).toContain('exit code 7')
    for (const path of [api?.summary, api?.slack, web?.summary, web?.slack]) expect(existsSync(path ?? '')).toBe(true)
  })

  test('of services in waves, which share an image', async () => {
    const { simulate } = simulateScene()
    const { out } = await simulate('--environment', 'production', '--image-behaviour', 'web=unhealthy:503', '--json')
    const [all] = json(out)
    const { api, web } = JSON.parse(all?.outputs.services ?? '{}')
    expect(web.cause).toContain('HTTP 503')
    expect([api.verdict, web.verdict]).toEqual(['rolled-back', 'rolled-back'])
  })

  test('the help names all of them', () => {
    const { description = '' } = command.options['image-behaviour'] ?? {}
    for (const name of simulator.behaviours) expect(description).toMatch(new RegExp(`\\b${name}\\b`))
  })
})

describe('the account is made for the files', () => {
  const deployment = (settings: string) =>
    slipwayYml.replace('{ cluster: shop, service: api }', `{ cluster: shop, service: api, ${settings} }`)

  test.each([
    [
      'a canary of ECS',
      {
        'slipway.yml': deployment(
          'deployment: { strategy: CANARY, canary-percent: 10, canary-bake-minutes: 5, alarms: [api-5xx] }',
        ),
      },
      [],
      'ECS canary',
    ],
    ['AWS CodeDeploy, by an option', {}, ['--codedeploy', 'api'], 'CodeDeploy'],
    [
      'AWS CodeDeploy, by slipway.yml',
      { 'slipway.yml': deployment('codedeploy-application: Shop, codedeploy-deployment-group: ShopApi') },
      [],
      'CodeDeploy',
    ],
    [
      'no file: a family of the account',
      { 'slipway.yml': slipwayYml.replace('deploy/api.json', 'orders') },
      [],
      'ECS rolling',
    ],
    ['no image in slipway.yml', { 'slipway.yml': slipwayYml.replace(/^image: .*$/m, '') }, [], 'ECS rolling'],
    [
      'secrets, parameters, and ARM64',
      {
        'deploy/api.json': definition
          .replace('"X86_64"', '"ARM64"')
          .replace(
            '"essential": true,',
            '"essential": true, "secrets": [{ "name": "A", "valueFrom": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:api/db-AbCdEf:password::" }, { "name": "B", "valueFrom": "/api/token" }],',
          ),
      },
      [],
      'ECS rolling',
    ],
    [
      'tasks on EC2 without a port',
      {
        'deploy/api.json': definition
          .replace('["FARGATE"]', '["EC2"]')
          .replace('"awsvpc"', '"bridge"')
          .replace(/"portMappings": .*\n/, ''),
      },
      [],
      'ECS rolling',
    ],
  ])('%s', async (_, files, words, strategy) => {
    const { simulate } = simulateScene(files)
    const { code, out } = await simulate('api', '--environment', 'staging', ...words, '--json')
    const [api] = json(out)
    expect([code, api?.outputs.verdict, api?.outputs.cause]).toEqual([0, 'succeeded', ''])
    expect(readFileSync(api?.summary ?? '', 'utf8')).toContain(strategy)
  })

  test('a mistake in the files fails although every image is healthy, and the exit code is 1', async () => {
    const { simulate } = simulateScene({
      'deploy/api.json': definition.replace('"api-execution"', '"arn:aws:iam::999988887777:role/api"'),
    })
    const { code, out } = await simulate('api', '--environment', 'staging', '--json')
    expect([code, json(out)[0]?.outputs.cause]).toEqual([
      1,
      expect.stringContaining('Cross-account pass role is not allowed'),
    ])
  })
})

test.each([
  [
    ['--environment', 'staging', '--image-behaviour', 'apii=crsh', '--image-behaviour', 'web'],
    /not "crsh"[\s\S]*must be SERVICE=BEHAVIOUR, not "web"[\s\S]*did you mean api\?/,
  ],
  [
    ['--environment', 'staging', '--image-behaviour', 'api=crash:999'],
    /the exit code must be a whole number from 0 to 255/,
  ],
  [['--environment', 'staging', '--image-behaviour', 'api=spot:1'], /spot takes no number/],
  [
    ['--environment', 'staging', '--codedeploy', 'wen'],
    /--codedeploy must name a service, api, web, not "wen", did you mean web\?/,
  ],
  [['--environment', 'staging', '--output', 'deploy'], /--output deploy must be a new or empty folder/],
  [[], /--environment must be one of staging, production/],
  [['--environment', 'staging', '--config', 'none.yml'], /--config none.yml does not exist/],
])('%j ends with 2', async (words, why) => {
  const { simulate } = simulateScene()
  const { code, out, err } = await simulate(...words)
  expect([code, out, err]).toEqual([2, '', expect.stringMatching(why)])
})
