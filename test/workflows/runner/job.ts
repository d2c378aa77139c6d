import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TemplateToken } from '@actions/workflow-parser/templates/tokens/template-token'
import type { Permissions } from './call.ts'
import { asText, type Contexts, items, member, resolve, texts } from './expressions.ts'
import { loadWorkflow } from './files.ts'
import { type JobRecord, type Place, pathOf, type Session, type StepRecord } from './run.ts'
import { runSteps } from './step.ts'

/** One job while it runs. */
export interface Job {
  readonly session: Session
  readonly path: string
  readonly workspace: string
  /** Folder of scripts below the workspace, by `defaults`. */
  readonly folder: string
  /** RUNNER_TEMP. */
  readonly temporary: string
  readonly contexts: Contexts
  /** What later steps get, too; GITHUB_ENV and GITHUB_PATH change it. */
  readonly environment: Record<string, string>
  readonly masks: Set<string>
  /** In the order in which their actions ran; they run in the reverse order. */
  readonly posts: (() => Promise<boolean>)[]
  readonly steps: StepRecord[]
}

/** Runs one job on this machine: an empty workspace, its steps, then the post steps. */
export async function runJob(
  session: Session,
  place: Place,
  id: string,
  token: TemplateToken,
  given: Contexts,
  permissions: Permissions,
): Promise<JobRecord> {
  const job = await startJob(session, place, id, token, given, permissions)
  const { results, ok } = await runSteps(job, items(member(token, 'steps')), {
    home: place.home,
    inputs: given.inputs,
    environment: {},
  })
  let allWell = ok
  for (const post of job.posts.reverse()) allWell = (await post()) && allWell
  const after = { ...job.contexts, steps: results }
  const environment = environmentOf(token, job.contexts)
  const url = asText(resolve(member(member(token, 'environment'), 'url'), after))
  return {
    path: job.path,
    name: asText(resolve(member(token, 'name'), job.contexts)) || id,
    result: session.signal.aborted ? 'cancelled' : allWell ? 'success' : 'failure',
    outputs: unmasked(texts(resolve(member(token, 'outputs'), after)), job.masks),
    permissions,
    steps: job.steps,
    environment: environment && { ...environment, ...unmasked({ url }, job.masks) },
    concurrency: resolve(member(token, 'concurrency'), job.contexts) as Record<string, unknown> | undefined,
  }
}

async function startJob(
  session: Session,
  place: Place,
  id: string,
  token: TemplateToken,
  given: Contexts,
  permissions: Permissions,
): Promise<Job> {
  const folder = mkdtempSync(join(session.folder, 'job-'))
  const [workspace, temporary] = [join(folder, 'workspace'), join(folder, 'temporary')]
  for (const made of [workspace, temporary]) mkdirSync(made)
  const github = { ...(given.github as Record<string, unknown>), workspace, job: id }
  const contexts = { ...given, github }
  const path = pathOf(place, id)
  const own = await session.environment({ path, environment: environmentOf(token, contexts), permissions })
  const mayAskForToken = permissions['id-token'] === 'write'
  const environment = {
    ...variablesOf(github, folder, temporary),
    ...Object.fromEntries(
      Object.entries(own).filter(([name]) => mayAskForToken || !name.startsWith('ACTIONS_ID_TOKEN_')),
    ),
    ...texts(resolve(member(loadWorkflow(place.home, place.file), 'env'), contexts)),
    ...texts(resolve(member(token, 'env'), contexts)),
  }
  const secrets = Object.values(texts(given.secrets)).filter((secret) => secret !== '')
  const masks = new Set([...secrets, ...session.masks])
  const workflow = loadWorkflow(place.home, place.file)
  const [ofJob, shared] = [token, workflow].map((one) =>
    asText(resolve(member(member(member(one, 'defaults'), 'run'), 'working-directory'), contexts)),
  )
  return {
    session,
    path,
    workspace,
    folder: ofJob || shared || '',
    temporary,
    contexts,
    environment,
    masks,
    posts: [],
    steps: [],
  }
}

/** The GitHub environment that a job is to enter. */
export function environmentOf(token: TemplateToken, contexts: Contexts) {
  const written = member(token, 'environment')
  if (!written) return undefined
  const name = asText(resolve(member(written, 'name') ?? written, contexts))
  const makesDeployment = resolve(member(written, 'deployment'), contexts) !== false
  return { name, url: '', makesDeployment }
}

const githubVariables = [
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

function variablesOf(github: Record<string, unknown>, folder: string, temporary: string): Record<string, string> {
  const event = join(folder, 'event.json')
  writeFileSync(event, JSON.stringify(github.event ?? {}))
  return {
    PATH: process.env.PATH ?? '',
    TZ: process.env.TZ ?? '',
    HOME: folder,
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_EVENT_PATH: event,
    RUNNER_TEMP: temporary,
    RUNNER_OS: 'Linux',
    ...Object.fromEntries(githubVariables.map((name) => [`GITHUB_${name.toUpperCase()}`, asText(github[name])])),
  }
}

/** GitHub drops an output of a job that contains a masked value (actions/runner, JobExtension.cs). */
function unmasked<Outputs extends Readonly<Record<string, string>>>(outputs: Outputs, masks: ReadonlySet<string>) {
  const isClean = (value: string) => ![...masks].some((mask) => value.includes(mask))
  return Object.fromEntries(Object.entries(outputs).filter(([, value]) => isClean(value))) as Outputs
}
