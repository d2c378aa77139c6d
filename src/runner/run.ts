import { appendFileSync } from 'node:fs'
import * as core from '@actions/core'
import { systemClock } from '../clock.ts'
import { redact } from '../diagnosis/redact.ts'
import { Failure } from '../failure.ts'
import { openFetch } from '../http/open-fetch.ts'
import { mistakeText } from '../mistake.ts'
import { failureAnnotations, unlistedMistakes } from '../report/failure-text.ts'
import { type Text, text, untrusted } from '../text.ts'
import { unwritableBy } from '../unwritable.ts'
import type { Action, Runner } from './action.ts'
import { openFiles } from './files.ts'
import { type InputSpec, readInputs } from './inputs.ts'
import { log } from './log.ts'
import { runnerFiles } from './runner-files.ts'
import { cancellation } from './signals.ts'

/** The two entry points that an action.yml can name: `main`, and `post` after the job's other steps. */
export type Step = 'main' | 'post'

/**
 * Runs one step of an action from the runner's environment to the process's exit code. Every error ends here: a
 * `Failure` becomes annotations that a person can act on, anything else is a fault of Slipway with its stack.
 */
export async function run<Spec extends InputSpec>(action: Action<Spec>, step: Step): Promise<void> {
  const { signal, release } = cancellation()
  const { hasSummary, ...runner } = openRunner(signal)
  try {
    const passed = passedInputs(action.inputs, process.env)
    // The post step reads the same inputs again, and has nothing new to say of them.
    const warn = (message: Text) => step === 'main' && log.warning(message)
    const inputs = readInputs(action.inputs, (name) => core.getInput(name), passed, warn)
    await (step === 'main' ? action.main(inputs, runner) : action.post?.(inputs, runner))
  } catch (error) {
    process.exitCode = 1
    report(error)
    // What ends before an action has a report is shown in the place of the report.
    if (!hasSummary()) await runner.writeSummary(await summaryOf(error))
  } finally {
    release()
  }
}

/**
 * An uncaught error, such as a rejection in the background, fails the step as every internal error does. Node itself would print
 * the error with all its members, and those of its causes: requests with their headers among them.
 */
export function reportUncaught(): void {
  process.on('uncaughtException', (error) => {
    report(error)
    process.exit(1)
  })
}

function openRunner(signal: AbortSignal): Runner & { hasSummary(): boolean } {
  const environment = process.env
  const fetch = openFetch(environment)
  let summaries = 0
  const write = runnerFiles(log, () => {
    process.exitCode = 1
  })
  return {
    clock: systemClock,
    signal,
    environment,
    log,
    setOutput: (name, value) => write('outputs', () => core.setOutput(name, value)),
    hasSummary: () => summaries > 0,
    async writeSummary(markdown) {
      summaries++
      // As core.summary does, without its part of Node that costs every start-up several milliseconds.
      const path = environment.GITHUB_STEP_SUMMARY
      if (path) write('summary', () => appendFileSync(path, `${markdown}\n`))
    },
    fail() {
      process.exitCode = 1
    },
    mask: (secret) => core.setSecret(secret),
    saveState: (name, value) => write('state', () => core.saveState(name, value)),
    state: (name) => core.getState(name) || undefined,
    async idToken(audience) {
      const { requestIdToken } = await import('./id-token.ts')
      const token = await requestIdToken(audience, { environment, fetch, clock: systemClock, signal })
      core.setSecret(token)
      return token
    },
    files: openFiles(environment.GITHUB_WORKSPACE ?? process.cwd(), environment.RUNNER_TEMP ?? '/tmp'),
  }
}

/**
 * Names of the inputs that were passed, from the variables that the runner sets: `INPUT_` and the name in upper case
 * with spaces as underscores. Inputs of the spec keep their spelling; others are shown in lower case.
 */
function passedInputs(spec: InputSpec, environment: NodeJS.ProcessEnv): readonly string[] {
  const names = new Map(Object.keys(spec).map((name) => [name.toUpperCase(), name]))
  return Object.keys(environment)
    .filter((variable) => variable.startsWith('INPUT_'))
    .map((variable) => variable.slice('INPUT_'.length))
    .map((name) => names.get(name) ?? name.toLowerCase())
}

async function summaryOf(error: unknown): Promise<string> {
  const { renderFailure, renderFault } = await import('../report/failure-summary.ts')
  return error instanceof Failure ? renderFailure(error) : renderFault(reasonOf(error))
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** A failure may quote what it failed at, such as an address with a password: the log takes that out of annotations. */
function report(thrown: unknown): void {
  const error = unwritableBy(thrown) ?? thrown
  if (error instanceof Failure) {
    for (const { message, place } of failureAnnotations(error)) log.error(message, undefined, place)
    for (const mistake of unlistedMistakes(error)) log.info(mistakeText(mistake))
    return
  }
  log.error(
    text`Internal error (a bug in Slipway): ${untrusted(reasonOf(error))}. Report it, with the log of this step.`,
  )
  if (error instanceof Error && error.stack)
    log.group(
      text`Stack trace`,
      redact(error.stack)
        .split('\n')
        .map((line) => text`${untrusted(line)}`),
    )
}
