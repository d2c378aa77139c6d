import type { JsonObject } from '../ports.ts'
import { concealer } from '../targets/ecs/finish/redact-evidence.ts'
import type { ServiceRequest } from '../targets/ecs/request/service-request.ts'
import { textIn } from '../task-definition/members.ts'
import type { Context, EcsPorts } from './context.ts'
import type { DeploymentEvent } from './events.ts'

type Events = AsyncGenerator<DeploymentEvent>

/**
 * A way whose events hold no value of a variable of the task definitions that it comes across: those that it reads, and the one
 * that is wanted. What AWS says while a deployment runs goes to people at once, long before evidence is gathered.
 */
export async function* redactEvents(
  request: ServiceRequest,
  context: Context,
  way: (request: ServiceRequest, context: Context) => Events,
): Events {
  const definitions = new Map<string, JsonObject>()
  let conceal: ((event: DeploymentEvent) => DeploymentEvent) | undefined
  const know = (definition: JsonObject | undefined) => {
    if (definition) definitions.set(textIn(definition, 'taskDefinitionArn') ?? wantedKey, definition)
    conceal = undefined
  }
  const wanted: ServiceRequest['wanted'] = async (service, current) => {
    const found = await request.wanted(service, current)
    for (const definition of [current, found.definition]) know(definition)
    return found
  }
  for await (const event of way({ ...request, wanted }, { ...context, ...readsOf(context, know) })) {
    conceal ??= concealer([...definitions.values()], request)
    yield conceal(event)
  }
}

/** The definition that is wanted has no ARN yet. A try after a conflict renders it anew. */
const wantedKey = ''

/** AWS, of which every task definition that is read becomes known. */
function readsOf(aws: EcsPorts, know: (definition: JsonObject | undefined) => void): Pick<EcsPorts, 'ecs' | 'within'> {
  return {
    ecs: {
      ...aws.ecs,
      async describeTaskDefinition(...asked) {
        const definition = await aws.ecs.describeTaskDefinition(...asked)
        know(definition)
        return definition
      },
    },
    within(deadline) {
      const hurried = aws.within(deadline)
      return { ...hurried, ...readsOf(hurried, know) }
    },
  }
}
