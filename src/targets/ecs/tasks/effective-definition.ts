import type { JsonObject } from '../../../ports.ts'
import { containersOf, objectsIn, textIn } from '../../../task-definition/members.ts'
import type { OneOffTask } from '../request/service-request.ts'

/** The definition as a task with overrides runs it: of each container the command and the variables, those of both. */
export function effectiveDefinition(
  definition: JsonObject,
  { overrides = [] }: Pick<OneOffTask, 'overrides'>,
): JsonObject {
  const containerDefinitions = containersOf(definition).map((container) => {
    const own = overrides.find((each) => textIn(each, 'name') === textIn(container, 'name'))
    if (own === undefined) return container
    const environment = [...objectsIn(container, 'environment'), ...objectsIn(own, 'environment')]
    return { ...container, environment, ...(own.command === undefined ? {} : { command: own.command }) }
  })
  return { ...definition, containerDefinitions }
}
