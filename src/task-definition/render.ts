import { Failure } from '../failure.ts'
import { nearest } from '../nearest.ts'
import type { Json, JsonObject } from '../ports.ts'
import { setting, text, untrusted } from '../text.ts'
import { containerNames, containersOf, isObject, objectsIn, textIn } from './members.ts'

/** What is changed in a definition. What is undefined or empty is left as it is. */
export interface RenderRequest {
  readonly images: readonly ContainerImage[]
  /** Containers that everything but the images applies to. Empty: those of `images`, or else the only one there is. */
  readonly containers: readonly string[]
  readonly environment: ReadonlyMap<string, string>
  /** Names to take out of the environment and the secrets. */
  readonly removeEnvironment: readonly string[]
  /** Name and `valueFrom`: ARN of a secret or parameter, or name of a parameter. */
  readonly secrets: ReadonlyMap<string, string>
  /** ARNs of files in Amazon S3; they replace those of the definition. */
  readonly environmentFiles: readonly string[]
  readonly logConfiguration?:
    | { readonly driver?: string | undefined; readonly options: ReadonlyMap<string, string> }
    | undefined
  readonly dockerLabels: ReadonlyMap<string, string>
  readonly command?: readonly string[] | undefined
  /** Names or ARNs. */
  readonly taskRoleArn?: string | undefined
  readonly executionRoleArn?: string | undefined
}

/** A container by its name, and the image to put into it. */
export interface ContainerImage {
  readonly container: string
  readonly image: string
}

/** A request that changes nothing. */
export const noChanges: RenderRequest = {
  images: [],
  containers: [],
  environment: new Map(),
  removeEnvironment: [],
  secrets: new Map(),
  environmentFiles: [],
  dockerLabels: new Map(),
}

/**
 * The definition with the changes in it. Every other member stays as it was written, known or not, in its order.
 * Throws `container-unknown` with the names that there are, and `task-definition-invalid`.
 */
export function render(definition: JsonObject, changes: RenderRequest): JsonObject {
  const images = new Map(changes.images.map(({ container, image }) => [container, image]))
  const targets = new Set(changesContainers(changes) ? targetsOf(definition, changes) : [])
  requireContainers(definition, changes, [...images.keys(), ...targets])
  requireDistinct(changes)
  const containerDefinitions = containersOf(definition).map((container) => {
    const name = textIn(container, 'name') ?? ''
    const image = images.get(name)
    const withImage = image === undefined ? container : { ...container, image }
    return targets.has(name) ? changed(withImage, changes) : withImage
  })
  return {
    ...definition,
    ...(containerDefinitions.length > 0 && { containerDefinitions }),
    ...(changes.taskRoleArn !== undefined && { taskRoleArn: changes.taskRoleArn }),
    ...(changes.executionRoleArn !== undefined && { executionRoleArn: changes.executionRoleArn }),
  }
}

function changesContainers(changes: RenderRequest): boolean {
  const { environment, removeEnvironment, secrets, environmentFiles, logConfiguration, dockerLabels, command } = changes
  const sizes = [environment.size, removeEnvironment.length, secrets.size, environmentFiles.length, dockerLabels.size]
  return sizes.some((size) => size > 0) || logConfiguration !== undefined || command !== undefined
}

function targetsOf(definition: JsonObject, { containers, images }: RenderRequest): readonly string[] {
  if (containers.length > 0) return containers
  if (images.length > 0) return images.map(({ container }) => container)
  const names = containerNames(definition)
  if (names.length === 1) return names
  throw new Failure({
    code: 'container-unknown',
    what: text`No container is named for the change`,
    why: text`the task definition has ${names.length} containers${listOf(names)}`,
    fix: text`Name one or more of them in ${setting('container-name')}.`,
  })
}

function requireContainers(
  definition: JsonObject,
  { containers, images }: RenderRequest,
  wanted: readonly string[],
): void {
  const names = containerNames(definition)
  const unknown = [...new Set(wanted)].filter((name) => !names.includes(name))
  const [first] = unknown
  if (first === undefined) return
  const suggestion = names.length > 1 ? nearest(first, names) : undefined
  const isListed = !containers.includes(first) && images.length > 0
  throw new Failure({
    code: 'container-unknown',
    what: text`The task definition has no container ${untrusted(unknown.map((name) => `"${name}"`).join(' and no '))}`,
    why: text`its ${names.length === 1 ? 'container is' : 'containers are'}${listOf(names)}${suggestion === undefined ? '' : text`; did you mean ${untrusted(suggestion)}?`}`,
    fix: text`Correct ${setting(isListed ? 'images' : 'container-name')}.`,
  })
}

function requireDistinct({ environment, secrets }: RenderRequest): void {
  const both = [...environment.keys()].filter((name) => secrets.has(name))
  if (both.length === 0) return
  throw new Failure({
    code: 'task-definition-invalid',
    what: text`${untrusted(both.join(', '))} ${both.length === 1 ? 'is' : 'are'} given as environment variable and as secret`,
    why: text`a container has one value under a name`,
    fix: text`Take the name out of environment-variables or out of secrets.`,
  })
}

function listOf(names: readonly string[]) {
  return names.length === 0 ? text` (none)` : text` ${untrusted(names.map((name) => `"${name}"`).join(', '))}`
}

function changed(container: JsonObject, changes: RenderRequest): JsonObject {
  const { environment, secrets, removeEnvironment, environmentFiles, logConfiguration, dockerLabels, command } = changes
  // ECS refuses a name that is a variable and a secret, so a name that is set as one is taken out of the other.
  const notVariables = new Set([...removeEnvironment.filter((name) => !environment.has(name)), ...secrets.keys()])
  const notSecrets = new Set([...removeEnvironment.filter((name) => !secrets.has(name)), ...environment.keys()])
  return {
    ...container,
    ...pairs(container, 'environment', 'value', environment, notVariables),
    ...pairs(container, 'secrets', 'valueFrom', secrets, notSecrets),
    ...(environmentFiles.length > 0 && {
      environmentFiles: environmentFiles.map((value) => ({ value, type: 's3' })),
    }),
    ...(logConfiguration && { logConfiguration: logs(container.logConfiguration, logConfiguration) }),
    ...(dockerLabels.size > 0 && { dockerLabels: merged(container.dockerLabels, dockerLabels) }),
    ...(command && { command }),
  }
}

/** A list of names and values with some set, in place where they exist, and some removed. */
function pairs(
  container: JsonObject,
  member: string,
  valueMember: string,
  set: ReadonlyMap<string, string>,
  remove: ReadonlySet<string>,
): JsonObject {
  const old = objectsIn(container, member)
  const nameOf = (pair: JsonObject) => textIn(pair, 'name') ?? ''
  const kept = old.filter((pair) => !remove.has(nameOf(pair)))
  if (set.size === 0 && kept.length === old.length) return {}
  const known = new Set(kept.map(nameOf))
  const replaced = kept.map((pair) => {
    const value = set.get(nameOf(pair))
    return value === undefined ? pair : { ...pair, [valueMember]: value }
  })
  const added = [...set].filter(([name]) => !known.has(name)).map(([name, value]) => ({ name, [valueMember]: value }))
  return { [member]: [...replaced, ...added] }
}

/** Options are added to those there are, unless the driver changes: no driver takes another one's options. */
function logs(old: Json | undefined, { driver, options }: NonNullable<RenderRequest['logConfiguration']>): JsonObject {
  const before = isObject(old) ? old : {}
  const isOther = driver !== undefined && before.logDriver !== undefined && driver !== before.logDriver
  const { options: oldOptions, secretOptions, ...rest } = before
  const kept = isOther ? {} : { ...(secretOptions !== undefined && { secretOptions }) }
  const all = merged(isOther ? undefined : oldOptions, options)
  return {
    ...rest,
    ...(driver !== undefined && { logDriver: driver }),
    ...((Object.keys(all).length > 0 || (oldOptions !== undefined && !isOther)) && { options: all }),
    ...kept,
  }
}

function merged(old: Json | undefined, set: ReadonlyMap<string, string>): JsonObject {
  return { ...(isObject(old) ? old : {}), ...Object.fromEntries(set) }
}
