import type { Json, JsonObject } from '../ports.ts'

/**
 * What DescribeTaskDefinition adds and RegisterTaskDefinition does not take (API reference, TaskDefinition versus
 * RegisterTaskDefinitionRequest).
 */
const readOnlyMembers = new Set([
  'taskDefinitionArn',
  'revision',
  'status',
  'requiresAttributes',
  'compatibilities',
  'registeredAt',
  'deregisteredAt',
  'registeredBy',
  'deleteRequestedAt',
])

/**
 * The definition as it can be registered: without AWS's own members and without nulls. Everything else that somebody
 * wrote stays, empty texts and lists included. The answer of `describe-task-definition` (`{"taskDefinition": …, "tags":
 * …}`) is taken out of its wrapping.
 */
export function registrable(written: JsonObject): JsonObject {
  return withoutNulls(
    Object.fromEntries(Object.entries(unwrap(written)).filter(([member]) => !readOnlyMembers.has(member))),
  )
}

function unwrap(written: JsonObject): JsonObject {
  const { taskDefinition, tags } = written
  if (!isObject(taskDefinition) || 'containerDefinitions' in written) return written
  return { ...taskDefinition, ...(Array.isArray(tags) && tags.length > 0 ? { tags } : {}) }
}

function withoutNulls(value: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, part]) => part !== null)
      .map(([member, part]) => [member, clean(part)]),
  )
}

function clean(value: Json): Json {
  if (Array.isArray(value)) return value.filter((part) => part !== null).map(clean)
  return isObject(value) ? withoutNulls(value) : value
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
