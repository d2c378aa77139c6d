import type { Json, JsonObject } from '../ports.ts'
import { equal } from './equal.ts'
import { isObject, registrable } from './registrable.ts'

/** One difference between two task definitions. Paths read like `containerDefinitions[api].image`. */
export interface TaskDefinitionChange {
  readonly path: string
  readonly kind: 'added' | 'removed' | 'changed'
  /** Rendered as JSON; `***` for values of environment variables and whatever else may hold a credential. */
  readonly from?: string | undefined
  readonly to?: string | undefined
}

/** Members by which entries of a list are known, in the order in which they are tried. */
const keys = ['name', 'key', 'containerPort', 'sourceVolume', 'containerName']
const masked = /\.(environment|dockerLabels|logConfiguration\.options)\b|\.secretOptions\b/
/** Log options that only name a place. */
const harmless = /\.logConfiguration\.options\.(awslogs-[a-z-]+|mode|max-buffer-size|Name|region)$/

/** What changes from one definition to the other, in the order of the new one. Nothing where they are equal to ECS. */
export function diff(from: JsonObject | undefined, to: JsonObject): readonly TaskDefinitionChange[] {
  if (from && equal(from, to)) return []
  return [...compare('', from && registrable(from), registrable(to))]
}

function* compare(path: string, from: Json | undefined, to: Json | undefined): Generator<TaskDefinitionChange> {
  if (isEmpty(from) && isEmpty(to)) return
  if (from !== undefined && to !== undefined && isObject(from) && isObject(to))
    return yield* compareMembers(path, from, to)
  const [before, after] = [entries(from), entries(to)]
  if (before && after) return yield* compareEntries(path, before, after)
  if (JSON.stringify(from) === JSON.stringify(to)) return
  if (isFresh(from, to) && isObject(to)) return yield* compareMembers(path, {}, to)
  yield change(path, from, to)
}

/** An object that was not there at all is told member by member; a whole container in one line would say nothing. */
function isFresh(from: Json | undefined, to: Json | undefined): boolean {
  return from === undefined && isObject(to) && Object.keys(to).length > 0
}

function* compareMembers(path: string, from: JsonObject, to: JsonObject): Generator<TaskDefinitionChange> {
  for (const member of new Set([...Object.keys(to), ...Object.keys(from)])) {
    if (isKey(path, member)) continue
    yield* compare(path === '' ? member : `${path}.${member}`, from[member], to[member])
  }
}

/** The name of a list's entry stands in the path already; it is told only through what belongs to it. */
function isKey(path: string, member: string): boolean {
  return path.endsWith(']') && /\.(environment|secrets)\[/.test(path) && member === 'name'
}

function* compareEntries(
  path: string,
  from: ReadonlyMap<string, Json>,
  to: ReadonlyMap<string, Json>,
): Generator<TaskDefinitionChange> {
  for (const key of new Set([...to.keys(), ...from.keys()]))
    yield* compare(`${path}[${key}]`, from.get(key), to.get(key))
}

/** Entries of a list of objects by their key; undefined where a list has none, or is no list. */
function entries(value: Json | undefined): ReadonlyMap<string, Json> | undefined {
  if (value === undefined) return new Map()
  if (!Array.isArray(value)) return undefined
  const key = keys.find((candidate) => value.every((entry) => isObject(entry) && entry[candidate] !== undefined))
  if (key === undefined) return value.length === 0 ? new Map() : undefined
  return new Map(value.map((entry) => [isObject(entry) ? String(entry[key]) : '', entry]))
}

function isEmpty(value: Json | undefined): boolean {
  if (value === undefined) return true
  if (Array.isArray(value)) return value.length === 0
  return isObject(value) && Object.keys(value).length === 0
}

function change(path: string, from: Json | undefined, to: Json | undefined): TaskDefinitionChange {
  const kind = from === undefined ? 'added' : to === undefined ? 'removed' : 'changed'
  const show = (value: Json | undefined) => (value === undefined ? undefined : shown(path, value))
  return { path, kind, from: show(from), to: show(to) }
}

function shown(path: string, value: Json): string {
  return masked.test(path) && !harmless.test(path) ? '***' : JSON.stringify(value)
}
