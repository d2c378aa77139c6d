import type { Json, JsonObject } from '../ports.ts'
import { asName, type Text, text, untrusted } from '../text.ts'
import { canonical, rolesLike, serialise } from './equal.ts'
import { entry, isList, isObject } from './members.ts'
import { shown } from './shown.ts'

/** One difference between two task definitions. Paths read like `containerDefinitions[api].image`. */
export interface TaskDefinitionChange {
  readonly path: string
  readonly kind: 'added' | 'removed' | 'changed'
  /** Rendered as JSON; `***` for values of environment variables, and for what may be a credential (see `shown.ts`). */
  readonly from?: string | undefined
  readonly to?: string | undefined
}

/** The member that names the items of a list, for readable paths. */
const names: Readonly<Record<string, string>> = {
  containerDefinitions: 'name',
  dependsOn: 'containerName',
  environment: 'name',
  environmentFiles: 'value',
  extraHosts: 'hostname',
  mountPoints: 'containerPath',
  portMappings: 'containerPort',
  properties: 'name',
  resourceRequirements: 'type',
  secretOptions: 'name',
  secrets: 'name',
  systemControls: 'namespace',
  tags: 'key',
  ulimits: 'name',
  volumes: 'name',
  volumesFrom: 'sourceContainer',
}

/** Lists in which an item is a name and a value, and the member that is the value. */
const values: Readonly<Record<string, string>> = {
  environment: 'value',
  properties: 'value',
  secretOptions: 'valueFrom',
  secrets: 'valueFrom',
  systemControls: 'value',
  tags: 'value',
}

/**
 * What changes from one definition to another, in the order of the paths; all of it is added when there is none before.
 * What AWS would fill in by itself is no difference.
 */
export function diff(from: JsonObject | undefined, to: JsonObject): TaskDefinitionChange[] {
  const before = from === undefined ? new Map<string, Leaf>() : leaves(from)
  const after = leaves({ ...to, ...rolesLike(to, from ?? {}) })
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort()
  return paths.flatMap((path): TaskDefinitionChange[] => {
    const [old, now] = [before.get(path), after.get(path)]
    if (old === undefined) return now === undefined ? [] : [{ path, kind: 'added', to: now.shown() }]
    if (now === undefined) return [{ path, kind: 'removed', from: old.shown() }]
    return old.value === now.value ? [] : [{ path, kind: 'changed', from: old.shown(), to: now.shown() }]
  })
}

/** One line for display: `~ containerDefinitions[api].cpu: 256 → 512`. */
export function changeLine({ path, kind, from = '', to = '' }: TaskDefinitionChange): Text {
  if (kind === 'added') return text`+ ${asName(path)}: ${untrusted(to)}`
  if (kind === 'removed') return text`- ${asName(path)}: ${untrusted(from)}`
  return text`~ ${asName(path)}: ${untrusted(from)} → ${untrusted(to)}`
}

interface Leaf {
  /** For comparing only. */
  readonly value: string
  /** For display; most leaves are equal, and are not shown. */
  shown(): string
}

function leaves(definition: JsonObject): ReadonlyMap<string, Leaf> {
  const { tags = [] } = definition
  const found = new Map<string, Leaf>()
  collect({ ...canonical(definition), tags }, [], found)
  return found
}

function collect(value: Json, path: readonly string[], found: Map<string, Leaf>): void {
  const member = path.at(-1) ?? ''
  if (isList(value) && value.some(isObject)) {
    const steps = numberDuplicates(value.map((item, index) => `${member}[${nameOf(item, member) ?? index}]`))
    value.forEach((item, index) => {
      const content = isObject(item) ? contentOf(item, member) : item
      collect(content, [...path.slice(0, -1), steps[index] ?? ''], found)
    })
  } else if (isObject(value)) {
    for (const [name, content] of Object.entries(value)) collect(content, [...path, name], found)
  } else if (!(isList(value) && value.length === 0)) {
    found.set(path.join('.'), { value: serialise(value), shown: () => shown(value, path) })
  }
}

/** The value of a pair of name and value; otherwise the item as it is. */
function contentOf(item: JsonObject, member: string): Json {
  const [name, value] = [entry(names, member), entry(values, member)]
  const isPair = name !== undefined && value !== undefined
  return isPair && Object.keys(item).every((key) => key === name || key === value) ? (item[value] ?? '') : item
}

function nameOf(item: Json, member: string): string | undefined {
  const key = entry(names, member)
  const name = key !== undefined && isObject(item) ? item[key] : undefined
  return typeof name === 'string' || typeof name === 'number' ? String(name) : undefined
}

/** Two items may have one name (a port by TCP and by UDP); neither may hide the other. */
function numberDuplicates(steps: readonly string[]): readonly string[] {
  const taken = new Set<string>()
  const counts = new Map<string, number>()
  return steps.map((step) => {
    let own = step
    for (let number = counts.get(step) ?? 2; taken.has(own); number++) {
      own = `${step}#${number}`
      counts.set(step, number + 1)
    }
    taken.add(own)
    return own
  })
}
