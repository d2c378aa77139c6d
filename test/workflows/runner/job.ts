import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TemplateToken } from '@actions/workflow-parser/templates/tokens/template-token'
import { asText, type Contexts, type Functions, holds, items, member, members, resolve } from './expressions.ts'
import { loadAction, type Repository } from './files.ts'
import { type ProcessResult, runProcess } from './process.ts'
import { type Place, pathOf, type Result, type Session, type StepRecord } from './run.ts'

interface Job {
  readonly session: Session
  readonly place: Place
  readonly path: string
  readonly workspace: string
  readonly temporary: string
  readonly contexts: Contexts
  readonly environment: Record<string, string>
  readonly masks: Set<string>
  readonly posts: (() => Promise<void>)[]
  readonly steps: StepRecord[]
}

interface StepResult {
  readonly outcome: Result
  readonly conclusion: Result
  readonly outputs: Readonly<Record<string, string>>
}

/** Runs one job on this machine: a copy of the caller's repository as workspace, its steps, then the post steps. */
export async function runJob(
  session: Session,
  place: Place,
  id: string,
  token: TemplateToken,
  contexts: Contexts,
  permissions: Readonly<Record<string, string>>,
): Promise<{ readonly result: Result; readonly outputs: Readonly<Record<string, string>> }> {
  const temporary = mkdtempSync(join(session.temporary, 'job-'))
  const workspace = join(temporary, 'workspace')
  cpSync(session.caller.folder, workspace, { recursive: true })
  const github = { ...(contexts.github as Record<string, unknown>), workspace, job: id }
  const environment = {
    ...jobEnvironment(session, github, temporary, permissions),
    ...texts(resolve(member(token, 'env'), contexts)),
  }
  const job: Job = {
    session,
    place,
    path: pathOf(place, id),
    workspace,
    temporary,
    contexts: { ...contexts, github },
    environment,
    masks: new Set(),
    posts: [],
    steps: [],
  }
  const { results, ok } = await runSteps(job, items(member(token, 'steps')), {
    home: place.home,
    inputs: contexts.inputs,
    environment: {},
  })
  for (const post of job.posts.reverse()) await post()
  const result: Result = session.signal.aborted ? 'cancelled' : ok ? 'success' : 'failure'
  const after = { ...job.contexts, steps: results }
  const outputs = unmasked(texts(resolve(member(token, 'outputs'), after)), job.masks)
  const named = member(token, 'environment')
  const url = unmasked({ url: asText(resolve(member(named, 'url'), after)) }, job.masks).url ?? ''
  session.records.push({
    path: job.path,
    name: asText(resolve(member(token, 'name'), job.contexts)) || id,
    result,
    outputs,
    permissions,
    steps: job.steps,
    environment: named && { name: asText(resolve(member(named, 'name') ?? named, job.contexts)), url },
    concurrency: resolve(member(token, 'concurrency'), job.contexts) as Record<string, unknown> | undefined,
  })
  return { result, outputs }
}

interface Scope {
  /** Repository of the file in which the steps stand: what `$/` means. */
  readonly home: Repository
  readonly inputs: unknown
  readonly environment: Readonly<Record<string, string>>
}

async function runSteps(
  job: Job,
  steps: readonly TemplateToken[],
  scope: Scope,
): Promise<{ results: Record<string, StepResult>; ok: boolean }> {
  const results: Record<string, StepResult> = {}
  let ok = true
  for (const [index, step] of steps.entries()) {
    const id = asText(resolve(member(step, 'id'), {})) || `__${index}`
    const cancelled = () => job.session.signal.aborted
    const functions: Functions = {
      success: () => ok && !cancelled(),
      failure: () => !ok && !cancelled(),
      always: () => true,
      cancelled,
    }
    const contexts = {
      ...job.contexts,
      inputs: scope.inputs,
      steps: results,
      env: { ...job.environment, ...scope.environment },
      runner: { os: 'Linux', temp: job.temporary },
    }
    if (!holds(member(step, 'if'), contexts, functions)) {
      results[id] = { outcome: 'skipped', conclusion: 'skipped', outputs: {} }
      continue
    }
    const environment = { ...scope.environment, ...texts(resolve(member(step, 'env'), contexts)) }
    const { code, outputs } = await runStep(job, step, id, contexts, { ...scope, environment })
    const forgiven = resolve(member(step, 'continue-on-error'), contexts) === true
    results[id] = {
      outcome: code === 0 ? 'success' : 'failure',
      conclusion: code === 0 || forgiven ? 'success' : 'failure',
      outputs,
    }
    ok &&= results[id].conclusion === 'success'
  }
  return { results, ok }
}

interface StepEnd {
  readonly code: number
  readonly outputs: Readonly<Record<string, string>>
}

async function runStep(job: Job, step: TemplateToken, id: string, contexts: Contexts, scope: Scope): Promise<StepEnd> {
  const script = member(step, 'run')
  if (script) {
    const file = join(job.temporary, `${id}.sh`)
    writeFileSync(file, asText(resolve(script, contexts)))
    const result = await execute(
      job,
      `run ${id}`,
      'bash',
      ['--noprofile', '--norc', '-eo', 'pipefail', file],
      scope.environment,
    )
    return { code: result.exitCode, outputs: result.outputs }
  }
  const uses = asText(resolve(member(step, 'uses'), contexts))
  const stub = job.session.stubs?.[/^([^/@]+\/[^/@]+)/.exec(uses)?.[1] ?? '']
  if (stub) return { code: 0, outputs: stub }
  const { home, folder } = locateAction(job, scope, uses)
  return runAction(job, home, folder, uses, texts(resolve(member(step, 'with'), contexts)), contexts, scope)
}

function locateAction(job: Job, scope: Scope, uses: string): { readonly home: Repository; readonly folder: string } {
  const own = /^\$\/(.+)$/.exec(uses)?.[1]
  if (own) return { home: scope.home, folder: own }
  const [, name, folder] = /^([^/]+\/[^/@]+)\/?([^@]*)@.+$/.exec(uses) ?? []
  const home = job.session.repositories.find((repository) => repository.name === name)
  if (!home) throw new Error(`the action ${uses} cannot be found`)
  return { home, folder: folder ?? '' }
}

async function runAction(
  job: Job,
  home: Repository,
  folder: string,
  uses: string,
  given: Readonly<Record<string, string>>,
  contexts: Contexts,
  scope: Scope,
): Promise<StepEnd> {
  const action = loadAction(home, folder)
  const declared = members(member(action.root, 'inputs'))
  const unknown = Object.keys(given).filter((name) => !declared.some(([input]) => input === name))
  if (unknown.length > 0) throw new Error(`${uses} has no input ${unknown.join(', ')}`)
  const inputs = Object.fromEntries(
    declared.map(([name, token]) => [name, given[name] ?? asText(resolve(member(token, 'default'), contexts))]),
  )
  const runs = member(action.root, 'runs')
  if (asText(resolve(member(runs, 'using'), {})) === 'composite') {
    const { results, ok } = await runSteps(job, items(member(runs, 'steps')), {
      home,
      inputs,
      environment: scope.environment,
    })
    const outputs = members(member(action.root, 'outputs')).map(([name, token]) => [
      name,
      asText(resolve(member(token, 'value'), { ...contexts, inputs, steps: results })),
    ])
    return { code: ok ? 0 : 1, outputs: Object.fromEntries(outputs) }
  }
  const environment = {
    ...scope.environment,
    ...Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, value]),
    ),
  }
  const entry = (key: string) => resolve(member(runs, key), {}) as string | undefined
  const main = await execute(job, uses, process.execPath, [join(action.folder, entry('main') ?? '')], environment)
  const post = entry('post')
  if (post) {
    const state = Object.fromEntries(Object.entries(main.state).map(([name, value]) => [`STATE_${name}`, value]))
    job.posts.push(async () => {
      await execute(
        job,
        uses,
        process.execPath,
        [join(action.folder, post)],
        { ...environment, ...state },
        { isPost: true },
      )
    })
  }
  return { code: main.exitCode, outputs: main.outputs }
}

async function execute(
  job: Job,
  name: string,
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  { isPost = false } = {},
): Promise<ProcessResult> {
  const result = await runProcess({
    command,
    arguments: args,
    environment: { ...job.environment, ...environment },
    folder: job.workspace,
    temporary: job.temporary,
    signal: isPost ? new AbortController().signal : job.session.signal,
  })
  Object.assign(job.environment, result.variables)
  for (const [, secret] of result.log.matchAll(/^::add-mask::(.+)$/gm)) if (secret) job.masks.add(secret)
  const record: StepRecord = {
    name,
    outcome: result.exitCode === 0 ? 'success' : 'failure',
    log: result.log,
    summary: result.summary,
    isPost,
  }
  job.steps.push(record)
  job.session.onStep?.(job.path, record)
  return result
}

function jobEnvironment(
  session: Session,
  github: Record<string, unknown>,
  temporary: string,
  permissions: Readonly<Record<string, string>>,
): Record<string, string> {
  const event = join(temporary, 'event.json')
  writeFileSync(event, JSON.stringify(github.event ?? {}))
  mkdirSync(join(temporary, 'runner'))
  const names = [
    'repository',
    'repository_owner',
    'sha',
    'ref',
    'ref_name',
    'event_name',
    'run_id',
    'run_number',
    'run_attempt',
    'actor',
    'workflow',
    'server_url',
    'api_url',
    'workspace',
    'job',
  ]
  return {
    PATH: process.env.PATH ?? '',
    HOME: temporary,
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_EVENT_PATH: event,
    RUNNER_TEMP: join(temporary, 'runner'),
    RUNNER_OS: 'Linux',
    ...Object.fromEntries(names.map((name) => [`GITHUB_${name.toUpperCase()}`, asText(github[name])])),
    ...session.environment,
    ...(permissions['id-token'] === 'write' ? session.idTokenEnvironment : {}),
  }
}

/** GitHub blanks an output across jobs when it contains a masked value (actions/runner, JobExtension.cs). */
function unmasked(outputs: Readonly<Record<string, string>>, masks: ReadonlySet<string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(outputs).filter(([, value]) => ![...masks].some((mask) => value.includes(mask))),
  )
}

function texts(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries((value ?? {}) as Record<string, unknown>).map(([name, part]) => [name, asText(part)]),
  )
}
