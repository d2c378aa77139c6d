import type { Prepared } from '../../../deployment/target.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import type { ServiceRequest } from '../request/service-request.ts'
import type { Marking } from './register-revision.ts'

/** The deployment of a service that does not exist, by the API that makes it. Each is loaded only now: most services are there. */
export async function prepareMissing(
  request: ServiceRequest,
  context: EcsContext,
  marking: Marking | undefined,
): Promise<Prepared> {
  const { creation } = request.express ?? {}
  if (creation === undefined) {
    const { prepareCreation } = await import('./create-and-watch.ts')
    return await prepareCreation(request, context, marking)
  }
  const { prepareExpressCreation } = await import('./create-express.ts')
  return await prepareExpressCreation(request, creation, context, marking)
}
