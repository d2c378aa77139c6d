import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import { readEntries } from './entries.ts'

/** What one process of a bundle has compiled, the next one does not compile again: a quarter of its time. */
const { SLIPWAY_COMPILED: folderOfCompiled } = process.env
const compiled = folderOfCompiled === undefined ? {} : { NODE_COMPILE_CACHE: folderOfCompiled }

export interface ProcessResult {
  readonly exitCode: number
  readonly log: string
  readonly outputs: Record<string, string>
  readonly state: Record<string, string>
  readonly variables: Record<string, string>
  /** Folders that the step put in front of PATH, the last one first. */
  readonly paths: readonly string[]
  readonly summary: string
}

/** The runner's own patience with a cancelled process: the times after each other (actions/runner, ProcessInvoker.cs). */
const sigintMilliseconds = 7_500
const sigtermMilliseconds = 2_500

/** The time in which a step lives; milliseconds. A simulator's clock is one. */
export interface Time {
  now(): number
  after(milliseconds: number, action: () => void): { cancel(): void }
}

export const realTime: Time = {
  now: () => performance.now(),
  after(milliseconds, action) {
    const timer = setTimeout(action, milliseconds)
    return { cancel: () => clearTimeout(timer) }
  },
}

/** Runs one process of a step with the files that the runner gives it, and cancels it as the runner does. */
export async function runProcess(options: {
  readonly command: string
  readonly arguments: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly folder: string
  readonly temporary: string
  readonly signal: AbortSignal
  readonly time: Time
  /** Gets what the process prints as it comes, for people who watch. */
  readonly onOutput?: ((text: string) => void) | undefined
  readonly onStart?: ((processId: number) => void) | undefined
}): Promise<ProcessResult> {
  const file = (name: string) => {
    const path = join(options.temporary, `${name}-${randomUUID()}`)
    writeFileSync(path, '')
    return path
  }
  const files = {
    GITHUB_OUTPUT: file('output'),
    GITHUB_STATE: file('state'),
    GITHUB_ENV: file('env'),
    GITHUB_PATH: file('path'),
    GITHUB_STEP_SUMMARY: file('summary'),
  }
  const log: Buffer[] = []
  const child = spawn(options.command, options.arguments, {
    cwd: options.folder,
    env: { ...compiled, ...options.environment, ...files },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr]) {
    const decoder = new StringDecoder('utf8')
    stream.on('data', (chunk: Buffer) => {
      log.push(chunk)
      options.onOutput?.(decoder.write(chunk))
    })
  }
  if (child.pid !== undefined) options.onStart?.(child.pid)
  const release = cancelWith(options, (name) => child.kill(name))
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })
  release()
  return {
    exitCode,
    log: Buffer.concat(log).toString(),
    outputs: readEntries(files.GITHUB_OUTPUT),
    state: readEntries(files.GITHUB_STATE),
    variables: readEntries(files.GITHUB_ENV),
    paths: readFileSync(files.GITHUB_PATH, 'utf8').split('\n').filter(Boolean).reverse(),
    summary: readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8'),
  }
}

/**
 * SIGINT, 7.5 s, SIGTERM, 2.5 s, SIGKILL. A step that begins after the cancel, because its condition says so, runs
 * undisturbed. Returns what takes the timers back.
 */
function cancelWith(
  { signal, time }: { readonly signal: AbortSignal; readonly time: Time },
  kill: (name: NodeJS.Signals) => void,
): () => void {
  const timers: { cancel(): void }[] = []
  const cancel = () => {
    kill('SIGINT')
    timers.push(time.after(sigintMilliseconds, () => kill('SIGTERM')))
    timers.push(time.after(sigintMilliseconds + sigtermMilliseconds, () => kill('SIGKILL')))
  }
  signal.addEventListener('abort', cancel, { once: true })
  return () => {
    signal.removeEventListener('abort', cancel)
    for (const timer of timers) timer.cancel()
  }
}
