/** What YAML and TypeScript promise each other. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { pageFiles } from '../scripts/pages.ts'
import { workflowBlocks } from '../scripts/yaml-blocks.ts'
import type { Action } from '../src/runner/action.ts'
import type { InputReader, InputSpec } from '../src/runner/inputs.ts'

const root = join(import.meta.dirname, '..')

interface Declared {
  readonly description: string
  readonly default?: unknown
  readonly required?: boolean
}

interface Step {
  readonly id?: string
  readonly uses?: string
  readonly with?: Readonly<Record<string, unknown>>
}

interface ActionFile {
  readonly inputs?: Readonly<Record<string, Declared>>
  readonly outputs?: Readonly<Record<string, { readonly description: string; readonly value?: string }>>
  readonly runs: { readonly main?: string; readonly post?: string; readonly steps?: readonly Step[] }
}

interface WorkflowFile {
  readonly on: {
    readonly workflow_call?: Pick<ActionFile, 'inputs' | 'outputs'> & { readonly secrets?: ActionFile['inputs'] }
  }
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly outputs?: object
        readonly uses?: string
        readonly with?: Step['with']
        readonly secrets?: object
        readonly steps?: readonly Step[]
      }
    >
  >
}

const read = <Shape>(file: string): Shape => parse(readFileSync(join(root, file), 'utf8'))

const names = readdirSync(join(root, 'actions'))
const files = new Map(names.map((name) => [name, read<ActionFile>(`actions/${name}/action.yml`)]))
const rootAction = read<ActionFile>('action.yml')
const workflows = {
  build: read<WorkflowFile>('.github/workflows/build.yml'),
  deploy: read<WorkflowFile>('.github/workflows/deploy.yml'),
  rollback: read<WorkflowFile>('.github/workflows/rollback.yml'),
  promote: read<WorkflowFile>('.github/workflows/promote.yml'),
}
const actions = new Map<string, Action<InputSpec>>(
  await Promise.all(
    names.map(async (name): Promise<[string, Action<InputSpec>]> => {
      const { action } = await import(`../src/actions/${name}/index.ts`)
      return [name, action]
    }),
  ),
)
const specs = new Map([...actions].map(([name, { inputs }]) => [name, inputs]))

function readAs(reader: InputReader<unknown>, given: string): unknown {
  try {
    return { value: reader(given) }
  } catch (error) {
    return { refused: error instanceof Error ? error.message : String(error) }
  }
}

describe.each(names)('%s', (name) => {
  const { inputs = {}, outputs = {}, runs } = files.get(name) ?? { runs: {} }
  const spec = specs.get(name) ?? {}

  test('declares the inputs that it reads, and no others', () => {
    expect(Object.keys(inputs).toSorted()).toEqual(Object.keys(spec).toSorted())
  })

  test('means by every default what it does without the input', () => {
    const differing = Object.entries(inputs).filter(([input, { default: value }]) => {
      const reader = spec[input]
      if (!reader || value === undefined || String(value).includes('${{')) return false
      const empty = JSON.stringify(readAs(reader, ''))
      // An empty text is no default where that would do what nobody asked for.
      return empty !== JSON.stringify(readAs(reader, String(value))) && !empty.includes('is empty and must be')
    })
    expect(differing).toEqual([])
  })

  test('requires what it says is required, and nothing else', () => {
    const required = Object.entries(spec).filter(([, reader]) =>
      JSON.stringify(readAs(reader, '')).includes('is required'),
    )
    const declared = Object.entries(inputs).filter(([, input]) => input.required)
    expect(required.map(([input]) => input).toSorted()).toEqual(declared.map(([input]) => input).toSorted())
  })

  test('tells the words that are allowed', () => {
    const untold = Object.entries(spec).flatMap(([input, reader]) => {
      const { refused = '' } = readAs(reader, '\u0000') as { readonly refused?: string }
      const [, words = ''] = /^must be (?:one of )?([\w, -]+?), not/.exec(refused) ?? []
      const allowed = words.split(/, | or /).filter((word) => /^[\w-]+$/.test(word))
      return allowed.filter((word) => !inputs[input]?.description.includes(word)).map((word) => `${input}: ${word}`)
    })
    expect(untold).toEqual([])
  })

  test('begins with its own bundle, and ends with it where it has something to settle', () => {
    const settles = actions.get(name)?.post !== undefined
    expect(runs).toMatchObject({
      main: `../../dist/${name}.js`,
      ...(settles && { post: `../../dist/${name}-post.js` }),
    })
    expect('post' in runs).toBe(settles)
  })

  test('has sentences for everything', () => {
    for (const { description } of [...Object.values(inputs), ...Object.values(outputs)]) {
      expect(description).toMatch(/^[A-Za-z0-9].*\.$/s)
    }
  })
})

const everySource = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(join(root, 'src', file), 'utf8'))

test('every output that is set by its name is declared by an action', () => {
  const set = everySource.flatMap((source) => [...source.matchAll(/setOutput\('([^']+)'/g)].map(([, name]) => name))
  const declared = [...files.values()].flatMap(({ outputs = {} }) => Object.keys(outputs))
  expect(set.filter((name) => !declared.includes(String(name)))).toEqual([])
})

test('every page that a message leads to is reached by https', () => {
  const links = everySource.flatMap((source) =>
    [...source.matchAll(/\bdocs: *['"`]([^'"`]+)/g)].map(([, link]) => link),
  )
  expect(links.length).toBeGreaterThan(5)
  expect(links.filter((link) => !/^https:\/\/[\w.-]+\//.test(String(link)))).toEqual([])
})

/** Inputs and outputs of what a step or job uses; undefined for what is not ours. */
function contractOf(
  uses: string,
): { readonly inputs: readonly string[]; readonly outputs: readonly string[] } | undefined {
  const [, path] = /^(?:\$|your-org\/slipway)\/?([^@]*)(?:@v1)?$/.exec(uses) ?? []
  if (path === undefined) return undefined
  const file =
    path === ''
      ? rootAction
      : path.startsWith('.github/')
        ? Object.entries(workflows).find(([name]) => path.endsWith(`/${name}.yml`))?.[1].on.workflow_call
        : files.get(path.replace(/^actions\//, ''))
  if (!file) throw new Error(`${uses} does not exist`)
  return { inputs: Object.keys(file.inputs ?? {}), outputs: Object.keys(file.outputs ?? {}) }
}

function unknownInputs(steps: readonly Step[]): readonly string[] {
  return steps.flatMap(({ uses = '', with: given = {} }) => {
    const contract = contractOf(uses)
    return contract
      ? Object.keys(given)
          .filter((input) => !contract.inputs.includes(input))
          .map((input) => `${uses}: ${input}`)
      : []
  })
}

/** Outputs of actions/checkout. */
const ofCheckout = ['ref', 'commit']

/** References such as `steps.build.outputs.digest` to outputs that the step does not have. */
function unknownOutputs(text: string, steps: readonly Step[]): readonly string[] {
  return [...text.matchAll(/steps\.([\w-]+)\.outputs\.([\w-]+)/g)].flatMap(([reference, id, output = '']) => {
    const step = steps.find((candidate) => candidate.id === id)
    const outputs = step?.uses?.startsWith('actions/checkout@') ? ofCheckout : contractOf(step?.uses ?? '')?.outputs
    return outputs?.includes(output) ? [] : [reference]
  })
}

describe('the root action', () => {
  const steps = rootAction.runs.steps ?? []
  const written = JSON.stringify(rootAction)

  test('forwards only inputs and outputs that exist, and every input of its own', () => {
    expect(unknownInputs(steps)).toEqual([])
    expect(unknownOutputs(written, steps)).toEqual([])
    const used = [...written.matchAll(/inputs\.([\w-]+)/g)].map(([, name = '']) => name)
    expect([...new Set(used)].toSorted()).toEqual(Object.keys(rootAction.inputs ?? {}).toSorted())
  })

  test('forwards an input to an equal default, unless it says more', () => {
    const forwarded = steps.flatMap(({ uses = '', with: given = {} }) =>
      Object.entries(given).flatMap(([target, value]) => {
        const [, source] = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(String(value)) ?? []
        const spec = specs.get(uses.replace('$/actions/', ''))
        const fallback = source === undefined ? undefined : rootAction.inputs?.[source]?.default
        return spec?.[target] && typeof fallback === 'string' && !fallback.includes('${{')
          ? [{ reader: spec[target], target, fallback }]
          : []
      }),
    )
    expect(forwarded.length).toBeGreaterThan(15)
    for (const { reader, target, fallback } of forwarded) {
      expect([target, readAs(reader, fallback)]).toEqual([target, readAs(reader, '')])
    }
  })

  test('has sentences for everything', () => {
    const said = [...Object.values(rootAction.inputs ?? {}), ...Object.values(rootAction.outputs ?? {})]
    for (const { description } of said) expect(description).toMatch(/\.$/)
  })
})

describe.each(Object.entries(workflows))('the reusable workflow %s', (action, workflow) => {
  const { jobs, on } = workflow

  test.each(Object.entries(jobs))('forwards in %s only inputs and outputs that exist', (_, job) => {
    expect(unknownInputs([...(job.steps ?? []), ...(job.uses === undefined ? [] : [job])])).toEqual([])
    expect(unknownOutputs(JSON.stringify(job), job.steps ?? [])).toEqual([])
  })

  test('knows the outputs of its own jobs, and uses every input and secret', () => {
    const written = JSON.stringify(workflow)
    const references = [...written.matchAll(/(?:needs|jobs)\.([\w-]+)\.outputs\.([\w-]+)/g)]
    const outputsOf = (id: string) => {
      const called = contractOf(jobs[id]?.uses ?? '')
      return called?.outputs ?? Object.keys(jobs[id]?.outputs ?? {})
    }
    const unknown = references.filter(([, id = '', output = '']) => !outputsOf(id).includes(output))
    expect(unknown.map(([reference]) => reference)).toEqual([])
    for (const [kind, declared] of [
      ['inputs', on.workflow_call?.inputs],
      ['secrets', on.workflow_call?.secrets],
    ] as const) {
      const used = [...written.matchAll(new RegExp(`\\b${kind}\\.([\\w-]+)`, 'g'))].map(([, name = '']) => name)
      expect([...new Set(used)].toSorted()).toEqual(Object.keys(declared ?? {}).toSorted())
    }
  })

  test('forwards an input with the default that the action has', () => {
    // build.yml is the reusable workflow of build-push.
    const spec = specs.get(action === 'build' ? 'build-push' : action) ?? {}
    const { inputs = {} } = on.workflow_call ?? {}
    // `environments` is the workflow's own, and `runner` GitHub's.
    const names = Object.keys(inputs).filter((name) => name in spec && inputs[name]?.default !== undefined)
    expect(names.length).toBeGreaterThan(3)
    for (const name of names) {
      const reader = spec[name] ?? (() => undefined)
      expect([name, readAs(reader, String(inputs[name]?.default))]).toEqual([name, readAs(reader, '')])
    }
  })

  test('has sentences for everything', () => {
    const { inputs = {}, outputs = {}, secrets = {} } = on.workflow_call ?? {}
    for (const { description } of [inputs, outputs, secrets].flatMap((part) => Object.values(part))) {
      expect(description).toMatch(/\.$/)
    }
  })
})

test.each(pageFiles())('%s shows only inputs and outputs that exist', (page) => {
  const blocks = workflowBlocks(readFileSync(join(root, page), 'utf8')).map(
    ({ content }) => parse(content) as WorkflowFile,
  )
  const used = blocks.flatMap(({ jobs }) =>
    Object.values(jobs).flatMap(({ steps = [], uses, with: given }) => [
      ...steps,
      ...(uses ? [{ uses, ...(given && { with: given }) }] : []),
    ]),
  )
  expect(unknownInputs(used)).toEqual([])
  // A part of a job may refer to a step that is not shown.
  const steps = used.filter(({ id }) => id !== undefined)
  const shown = new Set(steps.map(({ id }) => id))
  const references = [...JSON.stringify(blocks).matchAll(/steps\.([\w-]+)\.outputs\.[\w-]+/g)]
  const known = references.filter(([, id]) => shown.has(id)).map(([reference]) => reference)
  expect(unknownOutputs(known.join(' '), steps)).toEqual([])
})
