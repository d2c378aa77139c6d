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
  const read = reader(source, document)
  const root = read.members(document.contents)
  const jobs = root.get('jobs')?.node
  const runs = root.get('runs')
  if (isMap(jobs)) {
    const all = [...read.members(jobs).values()].flatMap((job) => read.job(job, root))
    return { source, root, isWorkflow: true, jobs: all }
  }
  if (runs && isMap(runs.node)) return { source, root, isWorkflow: false, jobs: read.job(runs, new Map()) }
  return undefined
}

function reader(source: string, document: Document) {
  const resolved = (node: unknown): Node | null =>
    isAlias(node) ? ((node.resolve(document) as Node | undefined) ?? null) : ((node as Node | null) ?? null)

  const end = (node: Node | null, fallback: number): number => {
    if (node?.range === undefined || node.range === null) return fallback
    const isBlock = (isMap(node) || isSeq(node)) && !node.flow
    const last = isBlock ? node.items.at(-1) : undefined
    if (isBlock && last !== undefined) return isMap(node) ? pairEnd(last as Pair) : end(last as Node, node.range[0])
    return node.range[0] + source.slice(node.range[0], node.range[1]).trimEnd().length
  }
  const pairEnd = ({ key, value }: Pair): number => {
    const [, keyEnd = 0] = (key as Node).range ?? []
    return end(value as Node | null, keyEnd + 1)
  }
  const members = (node: Node | null): Members => {
    if (!isMap(node)) return new Map()
    const pairs = (node as YAMLMap<Node, Node | null>).items
    return new Map(
      pairs.map((pair) => [
        isScalar(pair.key) ? String(pair.key.value) : '',
        {
          text: textOf(resolved(pair.value)),
          key: pair.key,
          node: resolved(pair.value),
          start: pair.key.range?.[0] ?? 0,
          end: pairEnd(pair),
        },
      ]),
    )
  }
  const step = (item: unknown, index: number): Step => {
    const node = resolved(item)
    const keys = members(node)
    const uses = keys.get('uses')?.text
    const [, action, version] = /^([^@]+)@(.*)$/.exec(uses ?? '') ?? []
    return {
      index,
      keys,
      with: members(keys.get('with')?.node ?? null),
      env: members(keys.get('env')?.node ?? null),
      action: action ?? uses,
      version,
      run: keys.get('run')?.text,
      id: keys.get('id')?.text,
      start: (isAlias(item) ? item.range?.[0] : node?.range?.[0]) ?? 0,
      end: end(node, node?.range?.[0] ?? 0),
      fixed: isAlias(item) ? 'alias' : fixedBy(source, node),
    }
  }
  const job = (value: Value, root: Members): readonly Job[] => {
    const keys = members(value.node)
    const list = keys.get('steps')?.node
    const env = new Map([...members(root.get('env')?.node ?? null), ...members(keys.get('env')?.node ?? null)])
    const defaults = [root, keys].flatMap((place) => [
      ...members(members(place.get('defaults')?.node ?? null).get('run')?.node ?? null),
    ])
    const run = new Map(defaults)
    const runner = keys.get('runs-on')
    const isWindows = runner !== undefined && /\bwindows\b/i.test(source.slice(runner.start, runner.end))
    const steps = isSeq(list) ? list.items.map(step) : []
    const folder = run.get('working-directory')?.text
    const shell = run.get('shell')?.text ?? (isWindows ? 'pwsh' : 'bash')
    return [{ keys, steps, start: value.start, end: value.end, folder, shell, env }]
  }
  return { members, job }
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
