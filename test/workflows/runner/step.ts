import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TemplateToken } from '@actions/workflow-parser/templates/tokens/template-token'
import { locateAction, runAction } from './action.ts'
import { asText, type Contexts, type Functions, holds, member, resolve, texts } from './expressions.ts'
import type { Repository } from './files.ts'
import type { Job } from './job.ts'
import { type ProcessResult, runProcess } from './process.ts'
import type { Result, StepRecord } from './run.ts'

/** Steps that know each other: those of a job, or of one use of a composite action. */
export interface Scope {
  /** Repository of the file in which the steps stand: what `$/` means. */
  readonly home: Repository
  readonly inputs: unknown
  readonly environment: Readonly<Record<string, string>>
}

/** What later steps see of a step. */
export interface StepResult {
  readonly outcome: Result
  readonly conclusion: Result
  readonly outputs: Readonly<Record<string, string>>
}

export interface StepEnd {
  readonly outcome: Result
  readonly outputs: Readonly<Record<string, string>>
}

const skipped: StepResult = { outcome: 'skipped', conclusion: 'skipped', outputs: {} }

/** Runs steps one after the other. A step that cannot even begin fails with the reason in its log, as on GitHub. */
export async function runSteps(
  job: Job,
  steps: readonly TemplateToken[],
  scope: Scope,
): Promise<{ readonly results: Readonly<Record<string, StepResult>>; readonly ok: boolean }> {
  const results: Record<string, StepResult> = {}
  let ok = true
  for (const [index, step] of steps.entries()) {
    const id = asText(resolve(member(step, 'id'), {})) || `__${index}`
    results[id] = await attempt(job, step, id, results, ok, scope)
    ok &&= results[id].conclusion === 'success' || results[id].conclusion === 'skipped'
  }
  return { results, ok }
}

async function attempt(
  job: Job,
  step: TemplateToken,
  id: string,
  results: Readonly<Record<string, StepResult>>,
  ok: boolean,
  scope: Scope,
): Promise<StepResult> {
  const contexts = {
    ...job.contexts,
    inputs: scope.inputs,
    steps: { ...results },
    env: { ...job.environment, ...scope.environment },
    runner: { os: 'Linux', temp: job.temporary },
    job: { status: job.session.signal.aborted ? 'cancelled' : ok ? 'success' : 'failure' },
  }
  try {
    if (!holds(member(step, 'if'), contexts, statusOf(job, ok))) return skipped
    const environment = { ...scope.environment, ...texts(resolve(member(step, 'env'), contexts)) }
    const { outcome, outputs } = await runStep(job, step, id, contexts, { ...scope, environment })
    const isForgiven = outcome === 'failure' && resolve(member(step, 'continue-on-error'), contexts) === true
    return { outcome, conclusion: isForgiven ? 'success' : outcome, outputs }
  } catch (error) {
    const log = `Error: ${error instanceof Error ? error.message : String(error)}`
    record(job, { name: id, outcome: 'failure', log, summary: '', isPost: false })
    return { outcome: 'failure', conclusion: 'failure', outputs: {} }
  }
}

function statusOf(job: Job, ok: boolean): Functions {
  const isCancelled = () => job.session.signal.aborted
  return {
    success: () => ok && !isCancelled(),
    failure: () => !ok && !isCancelled(),
    always: () => true,
    cancelled: isCancelled,
  }
}

async function runStep(job: Job, step: TemplateToken, id: string, contexts: Contexts, scope: Scope): Promise<StepEnd> {
  const name = asText(resolve(member(step, 'name'), contexts))
  const script = member(step, 'run')
  if (script) {
    const file = join(job.temporary, `${randomUUID()}.sh`)
    writeFileSync(file, asText(resolve(script, contexts)))
    const command = { command: 'bash', arguments: ['--noprofile', '--norc', '-eo', 'pipefail', file] }
    const folder = asText(resolve(member(step, 'working-directory'), contexts)) || job.folder
    return ended(job, await execute(job, name || id, command, scope.environment, { folder }))
  }
  const uses = asText(resolve(member(step, 'uses'), contexts))
  const given = texts(resolve(member(step, 'with'), contexts))
  const standIn = job.session.actions[/^([^/@]+\/[^/@]+)/.exec(uses)?.[1] ?? '']
  if (standIn) {
    const environment: Record<string, string> = { ...job.environment, ...scope.environment }
    const before = { ...environment }
    const outputs = await standIn({ uses, inputs: given, workspace: job.workspace, environment })
    // What it has set is set for the later steps of the job.
    for (const [key, value] of Object.entries(environment)) if (before[key] !== value) job.environment[key] = value
    record(job, { name: name || uses, outcome: 'success', log: '', summary: '', isPost: false })
    return { outcome: 'success', outputs }
  }
  return runAction(job, { ...locateAction(job, scope, uses), uses, id, name: name || uses }, given, contexts, scope)
}

/** Runs one process of a step and takes over what it says to the runner. */
export async function execute(
  job: Job,
  name: string,
  { command, arguments: parameters }: { readonly command: string; readonly arguments: readonly string[] },
  environment: Readonly<Record<string, string>>,
  { isPost = false, heading = '', folder = '' } = {},
): Promise<ProcessResult> {
  const result = await runProcess({
    command,
    arguments: parameters,
    environment: { ...job.environment, ...environment },
    folder: join(job.workspace, folder),
    temporary: job.temporary,
    signal: isPost ? new AbortController().signal : job.session.signal,
    time: job.session.time,
  })
  Object.assign(job.environment, result.variables)
  if (result.paths.length > 0) job.environment.PATH = [...result.paths, job.environment.PATH].join(':')
  for (const [, secret] of result.log.matchAll(/^::add-mask::(.+)$/gm)) if (secret) job.masks.add(decoded(secret))
  const { outcome } = ended(job, result)
  record(job, { name, outcome, log: `${heading}${result.log}`, summary: result.summary, isPost })
  return result
}

/** A process that a cancel ended is cancelled, whatever its exit code. */
export function ended(job: Job, { exitCode, outputs }: ProcessResult): StepEnd {
  if (exitCode === 0) return { outcome: 'success', outputs }
  return { outcome: job.session.signal.aborted ? 'cancelled' : 'failure', outputs }
}

function record(job: Job, step: StepRecord): void {
  const hide = (text: string) =>
    [...job.masks].reduce((shown, mask) => shown.replaceAll(mask, '***'), withoutMaskCommands(text))
  job.steps.push({ ...step, log: hide(step.log), summary: hide(step.summary) })
}

/** The runner does not print these lines. */
function withoutMaskCommands(log: string): string {
  return log.replace(/^::add-mask::.*\n?/gm, '')
}

function decoded(message: string): string {
  return message.replaceAll('%0A', '\n').replaceAll('%0D', '\r').replaceAll('%25', '%')
}
