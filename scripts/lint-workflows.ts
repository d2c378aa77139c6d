// Lints every workflow and action file, and the YAML that the pages show, offline with GitHub's own language service, and
// our own rules on top: pinned actions, minimal permissions, time-outs, no expressions in scripts. Prints nothing when all
// is well.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import './json-modules.js'
import { pageFiles } from './pages.ts'
import { workflowBlocks } from './yaml-blocks.ts'

const { validate } = await import('@actions/languageservice')
const { TextDocument } = await import('vscode-languageserver-textdocument')

const root = join(import.meta.dirname, '..')
const problems: string[] = []

/** The workflows that a file refers to by `$/`, and those that callers refer to. */
const fileProvider = {
  getFileContent: async (reference: { readonly path: string; readonly repository?: string }) => {
    if (![undefined, 'slipway'].includes(reference.repository)) throw new Error(`${reference.path} is not ours`)
    return { name: reference.path, content: readFileSync(join(root, reference.path), 'utf8') }
  },
}

const whole = ['api', 'shop', 'express', 'seed-000', 'seed-001', 'seed-002', 'seed-003', 'seed-004']
const workflows = ['.github/workflows', ...whole.map((name) => `examples/${name}/.github/workflows`)].flatMap(
  (folder) => filesIn(folder, '.yml'),
)
const actions = ['action.yml', ...readdirSync(join(root, 'actions')).map((name) => `actions/${name}/action.yml`)]
const examples = filesIn('examples/workflows', '.yml')

for (const file of [...workflows, ...actions]) {
  const content = readFileSync(join(root, file), 'utf8')
  await report(file, content, 1, [
    pinned,
    noExpressionInScripts,
    ...(workflows.includes(file) ? [workflowRules, keepsNoToken] : []),
  ])
}
for (const file of examples) {
  const content = readFileSync(join(root, file), 'utf8')
  await report(file, content, 1, [versioned, noExpressionInScripts, workflowRules, keepsNoToken])
}
for (const file of pageFiles()) {
  for (const { content, offset } of workflowBlocks(readFileSync(join(root, file), 'utf8'))) {
    await report(file, content, offset, [versioned, noExpressionInScripts, workflowRules])
  }
}

for (const problem of problems) console.error(problem)
process.exitCode = problems.length > 0 ? 1 : 0

type Rule = (file: Workflow) => readonly string[]

/** `offset` leads from the lines of the content, which are counted from 0, to those of the file. */
async function report(file: string, content: string, offset: number, rules: readonly Rule[]): Promise<void> {
  // The language service remembers a document by its address: each block of a page needs one of its own.
  const address = `file:///${offset}/${file}`
  const found = await validate(TextDocument.create(address, 'yaml', 1, content), { fileProvider })
  // What a page shows may go on with a step that it does not show.
  const shown = file.endsWith('.md')
    ? found.filter(({ message }) => !String(message).startsWith('Context access might be invalid'))
    : found
  problems.push(...shown.map(({ message, range }) => `${file}:${range.start.line + offset}: ${message}`))
  const parsed: Workflow = parse(content)
  problems.push(...rules.flatMap((rule) => rule(parsed).map((problem) => `${file}:${offset}: ${problem}`)))
}

function filesIn(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name))
}

/** Every object of a parsed file, at any depth. */
function objects(value: unknown): Record<string, unknown>[] {
  if (Array.isArray(value)) return value.flatMap(objects)
  if (typeof value !== 'object' || value === null) return []
  return [value as Record<string, unknown>, ...Object.values(value).flatMap(objects)]
}

/** Ours by `$/`, the callers' example by our own major version, everybody else's by commit. */
function pinned(file: unknown): string[] {
  const references = objects(file).flatMap(({ uses }) => (typeof uses === 'string' ? [uses] : []))
  return references
    .filter((uses) => !uses.startsWith('$/') && !uses.startsWith('your-org/slipway') && !/@[0-9a-f]{40}$/.test(uses))
    .map((uses) => `"uses: ${uses}" is not pinned to a commit`)
}

/** Pages show a version that people can read; to pin it is their readers' policy. */
function versioned(file: unknown): string[] {
  const references = objects(file).flatMap(({ uses }) => (typeof uses === 'string' ? [uses] : []))
  return references.filter((uses) => !/@v\d+$/.test(uses)).map((uses) => `"uses: ${uses}" has no major version`)
}

function noExpressionInScripts(file: unknown): string[] {
  const scripts = objects(file).flatMap(({ run, script }) => [run, script].filter((text) => typeof text === 'string'))
  return scripts
    .filter((script) => script.includes('${{'))
    .map((script) => `an expression stands in a script: ${script.split('\n')[0]}`)
}

interface Workflow {
  readonly on: unknown
  readonly permissions?: unknown
  readonly jobs: Readonly<Record<string, Job>>
}

interface Job {
  readonly uses?: string
  readonly permissions?: unknown
  readonly 'timeout-minutes'?: number
  readonly secrets?: unknown
  readonly steps?: readonly { readonly uses?: string; readonly with?: Readonly<Record<string, unknown>> }[]
}

function workflowRules(workflow: Workflow): string[] {
  const found: string[] = []
  if (JSON.stringify(workflow.permissions) !== '{}') found.push('the workflow must start with "permissions: {}"')
  if (/pull_request_target|workflow_run/.test(JSON.stringify(workflow.on)))
    found.push('runs foreign code with our rights')
  for (const [id, job] of Object.entries(workflow.jobs)) {
    if (!job.permissions) found.push(`the job ${id} declares no permissions`)
    if (!job.uses && !job['timeout-minutes']) found.push(`the job ${id} has no timeout-minutes`)
    if (job.secrets === 'inherit') found.push(`the job ${id} hands on all secrets`)
    const { contents, ...others } = (job.permissions ?? {}) as Readonly<Record<string, string>>
    if (contents === 'write' && Object.values(others).includes('write'))
      found.push(`the job ${id} changes contents and has another permission to write; split it`)
  }
  return found
}

function keepsNoToken(workflow: Workflow): string[] {
  return Object.entries(workflow.jobs).flatMap(([id, job]) => {
    const keeps = job.steps?.some(
      (step) => step.uses?.startsWith('actions/checkout@') && step.with?.['persist-credentials'] !== false,
    )
    return keeps ? [`the job ${id} leaves the token in the checkout`] : []
  })
}
