import type { JsonObject } from '../ports.ts'
import type { DeploymentEvent } from './event.ts'
import type { DeployRequest } from './journey.ts'

type Events = AsyncGenerator<DeploymentEvent>

/** Events with words of others. The rest are numbers and names, and evidence has been through a door of its own. */
const told: readonly DeploymentEvent['kind'][] = ['phase', 'message', 'rolling-back', 'warning', 'note', 'finished']

/**
 * A way whose events hold no value of a variable of the definitions that it comes across: of the one that ran and of the one
 * that is wanted. What AWS says while a deployment runs goes to people at once, long before evidence is gathered.
 */
export async function* concealed(request: DeployRequest, way: (request: DeployRequest) => Events): Events {
  const definitions: JsonObject[] = []
  const wanted: DeployRequest['wanted'] = async (service, current) => {
    const found = await request.wanted(service, current)
    // A try after a conflict begins with reading again.
    definitions.splice(0, definitions.length, found.definition, ...(current ? [current] : []))
    conceal = undefined
    return found
  }
  let conceal: ((event: DeploymentEvent) => DeploymentEvent) | undefined
  for await (const event of way({ ...request, wanted })) {
    if (definitions.length > 0 && told.includes(event.kind)) {
      // Loaded only now: a start needs no words of others.
      conceal ??= (await import('../diagnosis/redact-evidence.ts')).concealer(definitions, request)
      yield conceal(event)
    } else yield event
  }
}
