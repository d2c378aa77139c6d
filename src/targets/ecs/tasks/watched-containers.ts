import type { JsonObject, Service } from '../../../ports.ts'
import { containerNames, containersOf, textIn } from '../../../task-definition/members.ts'
import type { OneOffTask } from '../request/service-request.ts'

/**
 * The containers whose exit codes are those of the task: the one that is named; else those that get another command, or the only
 * one that is overridden at all; else the only essential one, or the one that the load balancer of the service sends requests
 * to; else all that are essential. Others, such as log routers, end with the task in any manner.
 */
export function watchedContainers(
  { container, overrides = [] }: Pick<OneOffTask, 'container' | 'overrides'>,
  definition: JsonObject,
  service: Service | undefined,
): readonly string[] {
  if (container !== undefined) return [container]
  const names = containerNames(definition)
  const overridden = overrides.filter((each) => names.includes(textIn(each, 'name') ?? ''))
  const commanded = overridden.filter(({ command }) => command !== undefined)
  const chosen = commanded.length > 0 ? commanded : overridden
  if (commanded.length > 0 || overridden.length === 1) return chosen.map((each) => textIn(each, 'name') ?? '')
  const essential = essentialContainers(definition)
  const ports = (service?.loadBalancers ?? []).flatMap(({ containerName }) => containerName ?? [])
  const served = [...new Set(ports)].filter((name) => names.includes(name))
  return essential.length > 1 && served.length === 1 ? served : essential
}

/** A container is essential unless it says otherwise (ECS API, ContainerDefinition). */
export function essentialContainers(definition: JsonObject): readonly string[] {
  return containersOf(definition)
    .filter(({ essential }) => essential !== false)
    .map((container) => textIn(container, 'name') ?? '')
}
