import type { Json, JsonObject } from '../ports.ts'
import { isObject, registrable } from './registrable.ts'

/** Lists whose order means nothing to ECS, with the member that names an entry. ECS returns some of them sorted. */
const unordered: Readonly<Record<string, string>> = {
  environment: 'name',
  secrets: 'name',
  portMappings: 'containerPort',
  requiresCompatibilities: '',
  tags: 'key',
  volumes: 'name',
}

/**
 * Values that ECS fills in where nothing was written (API reference, ContainerDefinition, PortMapping,
 * RegisterTaskDefinition), by the member's name. Empty lists, empty objects and `hostPort` equal to `containerPort`
 * count as filled in too.
 */
const defaults: Readonly<Record<string, readonly Json[]>> = {
  cpu: [0],
  essential: [true],
  protocol: ['tcp'],
  hostPort: [0],
  networkMode: ['bridge'],
  enableFaultInjection: [false],
  versionConsistency: ['enabled'],
  interval: [30],
  timeout: [5],
  retries: [3],
  readOnly: [false],
  weight: [0],
}

/**
 * Whether a written definition and one that AWS returned have the same content, under what AWS adds by itself: then the
 * revision can be used again instead of registering the same content twice. Tags count only where they are written.
 */
export function equal(one: JsonObject, other: JsonObject): boolean {
  const [left, right] = [registrable(one), registrable(other)]
  const tagged = left.tags !== undefined && right.tags !== undefined
  return sameObject(tagged ? left : withoutTags(left), tagged ? right : withoutTags(right))
}

function withoutTags(definition: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(definition).filter(([member]) => member !== 'tags'))
}

function sameObject(left: JsonObject, right: JsonObject): boolean {
  const members = new Set([...Object.keys(left), ...Object.keys(right)])
  return [...members].every((member) => sameMember(member, left, right))
}

function sameMember(member: string, left: JsonObject, right: JsonObject): boolean {
  const [one, other] = [left[member], right[member]]
  if (one === undefined) return isFilledIn(member, other, right)
  if (other === undefined) return isFilledIn(member, one, left)
  const key = unordered[member]
  return key === undefined ? same(member, one, other) : same(member, sorted(one, key), sorted(other, key))
}

function same(member: string, one: Json, other: Json): boolean {
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((part, index) => same('', part, other[index] ?? null))
  if (isObject(one) && isObject(other)) return sameObject(one, other)
  return one === other || ((member === 'cpu' || member === 'memory') && size(one) === size(other))
}

/** `1 vCPU` is 1024 and `2 GB` is 2048: ECS takes both forms and returns numbers of CPU units and MiB. */
function size(value: Json): string {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*(vcpu|gb)$/i.exec(String(value)) ?? []
  return unit === undefined ? String(value) : String(Number(amount) * 1024)
}

function isFilledIn(member: string, value: Json | undefined, parent: JsonObject): boolean {
  if (value === undefined) return true
  if (Array.isArray(value)) return value.length === 0
  if (isObject(value)) return Object.keys(value).length === 0
  if (member === 'hostPort' && value === parent.containerPort) return true
  return defaults[member]?.includes(value) ?? false
}

function sorted(list: Json, key: string): Json {
  if (!Array.isArray(list)) return list
  const place = (entry: Json) => (isObject(entry) ? String(entry[key] ?? '') : String(entry))
  return [...list].sort((left, right) => place(left).localeCompare(place(right)))
}
