import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, parseDocument, type YAMLMap } from 'yaml'

/** A value of `with`, `env` or a step. */
export interface Value {
  readonly text: string
  readonly key: Node
  readonly node: Node | null
  /** Of the key. */
  readonly start: number
  /** Behind the last character of the value, without blank lines and comments. */
  readonly end: number
}

/** Members of a map, in their order. */
export type Members = ReadonlyMap<string, Value>

/** One step of a job or of a composite action. */
export interface Step {
  readonly index: number
  readonly keys: Members
  readonly with: Members
  readonly env: Members
  /** Without its version: `docker/build-push-action`. */
  readonly action?: string | undefined
  readonly version?: string | undefined
  readonly run?: string | undefined
  readonly id?: string | undefined
  /** Offsets of the map of the step. */
  readonly start: number
  readonly end: number
  /** Why its text cannot be changed by ranges; undefined: it can. */
  readonly fixed?: string | undefined
}

/** A job, or the steps of a composite action. */
export interface Job {
  readonly keys: Members
  readonly steps: readonly Step[]
  readonly start: number
  readonly end: number
  /** Folder of its scripts, by `defaults`. */
  readonly folder?: string | undefined
  /** Their shell, by `defaults` or by the runner. */
  readonly shell: string
  /** Variables of `env` of the job and of the workflow. */
  readonly env: Members
}

/** A file of GitHub Actions. */
export interface WorkflowFile {
  readonly source: string
  readonly root: Members
  readonly isWorkflow: boolean
  readonly jobs: readonly Job[]
}

/** Reads a workflow or a composite action; undefined: the text is neither, or no valid YAML. */
export function readWorkflow(source: string): WorkflowFile | undefined {
  const document = parseDocument(source, { keepSourceTokens: true, uniqueKeys: false })
  if (document.errors.length > 0 || !isMap(document.contents)) return undefined
  const parsed = { source, document }
  const root = membersOf(document.contents, parsed)
  const jobs = root.get('jobs')?.node
  const runs = root.get('runs')
  if (isMap(jobs)) {
    const all = [...membersOf(jobs, parsed).values()].map((job) => readJob(job, root, parsed))
    return { source, root, isWorkflow: true, jobs: all }
  }
  return runs && isMap(runs.node)
    ? { source, root, isWorkflow: false, jobs: [readJob(runs, new Map(), parsed)] }
    : undefined
}

/** A text with its nodes. */
interface Parsed {
  readonly source: string
  readonly document: Document
}

function resolved(node: unknown, { document }: Parsed): Node | null {
  return isAlias(node) ? ((node.resolve(document) as Node | undefined) ?? null) : ((node as Node | null) ?? null)
}

/** Behind the last character of a node. */
function endOf(node: Node | null, fallback: number, source: string): number {
  if (node?.range === undefined || node.range === null) return fallback
  const isBlock = (isMap(node) || isSeq(node)) && !node.flow
  const last = isBlock ? node.items.at(-1) : undefined
  if (isBlock && last !== undefined)
    return isMap(node) ? endOfPair(last as Pair, source) : endOf(last as Node, node.range[0], source)
  return node.range[0] + source.slice(node.range[0], node.range[1]).trimEnd().length
}

function endOfPair({ key, value }: Pair, source: string): number {
  const [, keyEnd = 0] = (key as Node).range ?? []
  return endOf(value as Node | null, keyEnd + 1, source)
}

function membersOf(node: Node | null | undefined, parsed: Parsed): Members {
  if (!isMap(node)) return new Map()
  const pairs = (node as YAMLMap<Node, Node | null>).items
  return new Map(
    pairs.map((pair) => {
      const value = resolved(pair.value, parsed)
      const [start, end] = [pair.key.range?.[0] ?? 0, endOfPair(pair, parsed.source)]
      return [
        isScalar(pair.key) ? String(pair.key.value) : '',
        { text: textOf(value), key: pair.key, node: value, start, end },
      ]
    }),
  )
}

function readStep(item: unknown, index: number, parsed: Parsed): Step {
  const node = resolved(item, parsed)
  const keys = membersOf(node, parsed)
  const uses = keys.get('uses')?.text
  const [, action, version] = /^([^@]+)@(.*)$/.exec(uses ?? '') ?? []
  return {
    index,
    keys,
    with: membersOf(keys.get('with')?.node, parsed),
    env: membersOf(keys.get('env')?.node, parsed),
    action: action ?? uses,
    version,
    run: keys.get('run')?.text,
    id: keys.get('id')?.text,
    start: (isAlias(item) ? item.range?.[0] : node?.range?.[0]) ?? 0,
    end: endOf(node, node?.range?.[0] ?? 0, parsed.source),
    fixed: isAlias(item) ? 'alias' : fixedBy(parsed.source, node),
  }
}

function readJob(value: Value, root: Members, parsed: Parsed): Job {
  const keys = membersOf(value.node, parsed)
  const list = keys.get('steps')?.node
  // Those of the job replace those of the workflow.
  const both = (name: string) => [root, keys].map((place) => membersOf(place.get(name)?.node, parsed))
  const run = new Map(both('defaults').flatMap((defaults) => [...membersOf(defaults.get('run')?.node, parsed)]))
  const runner = keys.get('runs-on')
  const isWindows = runner !== undefined && /\bwindows\b/i.test(parsed.source.slice(runner.start, runner.end))
  return {
    keys,
    steps: isSeq(list) ? list.items.map((item, index) => readStep(item, index, parsed)) : [],
    start: value.start,
    end: value.end,
    folder: run.get('working-directory')?.text,
    shell: run.get('shell')?.text ?? (isWindows ? 'pwsh' : 'bash'),
    env: new Map(both('env').flatMap((variables) => [...variables])),
  }
}

function textOf(node: Node | null): string {
  if (!isScalar(node)) return ''
  // A number in a plain scalar is what was written: 1.10.
  return node.type === 'PLAIN' && node.source !== undefined ? node.source : String(node.value ?? '')
}

function fixedBy(source: string, node: Node | null): string | undefined {
  if (!isMap(node)) return 'other'
  if (node.flow) return 'flow'
  const [start = 0, end = 0] = node.range ?? []
  const hasAnchor = node.anchor !== undefined || node.items.some(({ value }) => usesAnchors(value))
  return hasAnchor || /[^\s-]/.test(source.slice(source.lastIndexOf('\n', start) + 1, start)) || end === start
    ? 'anchor'
    : undefined
}

function usesAnchors(node: unknown): boolean {
  if (isAlias(node)) return true
  if (isMap(node)) return node.anchor !== undefined || node.items.some(({ value }) => usesAnchors(value))
  if (isSeq(node)) return node.anchor !== undefined || node.items.some(usesAnchors)
  return isScalar(node) && node.anchor !== undefined
}
