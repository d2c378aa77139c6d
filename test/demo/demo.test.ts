/** The demo is what people try first, so it is tried here as they do: as a command. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { onlyLong, some } from '../often.ts'
import { oneLine, printedOn, withoutNumbers } from '../printed.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { type Scenario, scenarios } from './scenarios.ts'
import { commitOf, openStage } from './stage.ts'
import { tell } from './story.ts'

const execute = promisify(execFile)
const root = join(import.meta.dirname, '../..')

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

/** Tells a story without people who watch, so that nobody waits. */
async function tellAlone(scenario: Scenario) {
  const stage = await openStage(scenario, false)
  try {
    const lines: string[] = []
    const teller = {
      print: (line: string) => void lines.push(line),
      paint: (_: string, text: string) => text,
      docker: undefined,
    }
    return { ...(await tell(scenario, commitOf(scenario.commit, 41), stage, teller)), printed: lines.join('\n') }
  } finally {
    await stage.close()
  }
}

const stories = new Map<Scenario, ReturnType<typeof tellAlone>>()

/** As `tellAlone`; several tests may look at one telling. */
function told(scenario: Scenario) {
  const story = stories.get(scenario) ?? tellAlone(scenario)
  stories.set(scenario, story)
  return story
}

const scenarioOf = (name: string) => scenarios[name] as Scenario

describe('npm run demo', () => {
  test.concurrent('as a command: it goes as it should, prints what the README has, and writes messages and summaries', async () => {
    const output = temporaryFolder()
    const { exitCode, stdout } = await demo('--fast', '--output', output)
    const file = (name: string) => readFile(join(output, `2-rolled-back.${name}`), 'utf8')
    expect({ exitCode, problems: /did not end as expected[\s\S]*/.exec(stdout)?.[0] }).toEqual({ exitCode: 0 })
    expect(/^Cause found: (.*)$/m.exec(stdout)?.[1]).toContain('Essential container in task exited')
    expect(stdout).toMatch(/┃ ⏪ api \(staging\): failed, rolled back to api:2/)
    expect(stdout).not.toContain('\u001b')
    const printed = withoutNumbers(oneLine(stdout))
    const [block = ''] = printedOn('README.md')
    for (const entry of block.split(/ (?=\d\d:\d\d )/)) expect(printed).toContain(withoutNumbers(entry))
    expect(await file('summary.md')).toContain('prices.js')
    expect(JSON.parse(await file('slack.json'))).toMatchObject({
      text: expect.stringContaining('rolled back to api:2'),
    })
    expect(await file('slack.html')).not.toMatch(/<script|src=/)
  })

  /** What is said of failures of these kinds, in this process: test/actions/told-failures. */
  const rolledBack = [
    ['alarm', 'ALARM_ACTIVE: alarm api-5xx', 'AllowTraffic'],
    ['crash', 'Essential container in task exited ("api", exit code 1)', 'prices.js'],
    ['out-of-memory', 'OutOfMemoryError', 'exit code 137'],
    ['unhealthy-target', 'HTTP 500 (Target.ResponseCodeMismatch)', '/health'],
    ['capacity', 'Capacity is unavailable at this time', 'unable to place a task'],
  ] as const

  onlyLong(test.concurrent.each(rolledBack))(
    '%s: the cause is found, the old revision is live again, and Slack and the summary report it',
    async (name, cause, evidence) => {
      const story = await told(scenarioOf(name))
      expect(story.surprises).toEqual([])
      expect(story.cause).toContain(cause)
      expect(story.summary).toContain(evidence)
      expect(story.slack?.content.text).toContain('rolled back to api:1')
    },
  )

  onlyLong(test.concurrent)('success: the canary gets its share, then everything', async () => {
    const { surprises, printed } = await told(scenarioOf('success'))
    expect(surprises).toEqual([])
    expect(printed).toMatch(/10%[\s\S]*deployed in/)
  })

  onlyLong(test.concurrent)('the page of preflight has what it prints of an image that does not exist', async () => {
    const { printed } = await told(scenarioOf('image-missing'))
    const [block = ''] = printedOn('docs/preflight.md')
    expect(withoutNumbers(oneLine(printed))).toContain(withoutNumbers(block))
  })

  const stopped = [
    ['image-missing', 'api:v3-rc1 is not in Amazon ECR (repository api, eu-west-1, account 111122223333)'],
    ['secret-missing', 'has no arn:aws:secretsmanager:eu-west-1:111122223333:secret:api/webhook-key-AbCdEf'],
    ['log-group-missing', 'CloudWatch Logs has no /teams/orders/api (eu-west-1, account 111122223333)'],
    ['wrong-architecture', 'is built for linux/arm64, and the task runs on linux/amd64'],
  ] as const

  test.concurrent.each(some(stopped, 4))(
    '%s: preflight stops it before anything is changed, and Slack and the summary report it',
    async (name, cause) => {
      const story = await told(scenarioOf(name))
      expect(story.surprises).toEqual([])
      expect(story.cause).toContain(cause)
      expect(story.printed).toMatch(/┃ ❌ api \(staging\): failed, nothing changed/)
      expect(story.summary).toContain('nothing changed')
      expect(story.slack?.content.text).toContain('nothing changed')
    },
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

  test('a story that goes another way is told as such', async () => {
    const { surprises } = await told({ ...scenarioOf('secret-missing'), cause: /no capacity/ })
    expect(surprises).toEqual([expect.stringContaining('the cause is')])
  })
})

test('an old Node gets one line instead of a stack trace', async () => {
  const old = 'data:text/javascript,Object.defineProperty(process.versions, "node", { value: "20.11.0" })'
  const { exitCode, stderr } = await node('--import', old, '--import', './scripts/require-node.js', 'test/demo.ts')
  expect(exitCode).toBe(1)
  expect(stderr.trim().split('\n')).toEqual([expect.stringContaining('This needs Node 24')])
})
