import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { Failure } from '../failure.ts'
import { text, untrusted } from '../text.ts'

/** One call of the `docker` program. */
export interface DockerCommand {
  /** Never through a shell, so nothing in them is obeyed. Passwords and secrets do not belong here: others can read them. */
  readonly arguments: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Working directory: the workspace. */
  readonly directory: string
  /** Cancels: SIGTERM to the command, and SIGKILL after a few seconds. */
  readonly signal: AbortSignal
  /** Called with every printed line, without delay. A carriage return is a part of its line. */
  readonly onLine?: ((line: string, stream: OutputStream) => void) | undefined
  /**
   * Hands on the lines of stderr after all of stdout: two pipes have no common order, and the commands that print on both report
   * their error last.
   */
  readonly errorsLast?: boolean | undefined
}

/** The stream of a line. */
export type OutputStream = 'stdout' | 'stderr'

/** Exit code and output of a `docker` call. */
export interface DockerResult {
  /** Undefined when a signal ended it. */
  readonly exitCode: number | undefined
  /** The last lines of both streams, oldest first. */
  readonly tail: readonly string[]
  /** At most 1 MiB. */
  readonly output: string
}

const tailLines = 80
const longestKept = 4000
/** BuildKit sends a Dockerfile in one line of its progress. Characters. */
const longestLine = 4 * 1024 * 1024
const mostOutput = 1024 * 1024
/** From the request to end to the kill. Milliseconds. */
const grace = 5000

/** Runs the docker CLI to its end, whatever its exit code. Throws `docker-unavailable` when there is none, `cancelled`. */
export async function runDocker(command: DockerCommand): Promise<DockerResult> {
  if (command.signal.aborted) throw cancelled()
  const child = spawn('docker', [...command.arguments], {
    cwd: command.directory,
    env: command.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const read = readOutput(child, command)
  let killer: NodeJS.Timeout | undefined
  const stop = () => {
    child.kill('SIGTERM')
    killer = setTimeout(() => child.kill('SIGKILL'), grace)
  }
  command.signal.addEventListener('abort', stop, { once: true })
  try {
    const exitCode = await exitOf(child)
    const result = { exitCode, ...read() }
    if (command.signal.aborted) throw cancelled()
    return result
  } finally {
    clearTimeout(killer)
    command.signal.removeEventListener('abort', stop)
  }
}

/** Hands on the lines; what is returned hands on the rest of them after the end, and returns what was kept. */
function readOutput(
  child: ChildProcessByStdio<null, Readable, Readable>,
  { errorsLast, onLine }: DockerCommand,
): () => Pick<DockerResult, 'tail' | 'output'> {
  let output = ''
  const tail: string[] = []
  const keep = (line: string, stream: OutputStream) => {
    tail.push(line.slice(0, longestKept))
    if (tail.length > tailLines) tail.shift()
    onLine?.(line, stream)
  }
  const held: string[] = []
  const flushes = (['stdout', 'stderr'] as const).map((name) => {
    const isHeld = name === 'stderr' && errorsLast === true
    const lines = lineReader((line) => (isHeld ? void held.push(line) : keep(line, name)))
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      if (name === 'stdout' && output.length < mostOutput) output += chunk
      lines.push(chunk)
    })
    return lines.end
  })
  return () => {
    for (const flush of flushes) flush()
    for (const line of held) keep(line, 'stderr')
    return { tail, output }
  }
}

/** The exit code; undefined where a signal ended the process. Throws `docker-unavailable` where it could not be started. */
function exitOf(child: ChildProcess): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(noDocker(error)))
    child.on('close', (code) => resolve(code ?? undefined))
  })
}

/** Cuts a stream into lines that are not blank. What is too long is cut. */
function lineReader(onLine: (line: string) => void): { push(chunk: string): void; end(): void } {
  let rest = ''
  const emit = (line: string) => {
    if (line.trim() !== '') onLine(line.replace(/\r$/, '').slice(0, longestLine))
  }
  return {
    push(chunk) {
      const lines = (rest + chunk).split('\n')
      rest = (lines.pop() ?? '').slice(0, longestLine)
      for (const line of lines) emit(line)
    },
    end: () => emit(rest),
  }
}

function cancelled(): Failure {
  return new Failure({ code: 'cancelled', what: text`The build was cancelled`, fix: text`No tag was changed.` })
}

function noDocker(error: Error): Failure {
  const isMissing = 'code' in error && error.code === 'ENOENT'
  return new Failure({
    code: 'docker-unavailable',
    what: text`The command docker could not be started`,
    why: isMissing ? text`docker is not installed on this runner (ENOENT)` : text`${untrusted(error.message)}`,
    fix: text`Install Docker with Buildx on the runner, or build with another tool and set oci-layout to its output.`,
    cause: error,
  })
}
