import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TemplateToken } from '@actions/workflow-parser/templates/tokens/template-token'
import { inputsOf, locateWorkflow, needsOf, type Permissions, permissionsOf, problemsOf } from './call.ts'
import { asText, type Contexts, type Functions, holds, member, members, resolve, texts } from './expressions.ts'
import { loadWorkflow, type Repository } from './files.ts'
import { environmentOf, runJob } from './job.ts'
import { expandMatrix } from './matrix.ts'
import { realTime, type Time } from './process.ts'

export type Result = 'success' | 'failure' | 'cancelled' | 'skipped'

/** What one job did, for tests to look at. */
export interface JobRecord {
  /** Path of job ids from the caller's workflow: `ship / deploy`. */
  readonly path: string
  readonly name: string
  readonly result: Result
  readonly outputs: Readonly<Record<string, string>>
  readonly permissions: Permissions
  readonly environment?: { readonly name: string; readonly url: string; readonly makesDeployment: boolean } | undefined
  readonly concurrency?: Readonly<Record<string, unknown>> | undefined
  readonly steps: readonly StepRecord[]
}

export interface StepRecord {
  readonly name: string
  readonly outcome: Result
  /** Masked values are `***`. */
  readonly log: string
  readonly summary: string
  readonly isPost: boolean
}

export interface WorkflowRun {
  readonly result: Result
  /** What GitHub said instead of starting a single job. */
  readonly problems: readonly string[]
  /** Outputs of the jobs of the caller's workflow, by job id. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** In the order in which they ended. */
  readonly jobs: readonly JobRecord[]
}

/** An action of somebody else, played by the test. It may change the workspace and returns its outputs. */
export type StandIn = (step: {
  /** As the step has it: `owner/name/folder@ref`. */
  readonly uses: string
  readonly inputs: Readonly<Record<string, string>>
  readonly workspace: string
  /** Of the step; RUNNER_TEMP is there. */
  readonly environment: Readonly<Record<string, string>>
}) => Promise<Readonly<Record<string, string>>>

/** A job that is about to start. */
export interface StartingJob {
  readonly path: string
  /** Its GitHub environment; GitHub makes a deployment of it unless the workflow does not want one. */
  readonly environment?: { readonly name: string; readonly makesDeployment: boolean } | undefined
  readonly permissions: Permissions
}

export interface RunOptions {
  readonly caller: Repository
  /** Repositories that `uses: owner/name/…@ref` may name. */
  readonly repositories: readonly Repository[]
  /** Actions that are played, by `owner/name`. `actions/checkout` is there already. */
  readonly actions?: Readonly<Record<string, StandIn>>
  readonly secrets?: Readonly<Record<string, string>>
  /** Variables of the repository. */
  readonly vars?: Readonly<Record<string, string>>
  /** Further values that every job masks. */
  readonly masks?: readonly string[]
  /** Variables of the processes of a job. Those for OIDC only reach jobs that were granted `id-token: write`. */
  readonly environment?: (job: StartingJob) => Promise<Readonly<Record<string, string>>>
  /** The protection rules of a GitHub environment: whether a job may enter it. Default: every job may, at once. */
  readonly review?: (environment: string) => Promise<boolean>
  readonly github?: Readonly<Record<string, unknown>>
  readonly signal?: AbortSignal
  /** In which the steps live. Default: real time. */
  readonly time?: Time
}

/** One run of everything, shared by its workflows and jobs. */
export interface Session extends Required<RunOptions> {
  readonly folder: string
  readonly records: JobRecord[]
}

/** Where a workflow file stands and what its caller lets it do. */
export interface Place {
  readonly home: Repository
  readonly file: string
  readonly path: string
  readonly granted: Permissions | undefined
}

const token = 'ghs_simulated'

/** Runs a workflow of the caller's repository with all that it uses, offline, and tells what happened. */
export async function runWorkflow(options: RunOptions, file: string): Promise<WorkflowRun> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-run-'))
  const { caller, repositories } = options
  const session: Session = {
    secrets: {},
    vars: {},
    masks: [],
    environment: async () => ({}),
    review: async () => true,
    signal: new AbortController().signal,
    time: realTime,
    ...options,
    github: { workflow: nameOf(caller, file), ...options.github },
    actions: { 'actions/checkout': checkout(caller), ...options.actions },
    folder,
    records: [],
  }
  try {
    const problems = problemsOf(repositories, { home: caller, file }, undefined)
    if (problems.length > 0) return { result: 'failure', problems, outputs: {}, jobs: [] }
    const contexts = { secrets: { ...session.secrets, GITHUB_TOKEN: token }, inputs: {} }
    const { result, jobs } = await runFile(session, { home: caller, file, path: '', granted: undefined }, contexts)
    const outputs = Object.fromEntries(Object.entries(jobs).map(([id, job]) => [id, job.outputs]))
    return { result, problems, outputs, jobs: session.records }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function checkout({ folder }: Repository): StandIn {
  return async ({ workspace }) => {
    cpSync(folder, workspace, { recursive: true })
    return {}
  }
}

interface Ended {
  readonly result: Result
  readonly outputs: Readonly<Record<string, string>>
}

type EndedJobs = Readonly<Record<string, Ended & { readonly needs: readonly string[] }>>

async function runFile(session: Session, place: Place, given: Contexts): Promise<Ended & { readonly jobs: EndedJobs }> {
  const root = loadWorkflow(place.home, place.file)
  const contexts: Contexts = { ...given, vars: session.vars, github: githubContext(session) }
  const waiting = new Map(members(member(root, 'jobs')))
  const ended: Record<string, EndedJobs[string]> = {}
  while (waiting.size > 0) {
    const ready = [...waiting].filter(([, job]) => needsOf(job).every((need) => need in ended))
    for (const [id] of ready) waiting.delete(id)
    await Promise.all(
      ready.map(async ([id, job]) => {
        const needs = needsOf(job)
        const seen = Object.fromEntries(needs.map((need) => [need, { ...ended[need], needs: undefined }]))
        const permissions = permissionsOf(job, root, place.granted)
        const leg = { session, place, id, job, permissions }
        const end = await runMatrix(leg, { ...contexts, needs: seen }, statusOf(session, needs, ended))
        ended[id] = { ...end, needs }
      }),
    )
  }
  const declared = members(member(member(member(root, 'on'), 'workflow_call'), 'outputs'))
  const outputs = declared.map(([name, output]) => [
    name,
    asText(resolve(member(output, 'value'), { ...contexts, jobs: ended })),
  ])
  const results = Object.values(ended).map(({ result }) => result)
  return { result: worst(results), outputs: Object.fromEntries(outputs), jobs: ended }
}

interface Leg {
  readonly session: Session
  readonly place: Place
  readonly id: string
  readonly job: TemplateToken
  readonly permissions: Permissions
}

/** Legs that run at the same time end by themselves; those that still wait are cancelled after the first failure. */
async function runMatrix(given: Leg, contexts: Contexts, functions: Functions): Promise<Ended> {
  const { job } = given
  if (!holds(member(job, 'if'), contexts, functions)) return neverRan(given, 'skipped')
  // A job that begins after the cancel, because its condition says so, runs undisturbed, and so do its steps.
  const { signal } = given.session
  const session = signal.aborted ? { ...given.session, signal: new AbortController().signal } : given.session
  const leg = { ...given, session }
  const strategy = resolve(member(job, 'strategy'), contexts) as
    | { matrix?: Record<string, unknown>; 'max-parallel'?: number; 'fail-fast'?: boolean }
    | undefined
  const legs = expandMatrix(strategy?.matrix)
  // GitHub: "Matrix must define at least one vector".
  if (legs.length === 0) return neverRan(leg, 'failure')
  const failsFast = strategy?.['fail-fast'] ?? true
  const width = strategy?.['max-parallel'] ?? legs.length
  const ended: Ended[] = []
  for (let at = 0; at < legs.length; at += width) {
    const isOver = session.signal.aborted || (failsFast && ended.some(({ result }) => result === 'failure'))
    const batch = legs.slice(at, at + width)
    const ends = batch.map((matrix) => (isOver ? neverRan(leg, 'cancelled') : runLeg(leg, { ...contexts, matrix })))
    ended.push(...(await Promise.all(ends)))
  }
  return {
    result: worst(ended.map(({ result }) => result)),
    outputs: Object.assign({}, ...ended.map(({ outputs }) => nonEmpty(outputs))),
  }
}

function neverRan({ session, place, id, permissions }: Leg, result: Result): Ended {
  session.records.push({ path: pathOf(place, id), name: id, result, outputs: {}, permissions, steps: [] })
  return { result, outputs: {} }
}

async function runLeg({ session, place, id, job, permissions }: Leg, contexts: Contexts): Promise<Ended> {
  const uses = asText(resolve(member(job, 'uses'), contexts))
  if (uses === '') {
    const entry = await askToEnter(session, job, contexts)
    if (entry !== undefined) return neverRan({ session, place, id, job, permissions }, entry)
    const record = await runJob(session, place, id, job, contexts, permissions)
    session.records.push(record)
    return record
  }
  const called = locateWorkflow(session.repositories, place.home, uses)
  const inputs = inputsOf(called, (resolve(member(job, 'with'), contexts) ?? {}) as Record<string, unknown>)
  const secrets = { ...texts(resolve(member(job, 'secrets'), contexts)), GITHUB_TOKEN: token }
  return runFile(session, { ...called, path: pathOf(place, id), granted: permissions }, { inputs, secrets })
}

/** Waits for the review of the job's environment. The result of a job that may not enter it; undefined: it may. */
async function askToEnter({ signal, review }: Session, job: TemplateToken, contexts: Contexts) {
  const name = environmentOf(job, contexts)?.name
  if (name === undefined) return undefined
  const cancelled = new Promise<'cancelled'>((resolve) => {
    signal.addEventListener('abort', () => resolve('cancelled'), { once: true })
  })
  const answer = review(name).then((isApproved) => (isApproved ? undefined : ('failure' as const)))
  return await Promise.race([answer, cancelled])
}

/** Of a job: a need that was skipped is no success, however far up it is (actions/runner#491). */
function statusOf(session: Session, needs: readonly string[], ended: EndedJobs): Functions {
  const withAncestors = (id: string): readonly string[] => [id, ...(ended[id]?.needs ?? []).flatMap(withAncestors)]
  const results = needs.flatMap(withAncestors).map((id) => ended[id]?.result)
  const isCancelled = () => session.signal.aborted
  return {
    success: () => !isCancelled() && results.every((result) => result === 'success'),
    failure: () => results.includes('failure'),
    always: () => true,
    cancelled: isCancelled,
  }
}

/** Always the caller's, also in a called workflow. */
function githubContext({ caller, github }: Session): Contexts {
  const [owner] = caller.name.split('/')
  return {
    repository: caller.name,
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
    token,
    server_url: 'https://github.com',
    api_url: 'https://api.github.com',
    ...github,
  }
}

function nameOf(caller: Repository, file: string): string {
  return asText(resolve(member(loadWorkflow(caller, file), 'name'), {})) || file
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
