import { join } from 'node:path'
import type { TemplateToken } from '@actions/workflow-parser/templates/tokens/template-token'
import { asText, type Contexts, holds, items, member, members, resolve } from './expressions.ts'
import { loadAction, type Repository } from './files.ts'
import type { Job } from './job.ts'
import { ended, execute, runSteps, type Scope, type StepEnd } from './step.ts'

/** One use of an action: where it is, and how the step calls it. */
export interface Use {
  readonly home: Repository
  readonly folder: string
  readonly uses: string
  readonly id: string
  readonly name: string
}

/**
 * `$/…` is the repository of the file in which it stands, `./…` what was checked out into the workspace, and
 * `owner/name/…@ref` another's.
 */
export function locateAction(job: Job, scope: Scope, uses: string): { home: Repository; folder: string } {
  const own = /^\$\/(.+)$/.exec(uses)?.[1]
  if (own) return { home: scope.home, folder: own }
  const local = /^\.\/(.+)$/.exec(uses)?.[1]
  if (local) return { home: { name: job.session.caller.name, folder: job.workspace }, folder: local }
  const [, name, folder = ''] = /^([^/]+\/[^/@]+)\/?([^@]*)@.+$/.exec(uses) ?? []
  const home = job.session.repositories.find((repository) => repository.name === name)
  if (!home) throw new Error(`Unable to resolve action ${uses}, repository not found`)
  return { home, folder }
}

/** Runs a composite or a Node action with its own inputs; the runner only warns about inputs that it does not have. */
export async function runAction(
  job: Job,
  use: Use,
  given: Readonly<Record<string, string>>,
  contexts: Contexts,
  scope: Scope,
): Promise<StepEnd> {
  const action = loadAction(use.home, use.folder)
  const declared = members(member(action.root, 'inputs'))
  const defaults = declared.map(([name, token]) => [name, asText(resolve(member(token, 'default'), contexts))])
  const inputs: Readonly<Record<string, string>> = { ...Object.fromEntries(defaults), ...given }
  const unknown = Object.keys(given).filter((name) => !declared.some(([input]) => input === name))
  const runs = member(action.root, 'runs')
  if (asText(resolve(member(runs, 'using'), {})) === 'composite') {
    return runComposite(job, use.home, action.root, inputs, contexts, scope)
  }
  const heading = unknown.length > 0 ? `##[warning]Unexpected input(s) '${unknown.join("', '")}'\n` : ''
  return runNode(job, use, action.root, inputs, contexts, scope, heading)
}

async function runComposite(
  job: Job,
  home: Repository,
  root: TemplateToken,
  inputs: Readonly<Record<string, string>>,
  contexts: Contexts,
  { environment }: Scope,
): Promise<StepEnd> {
  const { results, ok } = await runSteps(job, items(member(member(root, 'runs'), 'steps')), {
    home,
    inputs,
    environment,
  })
  const outputs = members(member(root, 'outputs')).map(([name, token]) => [
    name,
    asText(resolve(member(token, 'value'), { ...contexts, inputs, steps: results })),
  ])
  const outcome = ok ? 'success' : job.session.signal.aborted ? 'cancelled' : 'failure'
  return { outcome, outputs: Object.fromEntries(outputs) }
}

async function runNode(
  job: Job,
  use: Use,
  root: TemplateToken,
  inputs: Readonly<Record<string, string>>,
  contexts: Contexts,
  scope: Scope,
  heading: string,
): Promise<StepEnd> {
  const runs = member(root, 'runs')
  const outputs = members(member(root, 'outputs')).map(([name]) => name)
  const environment = {
    ...scope.environment,
    GITHUB_ACTION: use.id,
    GITHUB_ACTION_REPOSITORY: use.home.name,
    GITHUB_ACTION_REF: /@(.+)$/.exec(use.uses)?.[1] ?? '',
    ...Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, value]),
    ),
  }
  const entry = (key: string) => {
    const file = resolve(member(runs, key), {})
    return { command: process.execPath, arguments: [join(use.home.folder, use.folder, asText(file))] }
  }
  const main = await execute(job, use.name, entry('main'), environment, { heading })
  // GitHub would take them; whoever reads action.yml would never know.
  const undeclared = Object.keys(main.outputs).filter((name) => !outputs.includes(name))
  if (undeclared.length > 0) throw new Error(`${use.uses} sets outputs that it does not declare: ${undeclared.join()}`)
  if (member(runs, 'post')) {
    const state = Object.fromEntries(Object.entries(main.state).map(([name, value]) => [`STATE_${name}`, value]))
    job.posts.push(async () => {
      const condition = member(runs, 'post-if')
      const isWanted = () => holds(condition, contexts, { always: () => true, success: () => main.exitCode === 0 })
      if (condition && !isWanted()) return true
      const post = await execute(job, use.name, entry('post'), { ...environment, ...state }, { isPost: true })
      return post.exitCode === 0
    })
  }
  return ended(job, main)
}
