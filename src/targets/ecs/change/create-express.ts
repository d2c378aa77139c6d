import { resourceName } from '../../../arn.ts'
import type { Changed } from '../../../deployment/conflict.ts'
import type { End } from '../../../deployment/outcomes.ts'
import type { Events, Prepared } from '../../../deployment/target.ts'
import { forPreparation } from '../../../deployment/time-limits.ts'
import type { CreateExpressRequest, Service } from '../../../ports.ts'
import { withoutOrigin } from '../facts/origin-tags.ts'
import { primary } from '../facts/service-facts.ts'
import { changed } from '../prepare/obstacles.ts'
import { planInWords } from '../prepare/plan-words.ts'
import { checkNew } from '../prepare/preflight-checks.ts'
import { expectedMinutes } from '../prepare/service-plan.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import type { ExpressCreation } from '../request/express-change.ts'
import { versionOf } from '../request/revision-version.ts'
import { endOf } from '../request/service-end.ts'
import type { ServiceRequest, WantedDefinition } from '../request/service-request.ts'
import { planOf, watchCreated } from './create-and-watch.ts'
import { type Marking, revisionOfNew } from './register-revision.ts'

/** As DescribeServices shows a service of Express Mode before it is made, for the checks. */
const expected: Service = {
  resourceManagementType: 'ECS',
  launchType: 'FARGATE',
  deploymentConfiguration: { strategy: 'CANARY' },
}

/** The deployment of an Express service that does not exist: it is made, and its first deployment is watched. */
export async function prepareExpressCreation(
  request: ServiceRequest,
  creation: ExpressCreation,
  context: EcsContext,
  marking: Marking | undefined,
): Promise<Prepared> {
  const preparing = forPreparation(context, request)
  const rendered = await request.wanted(undefined, undefined)
  const wanted = { ...rendered, definition: withoutOrigin(rendered.definition) }
  const plan = { ...planOf(request, { deploymentConfiguration: { strategy: 'CANARY' } }, wanted), isExpress: true }
  return {
    plan: planInWords(plan),
    warnings: [],
    minutes: expectedMinutes(request, plan),
    judgement: Promise.resolve({ kind: 'pass' }),
    ready: async () => ({
      check: () => checkNew(request, expected, wanted, preparing),
      change: () => create(request, { creation, wanted, marking }, context),
    }),
  }
}

interface Made {
  readonly creation: ExpressCreation
  readonly wanted: WantedDefinition
  readonly marking: Marking | undefined
}

async function* create(
  request: ServiceRequest,
  { creation, wanted, marking }: Made,
  context: EcsContext,
): Events<End | Changed> {
  const { managed } = creation
  const preparing = forPreparation(context, request)
  preparing.keep({ engine: 'ecs-rolling', isCreation: true })
  const taskDefinition = managed === undefined ? yield* revisionOfNew(wanted, marking, preparing) : undefined
  context.keep({ stage: 'updating', taskDefinition })
  const created = await preparing.ecs.createExpress(requestOf(request, creation, taskDefinition))
  if (created === undefined) return changed({ serviceName: request.service })
  const made = taskDefinition ?? primary(created)?.taskDefinition ?? ''
  context.keep({ taskDefinition: made })
  // Of a primary container, ECS has made the revision; checks and reports name it.
  if (managed !== undefined)
    yield { kind: 'versioned', at: context.clock.now(), version: versionOf(made), reused: false }
  return endOf(yield* watchCreated(request, context, created, made), 'ecs-rolling')
}

function requestOf(
  { cluster, service, express }: ServiceRequest,
  { infrastructureRoleArn, managed, tags }: ExpressCreation,
  taskDefinitionArn: string | undefined,
): CreateExpressRequest {
  const { healthCheckPath, networkConfiguration, scalingTarget } = express?.settings ?? {}
  return JSON.parse(
    JSON.stringify({
      cluster,
      serviceName: resourceName(service),
      infrastructureRoleArn,
      taskDefinitionArn,
      ...managed,
      healthCheckPath,
      networkConfiguration,
      scalingTarget,
      tags,
    }),
  )
}
