import { type ChildProcess, spawn } from 'node:child_process'
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
  /** Called with every printed line, without delay. */
  readonly onLine?: ((line: string) => void) | undefined
}

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
const longestLine = 4000
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
  let output = ''
  const tail: string[] = []
  const keep = (line: string) => {
    tail.push(line)
    if (tail.length > tailLines) tail.shift()
    command.onLine?.(line)
  }
  const flushes = [child.stdout, child.stderr].map((stream) => {
    const lines = lineReader(keep)
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      if (stream === child.stdout && output.length < mostOutput) output += chunk
      lines.push(chunk)
    })
    return lines.end
  })
  let killer: NodeJS.Timeout | undefined
  const stop = () => {
    child.kill('SIGTERM')
    killer = setTimeout(() => child.kill('SIGKILL'), grace)
  }
  command.signal.addEventListener('abort', stop, { once: true })
  try {
    const exitCode = await exitOf(child)
    for (const flush of flushes) flush()
    if (command.signal.aborted) throw cancelled()
    return { exitCode, tail, output }
  } finally {
    clearTimeout(killer)
    command.signal.removeEventListener('abort', stop)
  }
}

/** The exit code; undefined where a signal ended the process. Throws `docker-unavailable` where it could not be started. */
function exitOf(child: ChildProcess): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(noDocker(error)))
    child.on('close', (code) => resolve(code ?? undefined))
  })
}

/** Cuts a stream into lines; a carriage return ends one too, as progress bars use it. */
function lineReader(onLine: (line: string) => void): { push(chunk: string): void; end(): void } {
  let rest = ''
  const emit = (line: string) => {
    if (line.trim() !== '') onLine(line.slice(0, longestLine))
  }
  return {
    push(chunk) {
      const lines = (rest + chunk).split(/[\r\n]+/)
      rest = lines.pop() ?? ''
      if (rest.length > longestLine) {
        emit(rest)
        rest = ''
      }
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
