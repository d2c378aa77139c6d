import type { Ecs, JsonObject } from '../../../ports.ts'
import { textIn } from '../../../task-definition/members.ts'
import type { EcsPorts } from '../request/ecs-context.ts'
import type { ServiceRequest } from '../request/service-request.ts'
import { concealer } from './redact-evidence.ts'

/** The task definitions that a deployment comes across: those that it reads, and the one that is wanted. */
export interface KnownDefinitions {
  /** A value without the values of their variables. */
  conceal<Value>(value: Value): Value
  /** AWS, of which every task definition that is read becomes known. */
  reading<Ports extends EcsPorts>(aws: Ports): Ports
  /** The definition that is wanted, which becomes known. */
  wanting(wanted: ServiceRequest['wanted']): ServiceRequest['wanted']
}

/** The definition that is wanted has no ARN yet. A try after a conflict renders it anew. */
const wantedKey = ''

/** None is known yet. The names of cluster and service are shown in any case, also where a variable holds them. */
export function openKnownDefinitions(named: { readonly cluster: string; readonly service: string }): KnownDefinitions {
  const definitions = new Map<string, JsonObject>()
  let conceal: KnownDefinitions['conceal'] | undefined
  const know = (definition: JsonObject | undefined) => {
    if (definition) definitions.set(textIn(definition, 'taskDefinitionArn') ?? wantedKey, definition)
    conceal = undefined
  }
  return {
    conceal(value) {
      conceal ??= concealer([...definitions.values()], named)
      return conceal(value)
    },
    reading: (aws) => ({ ...aws, ...readsOf(aws, know) }),
    wanting: (wanted) => async (service, current, origin) => {
      const found = await wanted(service, current, origin)
      for (const definition of [current, found.definition]) know(definition)
      return found
    },
  }
}

function readsOf(aws: EcsPorts, know: (definition: JsonObject | undefined) => void): Pick<EcsPorts, 'ecs' | 'within'> {
  const describeTaskDefinition: Ecs['describeTaskDefinition'] = async (...asked) => {
    const definition = await aws.ecs.describeTaskDefinition(...asked)
    know(definition)
    return definition
  }
  return {
    ecs: { ...aws.ecs, describeTaskDefinition },
    within(deadline) {
      const hurried = aws.within(deadline)
      return { ...hurried, ...readsOf(hurried, know) }
    },
  }
}
