/** The demo is what people try first, so it is tried here as they do: as a command. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { temporaryFolder } from '../temporary-folder.ts'
import { scenarios } from './scenarios.ts'
import { commitOf, openStage } from './stage.ts'
import { tell } from './story.ts'

const execute = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const patience = 60_000

async function node(...words: readonly string[]) {
  try {
    const { stdout, stderr } = await execute(process.execPath, ['--disable-warning=ExperimentalWarning', ...words], {
      cwd: root,
    })
    return { exitCode: 0, stdout, stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { exitCode: code, stdout, stderr }
  }
}

const demo = (...words: readonly string[]) => node('test/demo.ts', ...words)

describe('npm run demo', () => {
  test.concurrent.each([
    ['crash', 'Essential container in task exited ("api", exit code 1)', 'prices.js'],
    ['out-of-memory', 'OutOfMemoryError', 'exit code 137'],
    ['unhealthy-target', 'HTTP 500 (Target.ResponseCodeMismatch)', '/health'],
    ['capacity', 'Capacity is unavailable at this time', 'unable to place a task'],
    ['alarm', 'ALARM_ACTIVE: alarm api-5xx', 'AllowTraffic'],
  ])(
    '--scenario %s: the cause is found, the old revision serves, Slack and the summary say so',
    async (scenario, cause, evidence) => {
      const output = temporaryFolder()
      const { exitCode, stdout } = await demo('--scenario', scenario, '--output', output)
      const file = (name: string) => readFile(join(output, `${scenario}.${name}`), 'utf8')
      expect({ exitCode, problems: /did not go as it should[\s\S]*/.exec(stdout)?.[0] }).toEqual({ exitCode: 0 })
      expect(/^Cause found: (.*)$/m.exec(stdout)?.[1]).toContain(cause)
      expect(stdout).toMatch(/┃ ⏪ api \(staging\): failed, rolled back to api:1/)
      expect(stdout).not.toContain('\u001b')
      expect(await file('summary.md')).toContain(evidence)
      expect(JSON.parse(await file('slack.json'))).toMatchObject({
        text: expect.stringContaining('rolled back to api:1'),
      })
      expect(await file('slack.html')).not.toMatch(/<script|src=/)
    },
    patience,
  )

  test.concurrent.each([
    ['image-missing', 'api:v3-rc1 is not in Amazon ECR (repository api, eu-west-1, account 111122223333)'],
    ['secret-missing', 'has no arn:aws:secretsmanager:eu-west-1:111122223333:secret:api/webhook-key-AbCdEf'],
    ['log-group-missing', 'CloudWatch Logs has no /teams/orders/api in eu-west-1'],
    ['wrong-architecture', 'is built for linux/arm64, and the task runs on linux/amd64'],
  ])(
    '--scenario %s: preflight stops it before anything is changed, and Slack and the summary say so',
    async (scenario, cause) => {
      const output = temporaryFolder()
      const { exitCode, stdout } = await demo('--scenario', scenario, '--output', output)
      const file = (name: string) => readFile(join(output, `${scenario}.${name}`), 'utf8')
      expect({ exitCode, problems: /did not go as it should[\s\S]*/.exec(stdout)?.[0] }).toEqual({ exitCode: 0 })
      expect(/^Cause found: (.*)$/m.exec(stdout)?.[1]).toContain(cause)
      expect(stdout).toMatch(/┃ ❌ api \(staging\): failed, nothing changed/)
      expect(await file('summary.md')).toContain('nothing changed')
      expect(JSON.parse(await file('slack.json'))).toMatchObject({ text: expect.stringContaining('nothing changed') })
    },
    patience,
  )

  test('--list has a line for each', async () => {
    const { stdout } = await demo('--list')
    for (const [name, { about }] of Object.entries(scenarios))
      expect(stdout).toMatch(new RegExp(`^  ${name} +${about.slice(0, 9)}`, 'm'))
  })

  test('a scenario that there is not ends with what there is', async () => {
    const { exitCode, stderr } = await demo('--scenario', 'nope')
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/no scenario "nope"[\s\S]*out-of-memory/)
  })

  test(
    'a story that goes another way is told as such',
    async () => {
      const scenario = { ...scenarios['secret-missing'], cause: /no capacity/ } as (typeof scenarios)[string]
      const stage = await openStage(scenario)
      try {
        const teller = { print: () => {}, paint: (_: string, text: string) => text, docker: undefined }
        const { surprises } = await tell(scenario, commitOf(scenario.commit, 41), stage, teller)
        expect(surprises).toEqual([expect.stringContaining('the cause is')])
      } finally {
        await stage.close()
      }
    },
    patience,
  )
})

test('an old Node gets one line instead of a stack trace', async () => {
  const old = 'data:text/javascript,Object.defineProperty(process.versions, "node", { value: "20.11.0" })'
  const { exitCode, stderr } = await node('--import', old, '--import', './scripts/require-node.js', 'test/demo.ts')
  expect(exitCode).toBe(1)
  expect(stderr.trim().split('\n')).toEqual([expect.stringContaining('This needs Node 24')])
})
