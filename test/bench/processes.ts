/** Start-up: whole runs of the bundle in processes of their own, in alternation with a bare Node. */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** One process from its start to its end. */
export interface Sample {
  /** Milliseconds of wall time, as the parent sees them. */
  readonly wall: number
  /** Milliseconds of user and system time of all threads; only with `resources`. */
  readonly cpu: number
  /** Peak memory in MB; only with `resources`. */
  readonly memory: number
}

/** Written by the process itself at its end, so that it works on every system. Costs a millisecond, so runs of their own. */
const resourceHook = `process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  require('node:fs').writeSync(3, JSON.stringify({ cpu: (userCPUTime + systemCPUTime) / 1000, memory: maxRSS / 1024 }))
})`

export interface InstantAws {
  readonly environment: Readonly<Record<string, string>>
  /** Operations that were called since the last question. */
  calls(): Promise<readonly string[]>
  /** Its own CPU time so far, in milliseconds. */
  cpu(): Promise<number>
  close(): void
}

/** The simulator in another process: its work must not count as ours. */
export async function openInstantAws(): Promise<InstantAws> {
  const server: ChildProcess = fork(join(import.meta.dirname, 'instant-aws.ts'), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  const [environment] = await once(server, 'message')
  const answered = async (question: string) => {
    server.send(question)
    const [answer] = await once(server, 'message')
    return answer
  }
  return {
    environment,
    calls: () => answered('calls'),
    cpu: () => answered('cpu'),
    close: () => server.disconnect(),
  }
}

/** A folder with what GitHub's runner gives to a step. */
export function openStep(environment: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-'))
  const hook = join(folder, 'hook.cjs')
  writeFileSync(hook, resourceHook)
  const files = Object.fromEntries(
    ['GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY'].map((name) => [name, join(folder, name)]),
  )
  const clean = { PATH: process.env.PATH ?? '', HOME: folder, RUNNER_TEMP: folder, GITHUB_WORKSPACE: folder }
  const job = { GITHUB_ACTIONS: 'true', GITHUB_REPOSITORY: 'acme/shop', GITHUB_SHA: '0'.repeat(40), GITHUB_RUN_ID: '1' }
  return {
    folder,
    close: () => rmSync(folder, { recursive: true, force: true }),
    async run(args: readonly string[], inputs: Readonly<Record<string, string>>, resources = false): Promise<Sample> {
      for (const path of Object.values(files)) writeFileSync(path, '')
      const given = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])
      const env = { ...clean, ...job, ...environment, ...files, ...Object.fromEntries(given) }
      return await time([...(resources ? ['--require', hook] : []), ...args], env)
    },
  }
}

async function time(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Sample> {
  const output: Buffer[] = []
  const usage: Buffer[] = []
  const started = performance.now()
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
  const ended = once(child, 'exit').then(([code]) => ({ code, wall: performance.now() - started }))
  child.stdout?.on('data', (chunk: Buffer) => output.push(chunk))
  child.stderr?.on('data', (chunk: Buffer) => output.push(chunk))
  child.stdio[3]?.on('data', (chunk: Buffer) => usage.push(chunk))
  await once(child, 'close')
  const { code, wall } = await ended
  if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${code}:\n${Buffer.concat(output)}`)
  const { cpu = 0, memory = 0 } = usage.length > 0 ? JSON.parse(Buffer.concat(usage).toString()) : {}
  return { wall, cpu, memory }
}
