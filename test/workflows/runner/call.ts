import type { TemplateToken } from '@actions/workflow-parser/templates/tokens/template-token'
import { asText, items, member, members, resolve } from './expressions.ts'
import { loadWorkflow, type Repository } from './files.ts'

export type Permissions = Readonly<Record<string, string>>

/** A called workflow file. */
export interface Called {
  readonly home: Repository
  readonly file: string
}

/** `$/…` and `./…` at job level are files of the repository that holds the calling workflow; `owner/name/…@ref` another's. */
export function locateWorkflow(repositories: readonly Repository[], caller: Repository, uses: string): Called {
  const own = /^(?:\$|\.)\/(.+)$/.exec(uses)?.[1]
  if (own) return { home: caller, file: own }
  const [, name, file] = /^([^/]+\/[^/]+)\/(\.github\/workflows\/[^@]+)@.+$/.exec(uses) ?? []
  const home = repositories.find((repository) => repository.name === name)
  if (!home || !file) throw new Error(`error parsing called workflow "${uses}": workflow was not found.`)
  return { home, file }
}

/**
 * What GitHub checks of a workflow and of all that it calls before any job starts. Its sentences, as far as they are
 * known; the run fails with them and has no jobs.
 */
export function problemsOf(
  repositories: readonly Repository[],
  place: Called,
  granted: Permissions | undefined,
): readonly string[] {
  const root = loadWorkflow(place.home, place.file)
  return members(member(root, 'jobs')).flatMap(([id, job]) => {
    const wanted = permissionsOf(job, root, granted)
    const refused = granted ? Object.entries(wanted).filter(([scope, level]) => !allows(granted[scope], level)) : []
    const own = refused.map(
      ([scope, level]) =>
        `The nested job '${id}' is requesting '${scope}: ${level}', but is only allowed '${scope}: ${granted?.[scope] ?? 'none'}'.`,
    )
    const uses = asText(resolve(member(job, 'uses'), {}))
    if (uses === '') return own
    const called = locateWorkflow(repositories, place.home, uses)
    return [...own, ...callProblems(job, called), ...problemsOf(repositories, called, wanted)]
  })
}

function callProblems(job: TemplateToken, called: Called): readonly string[] {
  const declared = declarationOf(called)
  const names = (kind: string) => members(member(declared, kind)).map(([name]) => name)
  const given = (kind: string) => members(member(job, kind)).map(([name]) => name)
  const unknown = (kind: string, key: string, one: string) =>
    given(key)
      .filter((name) => !names(kind).includes(name))
      .map((name) => `Invalid ${one}, ${name} is not defined in the referenced workflow.`)
  const missing = members(member(declared, 'inputs'))
    .filter(([name, token]) => resolve(member(token, 'required'), {}) === true && !given('with').includes(name))
    .map(([name]) => `Input ${name} is required, but not provided while calling.`)
  return [...unknown('inputs', 'with', 'input'), ...unknown('secrets', 'secrets', 'secret'), ...missing]
}

export function declarationOf({ home, file }: Called): TemplateToken | undefined {
  return member(member(loadWorkflow(home, file), 'on'), 'workflow_call')
}

/** The typed inputs of a called workflow: what is given, else the default, else the type's empty value. */
export function inputsOf(called: Called, given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const empty: Readonly<Record<string, unknown>> = { boolean: false, number: 0, string: '' }
  return Object.fromEntries(
    members(member(declarationOf(called), 'inputs')).map(([name, token]) => {
      const type = asText(resolve(member(token, 'type'), {}))
      const value = given[name] ?? resolve(member(token, 'default'), {}) ?? empty[type]
      if (typeof value !== type) throw new Error(`${called.file}: the input ${name} must be a ${type}`)
      return [name, value]
    }),
  )
}

/** A job's own word counts, then the workflow's; a called workflow that says nothing has what its caller grants. */
export function permissionsOf(job: TemplateToken, root: TemplateToken, granted: Permissions | undefined): Permissions {
  const written = member(job, 'permissions') ?? member(root, 'permissions')
  if (!written) return granted ?? {}
  return (resolve(written, {}) ?? {}) as Permissions
}

function allows(granted: string | undefined, wanted: string): boolean {
  return wanted === 'none' || granted === wanted || granted === 'write'
}

export function needsOf(job: TemplateToken): readonly string[] {
  const needs = member(job, 'needs')
  const listed = items(needs).map((item) => asText(resolve(item, {})))
  if (listed.length > 0 || !needs) return listed
  return [asText(resolve(needs, {}))]
}
