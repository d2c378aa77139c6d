import { readFileSync } from 'node:fs'
import { systemClock } from '../clock.ts'
import { openFetch } from '../http/open-fetch.ts'
import { cancellation } from '../runner/signals.ts'
import { type CliWorld, exitCodes, type LoadSimulator } from './command.ts'
import { openFile } from './open-file.ts'
import { runCommandLine } from './run-command.ts'
import { askOnTerminal, processTerminal } from './terminal.ts'

/**
 * The program `slipway`: runs the arguments of the process and sets its exit code. `bundle`: the address of `dist/cli.js`, which
 * also has the address of the simulator.
 */
export async function cli(bundle: string, loadSimulator: LoadSimulator): Promise<void> {
  // `slipway … 2>&1 | head` ends before the output does.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') return
      if (stream === process.stdout) process.stderr.write(`slipway: stdout cannot be written: ${error.message}\n`)
      process.exit(exitCodes.failed)
    })
  const { signal, release } = cancellation()
  process.exitCode = await runCommandLine(process.argv.slice(2), versionOf(bundle), openWorld(signal, loadSimulator))
  release()
}

function openWorld(signal: AbortSignal, loadSimulator: LoadSimulator): CliWorld {
  const { env: environment, stdin, stdout, stderr } = process
  return {
    directory: startFolder(environment),
    environment,
    out: (text) => stdout.write(text),
    err: (text) => stderr.write(text),
    ask: stdin.isTTY && stderr.isTTY ? askOnTerminal(signal, processTerminal) : undefined,
    fetch: openFetch(environment),
    clock: systemClock,
    signal,
    open: openFile,
    loadSimulator,
  }
}

/** `npm run slipway` changes to the folder of package.json; the folder that it was started in is in INIT_CWD (npm-run-script). */
function startFolder(environment: NodeJS.ProcessEnv): string {
  return environment.npm_lifecycle_event === 'slipway' && environment.INIT_CWD ? environment.INIT_CWD : process.cwd()
}

/** package.json is beside the folder `dist/` of the bundle. */
function versionOf(bundle: string): string {
  const { version }: { version: string } = JSON.parse(readFileSync(new URL('../package.json', bundle), 'utf8'))
  return version
}
