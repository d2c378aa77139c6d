import type { Prepared } from '../../../deployment/target.ts'
import { forPreparation } from '../../../deployment/time-limits.ts'
import type { JsonObject, RevisionHistory, Service } from '../../../ports.ts'
import { untrusted } from '../../../text.ts'
import { groupNameOf } from '../codedeploy-group/group-name.ts'
import { locateGroup } from '../codedeploy-group/group-search.ts'
import { engineOf, requireService, runningTaskDefinition } from '../facts/service-facts.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import type { RollbackGoal, RollbackTarget } from '../request/rollback-goal.ts'
import type { ServiceRequest } from '../request/service-request.ts'
import { findEarlierAppSpec } from './earlier-appspec.ts'
import { findRollbackTarget } from './find-rollback-target.ts'
import { requireImages } from './require-images.ts'

/** A rollback is a deployment of an existing revision. */
export type RestoreRequest = Omit<ServiceRequest, 'wanted'>

/** A revision that is restored: what is wanted, and what is to be said about it once it is prepared. */
export interface Restored {
  readonly wanted: ServiceRequest['wanted']
  /** The deployment with why it is this revision, and what may be wrong with it. */
  explain(prepared: Prepared): Prepared
}

/** The revision that the goal names, as a definition to deploy by the service's own engine. Registers nothing. */
export function restoreRevision(goal: RollbackGoal, request: RestoreRequest, context: EcsContext): Restored {
  let target: RollbackTarget | undefined
  return {
    async wanted(read, current) {
      const found = await findRestored(goal, request, { read, current }, context)
      target = found
      return { definition: found.definition, arn: found.arn, appSpec: found.appSpec }
    },
    explain: (prepared) => ({
      ...prepared,
      plan: { ...prepared.plan, basis: target?.basis },
      doubts: target?.warnings ?? [],
    }),
  }
}

/** What the service runs, as far as it was read. */
interface Current {
  readonly read: Service | undefined
  readonly current: JsonObject | undefined
}

async function findRestored(
  goal: RollbackGoal,
  request: RestoreRequest,
  { read, current }: Current,
  context: EcsContext,
): Promise<RollbackTarget & { readonly appSpec: string | undefined }> {
  const service = await requireService(read, request, context.ecs)
  const preparing = forPreparation(context, request)
  const isCodeDeploy = engineOf(service, request.service) === 'codedeploy'
  const group = isCodeDeploy
    ? (await locateGroup(request, service, preparing, () => undefined)).name
    : groupNameOf(request)
  const ports = { ...preparing, revisions: readOnce(context.revisions), group, now: context.clock.now() }
  const found = await findRollbackTarget(goal, service, ports)
  const { region } = request
  const doubts = await requireImages({ target: found, current, service, region, ecr: context.ecr })
  const isBack = found.arn === runningTaskDefinition(service)
  const how = isCodeDeploy && !isBack ? await findEarlierAppSpec(found.arn, ports) : undefined
  const known = how?.appSpec === undefined ? '' : `, with the AppSpec and hooks of deployment ${how.id}`
  const missing = how && how.appSpec === undefined ? [how.missing] : []
  return {
    ...found,
    basis: untrusted(`${found.basis.untrusted}${known}`),
    warnings: [...found.warnings, ...doubts, ...missing],
    appSpec: how?.appSpec,
  }
}

/** The deployment history is needed twice: for the revision, and for how it was deployed. */
function readOnce(history: RevisionHistory): RevisionHistory {
  let deployments: ReturnType<RevisionHistory['codeDeployDeployments']> | undefined
  return {
    activeRevisions: (...asked) => history.activeRevisions(...asked),
    codeDeployDeployments(...asked) {
      deployments ??= history.codeDeployDeployments(...asked)
      return deployments
    },
  }
}
