import { tidied } from '../document/tidy.ts'
import type { JsonObject } from '../ports.ts'
import { shapes } from './shapes.ts'

const request = 'RegisterTaskDefinitionRequest'

/** Members that DescribeTaskDefinition answers and RegisterTaskDefinition refuses, such as `revision`. */
const readOnly = new Set(
  [...(shapes.get('TaskDefinition')?.keys() ?? [])].filter((member) => !shapes.get(request)?.has(member)),
)

/** Docker takes an empty entry point for none at all, in place of the image's own. */
const meaningful = new Set(['entryPoint'])

/** By definition, as they are immutable: a deployment needs the same ones several times. */
const known = new WeakMap<JsonObject, JsonObject>()

/**
 * What can be registered of a definition: everything that was written, without the members that only AWS writes, without
 * nulls and empty lists, and without empty texts where only certain words are allowed. Those mean "not given" in AWS's
 * answers, and some of them it refuses.
 */
export function registrable(definition: JsonObject): JsonObject {
  const found = known.get(definition)
  if (found) return found
  const kept = Object.entries(definition).filter(([member]) => !readOnly.has(member))
  const made = tidied(Object.fromEntries(kept), shapes, request, meaningful)
  known.set(definition, made)
  // Nothing is left to take out of it.
  known.set(made, made)
  return made
}
