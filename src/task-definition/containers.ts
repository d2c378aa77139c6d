import { Failure } from '../failure.ts'
import { nearest } from '../nearest.ts'
import type { JsonObject } from '../ports.ts'
import { text, untrusted } from '../text.ts'
import { isObject } from './members.ts'

/** The containers of a definition, in its order. Throws `task-definition-invalid` when there are none. */
export function containersOf(definition: JsonObject): readonly JsonObject[] {
  const { containerDefinitions } = definition
  if (
    Array.isArray(containerDefinitions) &&
    containerDefinitions.length > 0 &&
    containerDefinitions.every((one) => isObject(one))
  ) {
    return containerDefinitions
  }
  const suggestion = nearest('containerDefinitions', Object.keys(definition))
  throw new Failure({
    code: 'task-definition-invalid',
    what: text`The task definition has no containerDefinitions`,
    why:
      suggestion !== undefined && suggestion !== 'containerDefinitions'
        ? text`it has ${untrusted(suggestion)}, which may be meant`
        : text`a list with at least one container is needed`,
    fix: text`Give the task definition in the form that "aws ecs register-task-definition" takes.`,
  })
}

export function nameOf(container: JsonObject): string {
  return typeof container.name === 'string' ? container.name : ''
}

/** The wanted containers must all be there; `container-unknown` names those that are. */
export function requireContainers(definition: JsonObject, wanted: readonly string[]): void {
  const names = containersOf(definition).map(nameOf)
  const unknown = wanted.filter((name) => !names.includes(name))
  if (unknown.length === 0) return
  throw new Failure({
    code: 'container-unknown',
    what: text`The task definition has no container ${untrusted(unknown.join(', '))}`,
    why: text`its containers are ${untrusted(names.join(', '))}`,
    fix: text`Correct container-name.`,
  })
}

/** The container that gets the image: the one that is named, or the only one, or the only essential one. */
export function onlyContainer(definition: JsonObject): string {
  const containers = containersOf(definition)
  const essential = containers.filter(({ essential }) => essential !== false)
  const [only] = containers.length === 1 ? containers : essential
  if (only && (containers.length === 1 || essential.length === 1)) return nameOf(only)
  throw new Failure({
    code: 'container-unknown',
    what: text`The task definition has several containers, and the input container-name does not say which gets the image`,
    why: text`they are ${untrusted(containers.map(nameOf).join(', '))}`,
    fix: text`Set container-name to one of them.`,
  })
}
