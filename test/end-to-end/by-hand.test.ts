/** `npm run simulator`, as its page tells people to play with it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { onlyLong } from '../often.ts'
import { runAction } from './run-action.ts'

const root = join(import.meta.dirname, '../..')
const cli = join(root, 'test/simulator/cli.ts')
const running: ChildProcess[] = []
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGTERM')
})

/** Starts it, and reads the `export` lines that people paste. */
async function simulator(...given: readonly string[]) {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', cli, '--port', '0', ...given])
  running.push(child)
  let printed = ''
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      printed += chunk
      if (printed.includes('/simulator/slack')) resolve()
    })
    child.stderr.on('data', (chunk) => {
      printed += chunk
    })
    child.once('close', () => reject(new Error(printed)))
  })
  await ready
  const environment = Object.fromEntries(
    [...printed.matchAll(/^export (\w+)='([^']*)'$/gm)].map(([, name = '', value = '']) => [name, value]),
  )
  /** Until it has printed such a line, which may be a moment after the step has ended. */
  const line = (pattern: RegExp) =>
    new Promise<void>((resolve) => {
      const look = () => void (pattern.test(printed) && resolve())
      child.stdout.on('data', look)
      look()
    })
  return { line, environment, url: environment.AWS_ENDPOINT_URL ?? '' }
}

const slack = { 'slack-token': 'xoxb-by-hand', 'slack-channel': 'C0123456789' }
const deploy = (environment: Record<string, string>, image: string) =>
  runAction('deploy', {
    environment,
    inputs: { cluster: 'shop', service: 'api', image, guard: 'off', 'wait-max-delay-seconds': '1', ...slack },
  })

describe('the simulator by hand', () => {
  test('makes an image fail by its tag, prints the Slack messages and shows them as a page', async () => {
    const { environment, line, url } = await simulator('--speed', '200')
    const failed = await deploy(environment, 'registry.example.com/api:crash')
    expect(failed.exitCode).toBe(1)
    expect(failed.log).toMatch(/Essential container in task exited/)
    await line(/Slack #deploys · new message/)
    await line(/Slack #deploys · edited \d+ times?/)
    const page = await (await fetch(`${url}/simulator/slack`)).text()
    const [, message = ''] = /href="(\/simulator\/slack\/[\d.]+)"/.exec(page) ?? []
    expect(await (await fetch(`${url}${message}`)).text()).toMatch(/Essential container in task exited/)
  })

  onlyLong(test)('changes what an image does while it runs', async () => {
    const { environment, url } = await simulator('--speed', '200', '--image', 'registry.example.com/api:v2=crash')
    const change = (line: string) => fetch(`${url}/simulator/images`, { method: 'POST', body: line })
    expect((await deploy(environment, 'registry.example.com/api:v2')).exitCode).toBe(1)
    expect((await change('registry.example.com/api:v2=healthy')).status).toBe(200)
    expect(await deploy(environment, 'registry.example.com/api:v2')).toMatchObject({
      exitCode: 0,
      outputs: { verdict: 'succeeded' },
    })
    const wrong = await change('registry.example.com/api:v2=explode')
    expect([wrong.status, await wrong.text()]).toEqual([
      400,
      expect.stringContaining('with one of healthy, slow, crash'),
    ])
  })

  test('says which behaviours there are when it is given another', async () => {
    await expect(simulator('--image', 'api:v2=explode')).rejects.toThrow(/"api:v2=explode" must be image=behaviour/)
  })
})

test('its page names every flag and address', () => {
  const page = readFileSync(join(root, 'test/simulator/README.md'), 'utf8')
  for (const name of ['--port', '--speed', '--image', '/simulator/images', '/simulator/slack'])
    expect(page).toContain(name)
})
