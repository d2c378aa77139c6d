import { parse } from 'yaml'
import { Failure } from '../../failure.ts'
import type { Json, JsonObject } from '../../ports.ts'
import { isObject } from '../../task-definition/members.ts'
import { setting, type Text, text, untrusted } from '../../text.ts'

export const appSpecDocs =
  'https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html'
/** The type of a resource that is a service of Amazon ECS. */
export const serviceType = 'AWS::ECS::Service'

/** An AppSpec as it is written, in YAML or JSON. Throws `file-invalid`. */
export function readAppSpec(source: string): JsonObject {
  let value: Json
  try {
    value = writtenByProgram(source) ?? parse(source, { maxAliasCount: 0 })
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    throw invalidAppSpec(text`it is neither YAML nor JSON: ${untrusted(reason)}`)
  }
  if (!isObject(value)) throw invalidAppSpec(text`it is not a mapping`)
  return value
}

/** JSON as `JSON.stringify` writes it, as Slipway does: it needs no YAML parser, which start-up would pay for. */
function writtenByProgram(source: string): Json | undefined {
  try {
    const value: Json = JSON.parse(source)
    return JSON.stringify(value) === source ? value : undefined
  } catch {
    return undefined
  }
}

/** The name of a member as it is written: CodeDeploy reads names in any case. */
export function nameOf(object: JsonObject, name: string): string | undefined {
  return Object.keys(object).find((candidate) => candidate.toLowerCase() === name.toLowerCase())
}

/** True for a resource that is a service of Amazon ECS. */
export function isEcsService(resource: Json): resource is JsonObject {
  if (!isObject(resource)) return false
  const name = nameOf(resource, 'Type')
  return name === undefined || resource[name] === serviceType
}

/** How many services of Amazon ECS an AppSpec names; a deployment group deploys one (ECSServiceMappingLimitExceeded). */
export function countServices(source: string): number {
  const appSpec = readAppSpec(source)
  const resources = appSpec[nameOf(appSpec, 'Resources') ?? 'Resources']
  if (!Array.isArray(resources)) return 0
  return resources.filter(isObject).flatMap((resource: JsonObject) => Object.values(resource).filter(isEcsService))
    .length
}

/** The failure for an AppSpec that cannot be used. */
export function invalidAppSpec(why: Text): Failure {
  return new Failure({
    code: 'file-invalid',
    what: text`The AppSpec of ${setting('codedeploy-appspec')} cannot be used`,
    why,
    fix: text`Correct it, or leave it out: Slipway makes the AppSpec from the service.`,
    docs: appSpecDocs,
  })
}
