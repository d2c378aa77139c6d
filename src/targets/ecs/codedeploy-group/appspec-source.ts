import { type Document, invalid, parseObject, type Source, type Wanted } from '../../../document/document.ts'
import type { Failure } from '../../../failure.ts'
import type { Mistake } from '../../../mistake.ts'
import type { Json, JsonObject } from '../../../ports.ts'
import { isList, isObject } from '../../../task-definition/members.ts'
import { setting, text } from '../../../text.ts'

/** AWS's page about the `resources` section of an AppSpec. */
export const appSpecDocs =
  'https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html'
/** The type of a resource that is a service of Amazon ECS. */
export const serviceType = 'AWS::ECS::Service'

const wanted: Wanted = {
  name: 'The AppSpec',
  fix: text`Correct the AppSpec, or remove ${setting('codedeploy-appspec')}: Slipway then makes one from the service.`,
  docs: appSpecDocs,
  accepts: (value) => isList(value[nameOf(value, 'Resources') ?? '']),
}

/** An AppSpec as it is written, in YAML or JSON. Throws `file-invalid`. */
export function readAppSpec(content: string, source: Source = { input: 'codedeploy-appspec' }): Document<JsonObject> {
  return parseObject(content, source, wanted)
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
  const appSpec = readAppSpec(source).value
  const resources = appSpec[nameOf(appSpec, 'Resources') ?? 'Resources']
  if (!Array.isArray(resources)) return 0
  return resources.filter(isObject).flatMap((resource: JsonObject) => Object.values(resource).filter(isEcsService))
    .length
}

/** The failure for an AppSpec that cannot be used. */
export function invalidAppSpec(mistakes: readonly Mistake[]): Failure {
  return invalid(mistakes, wanted)
}
