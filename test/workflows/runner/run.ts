import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TemplateToken } from '@actions/workflow-parser/templates/tokens/template-token'
import { asText, type Contexts, type Functions, holds, items, member, members, resolve } from './expressions.ts'
import { loadWorkflow, type Repository } from './files.ts'
import { runJob } from './job.ts'
import { expandMatrix } from './matrix.ts'

export type Result = 'success' | 'failure' | 'cancelled' | 'skipped'

/** What one job did, for tests to look at. */
export interface JobRecord {
  /** Path of job ids from the caller's workflow: `ship / deploy`. */
  readonly path: string
  readonly name: string
  readonly result: Result
  readonly outputs: Readonly<Record<string, string>>
  readonly permissions: Readonly<Record<string, string>>
  readonly environment?: { readonly name: string; readonly url: string } | undefined
  readonly concurrency?: Readonly<Record<string, unknown>> | undefined
  readonly steps: readonly StepRecord[]
}

export interface StepRecord {
  readonly name: string
  readonly outcome: Result
  readonly log: string
  readonly summary: string
  readonly isPost: boolean
}

export interface WorkflowRun {
  readonly result: Result
  readonly outputs: Readonly<Record<string, string>>
  /** In the order in which they ended. */
  readonly jobs: readonly JobRecord[]
}

export interface RunOptions {
  readonly caller: Repository
  /** Repositories that `uses: owner/name/…@ref` may name, whatever the ref. */
  readonly repositories: readonly Repository[]
  /** Third-party actions that are not run but answered, by `owner/name`: their outputs. */
  readonly stubs?: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly secrets?: Readonly<Record<string, string>>
  /** Variables of every process, such as AWS_ENDPOINT_URL. */
  readonly environment?: Readonly<Record<string, string>>
  /** Variables of jobs that were granted `id-token: write`. */
  readonly idTokenEnvironment?: Readonly<Record<string, string>>
  readonly github?: Readonly<Record<string, unknown>>
  readonly signal?: AbortSignal
  /** Called as soon as a step ends; tests cancel from here. */
  readonly onStep?: (job: string, step: StepRecord) => void
}

/** One run of everything, shared by its workflows and jobs. */
export interface Session extends RunOptions {
  readonly temporary: string
  readonly signal: AbortSignal
  readonly records: JobRecord[]
}

/** Where a workflow file stands and what its caller lets it do. */
export interface Place {
  readonly home: Repository
  readonly file: string
  readonly path: string
  readonly granted: Readonly<Record<string, string>> | undefined
}

/** Runs a workflow of the caller's repository with all that it uses, offline, and tells what happened. */
export async function runWorkflow(options: RunOptions, file: string): Promise<WorkflowRun> {
  const session = {
    ...options,
    temporary: mkdtempSync(join(tmpdir(), 'slipway-run-')),
    signal: options.signal ?? new AbortController().signal,
    records: [],
  }
  const contexts = { secrets: { ...options.secrets, GITHUB_TOKEN: 'ghs_simulated' }, inputs: {} }
  const ended = await runFile(session, { home: options.caller, file, path: '', granted: undefined }, contexts)
  return { ...ended, jobs: session.records }
}

interface Ended {
  readonly result: Result
  readonly outputs: Readonly<Record<string, string>>
}

async function runFile(session: Session, place: Place, given: Contexts): Promise<Ended> {
  const root = loadWorkflow(place.home, place.file)
  const name = asText(resolve(member(root, 'name'), {})) || place.file
  const contexts: Contexts = { ...given, vars: {}, github: githubContext(session, name) }
  const waiting = new Map(members(member(root, 'jobs')))
  const ended: Record<string, Ended & { readonly needs: readonly string[] }> = {}
  while (waiting.size > 0) {
    const ready = [...waiting].filter(([, job]) => needsOf(job).every((need) => need in ended))
    if (ready.length === 0)
      throw new Error(`${place.file}: jobs wait for each other: ${[...waiting.keys()].join(', ')}`)
    await Promise.all(
      ready.map(async ([id, job]) => {
        waiting.delete(id)
        const needs = Object.fromEntries(
          needsOf(job).map((need) => [need, { result: ended[need]?.result, outputs: ended[need]?.outputs }]),
        )
        const functions = jobFunctions(session, needsOf(job), ended)
        const permissions = permissionsOf(member(job, 'permissions') ?? member(root, 'permissions'), place.granted)
        ended[id] = {
          ...(await runMatrix(session, place, id, job, { ...contexts, needs }, functions, permissions)),
          needs: needsOf(job),
        }
      }),
    )
  }
  const results = Object.values(ended).map(({ result }) => result)
  const outputs = members(member(member(member(root, 'on'), 'workflow_call'), 'outputs')).map(([output, token]) => [
    output,
    asText(resolve(member(token, 'value'), { ...contexts, jobs: ended })),
  ])
  return { result: worst(results), outputs: Object.fromEntries(outputs) }
}

async function runMatrix(
  session: Session,
  place: Place,
  id: string,
  job: TemplateToken,
  contexts: Contexts,
  functions: Functions,
  permissions: Readonly<Record<string, string>>,
): Promise<Ended> {
  if (!holds(member(job, 'if'), contexts, functions)) {
    session.records.push({ path: pathOf(place, id), name: id, result: 'skipped', outputs: {}, permissions, steps: [] })
    return { result: 'skipped', outputs: {} }
  }
  const strategy = resolve(member(job, 'strategy'), contexts) as
    | { matrix?: Record<string, unknown>; 'max-parallel'?: number; 'fail-fast'?: boolean }
    | undefined
  const legs = expandMatrix(strategy?.matrix)
  const ended: Ended[] = []
  const width = strategy?.['max-parallel'] ?? legs.length
  for (let at = 0; at < legs.length; at += width) {
    if ((strategy?.['fail-fast'] ?? true) && ended.some(({ result }) => result === 'failure' || result === 'cancelled'))
      break
    ended.push(
      ...(await Promise.all(
        legs
          .slice(at, at + width)
          .map((matrix) => runLeg(session, place, id, job, { ...contexts, matrix }, permissions)),
      )),
    )
  }
  return {
    result: worst(ended.map(({ result }) => result)),
    outputs: Object.assign({}, ...ended.map(({ outputs }) => nonEmpty(outputs))),
  }
}

async function runLeg(
  session: Session,
  place: Place,
  id: string,
  job: TemplateToken,
  contexts: Contexts,
  permissions: Readonly<Record<string, string>>,
): Promise<Ended> {
  const uses = resolve(member(job, 'uses'), contexts)
  if (uses === undefined) return runJob(session, place, id, job, contexts, permissions)
  const called = locateWorkflow(session, place, asText(uses))
  const root = loadWorkflow(called.home, called.file)
  const declared = member(member(root, 'on'), 'workflow_call')
  const inputs = workflowInputs(
    declared,
    (resolve(member(job, 'with'), contexts) ?? {}) as Record<string, unknown>,
    called.file,
  )
  const secrets = (resolve(member(job, 'secrets'), contexts) ?? {}) as Record<string, unknown>
  const unknown = Object.keys(secrets).filter((secret) => !member(member(declared, 'secrets'), secret))
  if (unknown.length > 0) throw new Error(`${called.file} has no secret ${unknown.join(', ')}`)
  return runFile(
    session,
    { ...called, path: pathOf(place, id), granted: permissions },
    { inputs, secrets: { ...secrets, GITHUB_TOKEN: 'ghs_simulated' } },
  )
}

/** `$/…` and `./…` at job level are files of the repository that holds the calling workflow; `owner/name/…@ref` another's. */
function locateWorkflow(
  session: Session,
  place: Place,
  uses: string,
): { readonly home: Repository; readonly file: string } {
  const own = /^(?:\$|\.)\/(.+)$/.exec(uses)?.[1]
  if (own) return { home: place.home, file: own }
  const [, name, file] = /^([^/]+\/[^/]+)\/(\.github\/workflows\/[^@]+)@.+$/.exec(uses) ?? []
  const home = session.repositories.find((repository) => repository.name === name)
  if (!home || !file) throw new Error(`the workflow ${uses} cannot be found`)
  return { home, file }
}

function workflowInputs(declared: TemplateToken | undefined, given: Record<string, unknown>, file: string): Contexts {
  const known = members(member(declared, 'inputs'))
  const unknown = Object.keys(given).filter((name) => !known.some(([declaredName]) => declaredName === name))
  if (unknown.length > 0) throw new Error(`${file} has no input ${unknown.join(', ')}`)
  return Object.fromEntries(
    known.map(([name, token]) => {
      const type = asText(resolve(member(token, 'type'), {}))
      const value = given[name] ?? resolve(member(token, 'default'), {})
      if (value === undefined && resolve(member(token, 'required'), {}))
        throw new Error(`${file}: the input ${name} is required`)
      if (value !== undefined && typeof value !== type) throw new Error(`${file}: the input ${name} must be a ${type}`)
      return [name, value ?? (type === 'boolean' ? false : type === 'number' ? 0 : '')]
    }),
  )
}

/** A called workflow can only lower what its caller grants; without any word a job has nothing here. */
function permissionsOf(
  token: TemplateToken | undefined,
  granted: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  const wanted = (resolve(token, {}) ?? {}) as Record<string, string>
  if (!granted) return wanted
  const refused = Object.entries(wanted).filter(
    ([scope, level]) => level !== 'none' && granted[scope] !== level && granted[scope] !== 'write',
  )
  if (refused.length > 0)
    throw new Error(`the caller does not grant ${refused.map(([scope, level]) => `${scope}: ${level}`).join(', ')}`)
  return wanted
}

function needsOf(job: TemplateToken): readonly string[] {
  const needs = member(job, 'needs')
  const listed = items(needs).map((item) => asText(resolve(item, {})))
  return listed.length > 0 ? listed : [asText(resolve(needs, {}))].filter((need) => need !== '')
}

function jobFunctions(
  session: Session,
  needs: readonly string[],
  ended: Readonly<Record<string, Ended & { readonly needs: readonly string[] }>>,
): Functions {
  const ancestors = (id: string): readonly string[] => [id, ...(ended[id]?.needs ?? []).flatMap(ancestors)]
  const results = needs.flatMap(ancestors).map((id) => ended[id]?.result)
  const cancelled = () => session.signal.aborted
  return {
    success: () =>
      !cancelled() && needs.every((need) => ended[need]?.result === 'success') && !results.includes('failure'),
    failure: () => results.includes('failure'),
    always: () => true,
    cancelled,
  }
}

function githubContext(session: Session, workflow: string): Contexts {
  const [owner] = session.caller.name.split('/')
  return {
    repository: session.caller.name,
    repository_owner: owner,
    sha: '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d',
    ref: 'refs/heads/main',
    ref_name: 'main',
    event_name: 'push',
    event: {},
    run_id: '512',
    run_number: '42',
    run_attempt: '1',
    actor: 'ann',
    token: 'ghs_simulated',
    server_url: 'https://github.com',
    api_url: 'https://api.github.com',
    workflow,
    ...session.github,
  }
}

export function pathOf(place: Place, id: string): string {
  return place.path === '' ? id : `${place.path} / ${id}`
}

function worst(results: readonly Result[]): Result {
  return (['failure', 'cancelled', 'success'] as const).find((result) => results.includes(result)) ?? 'skipped'
}

function nonEmpty(outputs: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(outputs).filter(([, value]) => value !== ''))
}
