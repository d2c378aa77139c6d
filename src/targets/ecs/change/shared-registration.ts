import type { JsonObject } from '../../../ports.ts'
import { serialise } from '../../../task-definition/equal.ts'
import type { EcsPorts } from '../request/ecs-context.ts'

type Registered = Promise<JsonObject>

/**
 * The same ports, through which equal definitions, tags included, are registered once: services of one definition that are
 * deployed together share its revision. The next request repeats a registration that failed.
 */
export function shareRegistrations<Ports extends EcsPorts>(ports: Ports): Ports {
  return sharing(ports, new Map())
}

function sharing<Ports extends EcsPorts>(ports: Ports, made: Map<string, Registered>): Ports {
  const register = (definition: JsonObject): Registered => {
    const content = serialise(definition)
    const known = made.get(content)
    if (known) return known
    const registered = ports.ecs.registerTaskDefinition(definition)
    made.set(content, registered)
    registered.catch(() => made.delete(content))
    return registered
  }
  return {
    ...ports,
    ecs: { ...ports.ecs, registerTaskDefinition: register },
    within: (deadline) => sharing(ports.within(deadline), made),
  }
}
