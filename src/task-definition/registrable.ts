import type { Json, JsonObject } from '../ports.ts'
import { isList, isObject } from './members.ts'

/** Members that DescribeTaskDefinition answers and RegisterTaskDefinition refuses (ECS API, TaskDefinition). */
const readOnly = new Set([
  'compatibilities',
  'deregisteredAt',
  'registeredAt',
  'registeredBy',
  'requiresAttributes',
  'revision',
  'status',
  'taskDefinitionArn',
  'deleteRequestedAt',
])

/**
 * What can be registered of a definition: everything that was written, empty texts and lists included, without the
 * members that only AWS writes and without nulls, which mean "absent" in AWS's APIs.
 */
export function registrable(definition: JsonObject): JsonObject {
  const kept = Object.entries(definition).filter(([member]) => !readOnly.has(member))
  return withoutNulls(Object.fromEntries(kept))
}

function withoutNulls(object: JsonObject): JsonObject {
  const kept = Object.entries(object).filter(([, value]) => value !== null)
  return Object.fromEntries(kept.map(([member, value]) => [member, clean(value)]))
}

function clean(value: Json): Json {
  if (isList(value)) return value.filter((item) => item !== null).map(clean)
  return isObject(value) ? withoutNulls(value) : value
}
