/** Programs in processes of their own that live by the simulator's clock, whatever the machine is busy with. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { temporaryFolder } from '../temporary-folder.ts'
import { createSimulator, type Simulator } from './simulator.ts'
import { type SharedTime, shareTime } from './time-server.ts'

let sim: Simulator
let time: SharedTime
let close: () => Promise<void>
let url: string

beforeEach(async () => {
  sim = createSimulator()
  time = await shareTime(sim.clock)
  const listening = await sim.listen(0, { time: 'shared' })
  url = listening.url
  close = listening.close
})
afterEach(async () => {
  await close()
  time.close()
})

const since = (start: number) => (sim.clock.now() - start) / 1000

/** Runs the script; what it prints, and how many seconds it took in its own time. */
function start(script: string) {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', `const url = '${url}'\n${script}`], {
    env: { ...time.environment, PATH: process.env.PATH ?? '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const began = sim.clock.now()
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const result = async () => {
    const [printed] = await Promise.all([text(child.stdout), ended])
    return { lines: printed.trim().split('\n'), seconds: since(began) }
  }
  return { child, result: result() }
}

const run = (script: string) => start(script).result

test('timers of a program fire in the order of their time, and its clocks go along', async () => {
  const { lines, seconds } = await run(`
    const [wall, steady] = [Date.now(), process.hrtime.bigint()]
    const say = (what) => console.log(what, (Date.now() - wall) / 1000, Number((process.hrtime.bigint() - steady) / 1000000000n))
    setTimeout(() => say('day'), 86_400_000)
    setTimeout(say, 5_000, 'given')
    const gone = setTimeout(() => say('never'), 1_000)
    clearTimeout(gone)
    let count = 0
    const often = setInterval(() => (say('often'), ++count === 2 && clearInterval(often)), 2_000)
    setTimeout(() => say('nobody waits'), 90_000_000).unref()`)
  expect(lines).toEqual(['often 2 2', 'often 4 4', 'given 5 5', 'day 86400 86400'])
  expect(seconds).toBe(86_400)
})

test('what a program is busy with costs it no time', async () => {
  const script = `
    import { readFile } from 'node:fs/promises'
    import { execFile } from 'node:child_process'
    import { promisify } from 'node:util'
    const from = Date.now()
    setTimeout(() => console.log('timer'), 1_000)
    for (let turn = 0; turn < 20; turn++) await readFile(process.execPath.replace(/bin.*/, 'package.json')).catch(() => {})
    for (let sum = 0; sum < 3e7; sum++);
    await promisify(execFile)('sleep', ['0.1'])
    await (await fetch(url + '/github/nowhere')).text()
    console.log('work', Date.now() - from)`
  expect((await run(script)).lines).toEqual(['work 0', 'timer'])
})

test('two programs take turns in the order of time', async () => {
  const folder = temporaryFolder()
  const script = (name: string, every: number) => `
    import { appendFileSync } from 'node:fs'
    await fetch(url + '/github/nowhere')
    const from = Date.now()
    for (let turn = 0; turn < 3; turn++) {
      await new Promise((resolve) => setTimeout(resolve, ${every}))
      appendFileSync(${JSON.stringify(join(folder, 'seen'))}, '${name}' + (Date.now() - from) + ' ')
      for (let sum = 0; sum < 1e7; sum++);
    }
    console.log((Date.now() - from) / 1000)`
  // Neither begins before the other one is there.
  const { promise: bothThere, resolve } = Promise.withResolvers<void>()
  let there = 0
  const run = () => {
    if (++there === 2) resolve()
    return bothThere
  }
  sim.faults.add({ service: 'github', effect: { kind: 'callback', run } })
  const [slow, quick] = [start(script('slow', 5_000)), start(script('quick', 2_000))]
  expect((await slow.result).lines).toEqual(['15'])
  expect((await quick.result).lines).toEqual(['6'])
  expect(readFileSync(join(folder, 'seen'), 'utf8').trim().split(' ')).toEqual([
    'quick2000',
    'quick4000',
    'slow5000',
    'quick6000',
    'slow10000',
    'slow15000',
  ])
})

test('an answer that is late by the clock, and one that never comes, let the time go on', async () => {
  sim.faults.add({ service: 'github', effect: { kind: 'slow', milliseconds: 45_000 }, times: 1 })
  sim.faults.add({ service: 'github', skip: 1, effect: { kind: 'hang' } })
  const { lines } = await run(`
    const from = Date.now()
    const ask = async (signal) => (await fetch(url + '/github/nowhere', { signal })).status
    console.log(await ask(), (Date.now() - from) / 1000)
    const given = await ask(AbortSignal.timeout(30_000)).catch((error) => error.name)
    console.log(given, (Date.now() - from) / 1000)`)
  expect(lines).toEqual(['401 45', 'TimeoutError 75'])
})

test('a program that is killed while it waits leaves the time to the others', async () => {
  sim.faults.add({ service: 'github', effect: { kind: 'callback', run: () => void lost.child.kill('SIGKILL') } })
  const lost = start(`await fetch(url + '/github/nowhere')`)
  await lost.result
  expect((await run('setTimeout(() => console.log("there"), 60_000)')).lines).toEqual(['there'])
})

test('a program that still waits when its simulator is gone ends', async () => {
  const { promise: asked, resolve } = Promise.withResolvers<void>()
  sim.faults.add({ service: 'github', effect: { kind: 'callback', run: () => resolve() } })
  sim.faults.add({ service: 'github', effect: { kind: 'hang' } })
  const { child } = start(`await fetch(url + '/github/nowhere')`)
  await asked
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const release = sim.clock.hold()
  time.close()
  expect(await ended).toBe(1)
  release()
  time = await shareTime(sim.clock)
})
