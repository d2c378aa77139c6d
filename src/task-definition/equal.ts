import type { Json, JsonObject } from '../ports.ts'
import { isList, isObject, objectsIn } from './members.ts'
import { registrable } from './registrable.ts'
import { cpuUnits, mebibytes } from './sizes.ts'

type Defaults = Readonly<Record<string, Json>>

/**
 * What AWS writes into a stored definition where nothing was given (ECS developer guide, "task definition parameters").
 * Both sides are filled up with it, so that a default that was written out equals one that was left out.
 */
const containerDefaults: Defaults = { essential: true, versionConsistency: 'enabled' }
const healthCheckDefaults: Defaults = { interval: 30, timeout: 5, retries: 3, startPeriod: 0 }
const taskDefaults: Defaults = { networkMode: 'bridge' }

/** Lists whose order means nothing to ECS, which may answer them in another one, and the member that names an item. */
const unordered: Readonly<Record<string, string>> = {
  containerDefinitions: 'name',
  environment: 'name',
  secrets: 'name',
  secretOptions: 'name',
  portMappings: 'containerPort',
  mountPoints: 'containerPath',
  ulimits: 'name',
  systemControls: 'namespace',
  resourceRequirements: 'type',
  dependsOn: 'containerName',
  volumes: 'name',
  placementConstraints: 'expression',
}
const unorderedTexts = new Set(['requiresCompatibilities'])

/** True when registering `wanted` would store what `registered` is already. Tags are compared by `hasTags`. */
export function isEqual(wanted: JsonObject, registered: JsonObject): boolean {
  const left = canonical(wanted)
  const right = canonical(registered)
  return serialise({ ...left, ...rolesLike(left, right) }) === serialise(right)
}

/** True when a stored definition carries the tags that are wanted. Others may have been added since; none wanted is fine. */
export function hasTags(registered: JsonObject, wanted: JsonObject): boolean {
  const there = new Map(objectsIn(registered, 'tags').map(({ key, value }) => [key, value]))
  return objectsIn(wanted, 'tags').every(({ key, value }) => (there.get(key) ?? '') === (value ?? ''))
}

/** True when `stored` is what registering `written` made: the same content, and these tags and no others. */
export function isStoredAs(written: JsonObject, stored: JsonObject): boolean {
  return isEqual(written, stored) && hasTags(stored, written) && hasTags(written, stored)
}

/**
 * The definition in one form of the many that mean the same: without read-only members and tags, without what is empty,
 * false or a default, sizes in units, and lists in the order of their names.
 */
export function canonical(definition: JsonObject): JsonObject {
  const { tags: _, ...members } = registrable(definition)
  const awsvpc = members.networkMode === 'awsvpc'
  const task = {
    ...taskDefaults,
    ...members,
    ...size(members.cpu, 'cpu', cpuUnits),
    ...size(members.memory, 'memory', mebibytes),
    containerDefinitions: objectsIn(members, 'containerDefinitions').map((container) => filled(container, awsvpc)),
  }
  return pruned(task) as JsonObject
}

/** `1 vCPU` is stored as `1024`, `2 GB` as `2048` (ECS developer guide, "task size"). */
function size(value: Json | undefined, member: string, read: typeof cpuUnits): JsonObject {
  return typeof value === 'string' ? { [member]: String(read(value) ?? value.trim()) } : {}
}

function filled(container: JsonObject, awsvpc: boolean): JsonObject {
  const { healthCheck } = container
  return {
    ...containerDefaults,
    ...container,
    ...(container.cpu === 0 ? { cpu: null } : {}),
    ...(isObject(healthCheck) ? { healthCheck: { ...healthCheckDefaults, ...healthCheck } } : {}),
    portMappings: objectsIn(container, 'portMappings').map((port) => ({
      ...port,
      protocol: port.protocol ?? 'tcp',
      hostPort: port.hostPort || (awsvpc ? (port.containerPort ?? null) : null),
    })),
  }
}

/** Empty lists, empty objects, false and null are what AWS answers, or not, for members that were not given. */
function pruned(value: Json, member = ''): Json {
  if (isList(value))
    return ordered(
      value.map((item) => pruned(item)),
      member,
    )
  if (!isObject(value)) return value
  const kept = Object.entries(value)
    .map(([name, content]) => [name, pruned(content, name)] as const)
    .filter(([name, content]) => name === 'essential' || !isNothing(content))
  return Object.fromEntries(kept)
}

function isNothing(value: Json): boolean {
  if (value === null || value === false) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

function ordered(list: readonly Json[], member: string): readonly Json[] {
  const key = unordered[member]
  if (key === undefined && !unorderedTexts.has(member)) return list
  const nameOf = (item: Json) =>
    String((key !== undefined && isObject(item) ? item[key] : undefined) ?? serialise(item))
  return [...list].sort((left, right) => compare(nameOf(left), nameOf(right)))
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right)
}

/** A role may be written by its name; AWS stores its ARN (ECS API, RegisterTaskDefinition). */
function rolesLike(written: JsonObject, stored: JsonObject): JsonObject {
  const roles = ['taskRoleArn', 'executionRoleArn'].flatMap((member) => {
    const [one, other] = [written[member], stored[member]]
    return isSameRole(one, other) ? [[member, other ?? null] as const] : []
  })
  return Object.fromEntries(roles)
}

function isSameRole(one: Json | undefined, other: Json | undefined): boolean {
  if (typeof one !== 'string' || typeof other !== 'string') return false
  const [name, arn] = one.startsWith('arn:') ? [other, one] : [one, other]
  return !name.startsWith('arn:') && arn.endsWith(`:role/${name}`)
}

/** JSON with the members of every object in the order of their names. */
export function serialise(value: Json): string {
  return JSON.stringify(value, (_, content: Json) =>
    isObject(content)
      ? Object.fromEntries(Object.entries(content).sort(([left], [right]) => compare(left, right)))
      : content,
  )
}
