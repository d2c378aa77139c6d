/**
 * The EB CLI of AWS, as its users install it, against the simulator: events, health and ends are those that it knows.
 * `python3 -m pip install awsebcli==3.27.5` brings it. `.ci/run` does not: there is no wheel of it, and it installs nothing else.
 */
import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { beanstalkOf, beanstalkScene, production, rolling } from '../actions/beanstalk-scene.ts'
import type { BeanstalkSeed } from '../simulator/elasticbeanstalk/elasticbeanstalk.ts'
import type { Listening } from '../simulator/server.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const run = promisify(execFile)

function isThere(): boolean {
  try {
    execFileSync('eb', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    console.warn('Skipped: eb is not on the PATH.')
    return false
  }
}

/** What `eb init` writes. */
const settings = `branch-defaults:
  default:
    environment: ${production}
global:
  application_name: shop
  default_region: eu-west-1
  sc: null
`

let listening: Listening | undefined

beforeEach(() => {
  listening = undefined
})
afterEach(async () => await listening?.close())

async function open(seed: Partial<BeanstalkSeed> = {}) {
  const sim = beanstalkScene(seed, { kind: 'accelerated', speed: 100 })
  listening = await sim.listen()
  const { environment } = listening
  const folder = temporaryFolder()
  mkdirSync(join(folder, '.elasticbeanstalk'))
  writeFileSync(join(folder, '.elasticbeanstalk/config.yml'), settings)
  writeFileSync(join(folder, 'server.js'), 'require("http")')
  const eb = async (...given: string[]) => {
    const env = { ...process.env, ...environment, HOME: folder }
    const ended = run('eb', given, { env, cwd: folder })
    return await ended.then(
      ({ stdout }) => ({ code: 0, printed: stdout }),
      ({ code, stdout, stderr }) => ({ code: Number(code), printed: `${stdout}${stderr}` }),
    )
  }
  return { sim, eb }
}

const withEb = isThere() ? test : test.skip

describe('the EB CLI', () => {
  withEb('deploys a version, and shows it', async () => {
    const { sim, eb } = await open()
    const deployed = await eb('deploy', production, '--label', 'v2')
    expect(deployed).toMatchObject({
      code: 0,
      printed: expect.stringMatching(/Environment update completed successfully/),
    })
    expect(
      beanstalkOf(sim)
        .environment(production)
        .instances.map(({ label }) => label),
    ).toEqual(['v2', 'v2'])
    const { printed } = await eb('status', production)
    expect(printed).toMatch(/Deployed Version: v2[\s\S]*Status: Ready[\s\S]*Health: Green/)
  })

  withEb('knows a failure by its events', async () => {
    const { sim, eb } = await open({ ...rolling, instances: 3 })
    beanstalkOf(sim).behave('v2', { kind: 'command-fails', exitCode: 1, log: ["Error: Cannot find module 'express'"] })
    const { printed } = await eb('deploy', production, '--label', 'v2')
    expect(printed).toMatch(/ERROR.*Failed to deploy application/)
  })

  withEb('is refused while an update is in progress, in words of AWS', async () => {
    const { sim, eb } = await open()
    beanstalkOf(sim).managedUpdate(production, 100_000)
    const { printed } = await eb('deploy', production, '--label', 'v2')
    expect(printed).toMatch(/is in an invalid state for this operation\. Must be Ready/)
  })

  withEb('changes option settings', async () => {
    const { sim, eb } = await open()
    const { printed } = await eb('setenv', 'LOG_LEVEL=debug', '--environment', production)
    expect(printed).toMatch(/Environment update completed successfully|Successfully deployed new configuration/)
    const { settings: now } = beanstalkOf(sim).environment(production)
    expect(now.get('aws:elasticbeanstalk:application:environment LOG_LEVEL')?.Value).toBe('debug')
  })
})
