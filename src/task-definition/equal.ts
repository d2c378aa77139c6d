import type { Json, JsonObject } from '../ports.ts'
import { entry, isList, isObject, objectsIn } from './members.ts'
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

/**
 * Values of members, by the member that has them, that AWS writes or not, and that mean the same as none: API
 * EFSVolumeConfiguration ("will have the same effect as omitting this parameter"), EFSAuthorizationConfig,
 * ContainerRestartPolicy, and what others have seen in answers (hashicorp/terraform-provider-aws#19549).
 */
const sameAsNone: Readonly<Record<string, Defaults>> = {
  efsVolumeConfiguration: { rootDirectory: '/', transitEncryption: 'DISABLED', transitEncryptionPort: 0 },
  s3filesVolumeConfiguration: { rootDirectory: '/', transitEncryptionPort: 0 },
  authorizationConfig: { iam: 'DISABLED' },
  dockerVolumeConfiguration: { scope: 'task' },
  proxyConfiguration: { type: 'APPMESH' },
  restartPolicy: { restartAttemptPeriod: 300 },
}

/** Lists whose order means nothing to ECS, which answers some of them in another one, and the members that name an item. */
const unordered: Readonly<Record<string, readonly string[]>> = {
  containerDefinitions: ['name'],
  environment: ['name'],
  secrets: ['name'],
  secretOptions: ['name'],
  portMappings: ['containerPort', 'containerPortRange', 'protocol'],
  mountPoints: ['containerPath'],
  volumesFrom: ['sourceContainer'],
  ulimits: ['name'],
  systemControls: ['namespace'],
  resourceRequirements: ['type', 'value'],
  dependsOn: ['containerName'],
  volumes: ['name'],
  placementConstraints: ['type', 'expression'],
  properties: ['name'],
  inferenceAccelerators: ['deviceName'],
  // Of texts.
  requiresCompatibilities: [],
  links: [],
}

/** True when registering `wanted` would store what `registered` is already. Tags are compared by `hasTags`. */
export function isEqual(wanted: JsonObject, registered: JsonObject): boolean {
  const left = canonical(wanted)
  const right = canonical(registered)
  return isSame({ ...left, ...rolesLike(left, right) }, right)
}

/** In whatever order the members of objects are. */
function isSame(one: Json, other: Json): boolean {
  if (isList(one))
    return isList(other) && one.length === other.length && one.every((item, at) => isSame(item, other[at] ?? null))
  if (!isObject(one)) return one === other
  if (!isObject(other)) return false
  const names = Object.keys(one)
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && isSame(one[name] ?? null, other[name] ?? null))
  )
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
  const written = registrable(definition)
  const found = known.get(written) ?? canonicalOf(written)
  known.set(written, found)
  return found
}

const known = new WeakMap<JsonObject, JsonObject>()

function canonicalOf({ tags: _, ...members }: JsonObject): JsonObject {
  // The port of the host is then that of the container (API PortMapping, `hostPort`).
  const isOwnPort = members.networkMode === 'awsvpc' || members.networkMode === 'host'
  const task = {
    ...taskDefaults,
    ...members,
    ...size(members.cpu, 'cpu', cpuUnits),
    ...size(members.memory, 'memory', mebibytes),
    containerDefinitions: objectsIn(members, 'containerDefinitions').map((container) => filled(container, isOwnPort)),
  }
  return pruned(task) as JsonObject
}

/** `1 vCPU` is stored as `1024`, `2 GB` as `2048` (ECS developer guide, "task size"). */
function size(value: Json | undefined, member: string, read: typeof cpuUnits): JsonObject {
  return typeof value === 'string' ? { [member]: String(read(value) ?? value.trim()) } : {}
}

function filled(container: JsonObject, isOwnPort: boolean): JsonObject {
  const { healthCheck } = container
  return {
    ...containerDefaults,
    ...container,
    ...(container.cpu === 0 ? { cpu: null } : {}),
    ...(isObject(healthCheck) ? { healthCheck: { ...healthCheckDefaults, ...healthCheck } } : {}),
    portMappings: objectsIn(container, 'portMappings').map((port) => ({
      ...port,
      protocol: port.protocol ?? 'tcp',
      hostPort: port.hostPort || (isOwnPort ? (port.containerPort ?? null) : null),
    })),
  }
}

/** Members that say something when they are false, or empty. */
const meaningful = new Set(['essential', 'entryPoint'])

/** Empty lists, empty objects, false and null are what AWS answers, or not, for members that were not given. */
function pruned(value: Json, member = ''): Json {
  if (isList(value)) {
    const items = value.map((item) => pruned(item))
    const keys = entry(unordered, member)
    return keys ? sorted(items, keys) : items
  }
  if (!isObject(value)) return value
  const none = entry(sameAsNone, member) ?? {}
  const kept = Object.entries(value)
    .map(([name, content]) => [name, pruned(content, name)] as const)
    .filter(([name, content]) => meaningful.has(name) || !(isNothing(content) || content === none[name]))
  return Object.fromEntries(kept)
}

function isNothing(value: Json): boolean {
  if (value === null || value === false) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

/** Items of one name stay in their order: of two variables, the last counts. */
function sorted(list: readonly Json[], keys: readonly string[]): readonly Json[] {
  const nameOf = (item: Json) => (isObject(item) ? keys.map((key) => String(item[key])).join(' ') : serialise(item))
  return [...list].sort((left, right) => compare(nameOf(left), nameOf(right)))
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right)
}

/**
 * The roles of a definition as another one has them, where they are the same: a role may be written by its name, and AWS
 * stores its ARN (ECS API, RegisterTaskDefinition; ECS developer guide, "Using ECS Exec", has both members by name).
 */
export function rolesLike(written: JsonObject, stored: JsonObject): JsonObject {
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
  if (typeof value !== 'object') return JSON.stringify(value)
  return JSON.stringify(value, (_, content: Json) =>
    isObject(content)
      ? Object.fromEntries(Object.entries(content).sort(([left], [right]) => compare(left, right)))
      : content,
  )
}
