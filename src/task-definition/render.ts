import type { Json, JsonObject } from '../ports.ts'
import { containersOf, nameOf, requireContainers } from './containers.ts'
import { isObject, registrable } from './registrable.ts'

/** What is to be different from a definition. Everything that is undefined or empty stays as it is. */
export interface RenderRequest {
  readonly images?: readonly { readonly container: string; readonly image: string }[]
  /** Containers to which all that follows applies. */
  readonly containers?: readonly string[]
  /** Added or replaced, by name. */
  readonly environment?: ReadonlyMap<string, string>
  readonly removeEnvironment?: readonly string[]
  /** Name and `valueFrom`; added or replaced. */
  readonly secrets?: ReadonlyMap<string, string>
  /** ARNs of objects in S3; they replace those that are there. */
  readonly environmentFiles?: readonly string[]
  readonly logConfiguration?: { readonly driver?: string | undefined; readonly options?: ReadonlyMap<string, string> }
  readonly dockerLabels?: ReadonlyMap<string, string>
  readonly command?: readonly string[] | undefined
  readonly taskRoleArn?: string | undefined
  readonly executionRoleArn?: string | undefined
}

/** A definition with the changes that are asked for, ready to be registered. Throws `container-unknown`. */
export function render(definition: JsonObject, request: RenderRequest): JsonObject {
  const { images = [], containers: chosen = [], taskRoleArn, executionRoleArn } = request
  requireContainers(definition, [...images.map(({ container }) => container), ...chosen])
  const containerDefinitions = containersOf(definition).map((container) => {
    const name = nameOf(container)
    const image = images.find((candidate) => candidate.container === name)?.image
    return {
      ...(chosen.includes(name) ? change(container, request) : container),
      ...(image === undefined ? {} : { image }),
    }
  })
  return {
    ...registrable(definition),
    containerDefinitions: registrable({ containerDefinitions }).containerDefinitions ?? [],
    ...(taskRoleArn === undefined ? {} : { taskRoleArn }),
    ...(executionRoleArn === undefined ? {} : { executionRoleArn }),
  }
}

function change(container: JsonObject, request: RenderRequest): JsonObject {
  const { environmentFiles = [], dockerLabels = new Map(), command } = request
  return {
    ...container,
    ...variables(container, request),
    ...(environmentFiles.length > 0
      ? { environmentFiles: environmentFiles.map((value) => ({ value, type: 's3' })) }
      : {}),
    ...(dockerLabels.size > 0
      ? { dockerLabels: { ...objectOf(container.dockerLabels), ...Object.fromEntries(dockerLabels) } }
      : {}),
    ...logging(container, request),
    ...(command === undefined ? {} : { command: [...command] }),
  }
}

/** ECS refuses a name that is both a variable and a secret: the one that is set now wins. */
function variables(container: JsonObject, request: RenderRequest): JsonObject {
  const {
    environment = new Map<string, string>(),
    secrets = new Map<string, string>(),
    removeEnvironment = [],
  } = request
  const dropped = new Set([...removeEnvironment, ...secrets.keys()])
  const hasChange = environment.size + secrets.size + removeEnvironment.length > 0
  if (!hasChange) return {}
  return {
    ...merged('environment', listOf(container.environment), environment, 'value', dropped),
    ...merged(
      'secrets',
      listOf(container.secrets),
      secrets,
      'valueFrom',
      new Set([...removeEnvironment, ...environment.keys()]),
    ),
  }
}

function merged(
  member: 'environment' | 'secrets',
  there: readonly JsonObject[],
  set: ReadonlyMap<string, string>,
  key: 'value' | 'valueFrom',
  dropped: ReadonlySet<string>,
): JsonObject {
  const kept = there.filter((entry) => !dropped.has(String(entry.name)) && !set.has(String(entry.name)))
  const unchanged = set.size === 0 && kept.length === there.length
  if (unchanged) return {}
  const places = there.flatMap((entry) => {
    const value = set.get(String(entry.name))
    if (value !== undefined) return [{ name: entry.name ?? '', [key]: value }]
    return kept.includes(entry) ? [entry] : []
  })
  const names = new Set(there.map(({ name }) => name))
  const added = [...set].filter(([name]) => !names.has(name)).map(([name, value]) => ({ name, [key]: value }))
  return { [member]: [...places, ...added] }
}

function logging(container: JsonObject, { logConfiguration: wanted }: RenderRequest): JsonObject {
  if (!wanted || (wanted.driver === undefined && !wanted.options?.size)) return {}
  const there = objectOf(container.logConfiguration)
  const sameDriver = wanted.driver === undefined || wanted.driver === there.logDriver
  const options = { ...(sameDriver ? objectOf(there.options) : {}), ...Object.fromEntries(wanted.options ?? []) }
  return {
    logConfiguration: {
      ...(sameDriver ? there : {}),
      ...(wanted.driver === undefined ? {} : { logDriver: wanted.driver }),
      ...(Object.keys(options).length > 0 ? { options } : {}),
    },
  }
}

function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {}
}

function listOf(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter((part) => isObject(part)) : []
}
