import type { Clock } from '../../clock.ts'
import type { Context } from '../../deployment/context.ts'
import type { DeploymentRecord } from '../../deployment/deployment-record.ts'
import type { Settlement } from '../../deployment/settle-cancelled.ts'
import type { Earlier, EarlierDeployment, Target } from '../../deployment/target.ts'
import type { Terms } from '../../deployment/terms.ts'
import { forPreparation } from '../../deployment/time-limits.ts'
import type { Finding } from '../../diagnosis/finding.ts'
import { prepareService } from './deploy-service.ts'
import { openKnownDefinitions } from './finish/known-definitions.ts'
import type { explainDeployment } from './locate/explain-deployment.ts'
import type { gatherFacts, PreflightSubject } from './preflight/gather-facts.ts'
import type { EcsAccess, EcsContext } from './request/ecs-context.ts'
import { ecsRecordOf, keptPart, type OwnRecord } from './request/ecs-record.ts'
import { formerFrom } from './request/former-settings.ts'
import type { RollbackGoal } from './request/rollback-goal.ts'
import { serviceNouns } from './request/service-nouns.ts'
import type { ServiceChange } from './request/service-request.ts'
import { reattach } from './request/watch-again.ts'
import { stopTasksBeside } from './tasks/beside-service.ts'

export { requireService, runningTaskDefinition } from './facts/service-facts.ts'
export { outputNames } from './facts/started-event.ts'
export { runTaskBeside, stopTasksBeside } from './tasks/beside-service.ts'
export { ecsNativePlan, ecsToNative } from './to-native/open-native.ts'

/** A service that is deployed to. `checkAccess`: access to AWS for the checks before a change, where that is another. */
export function ecsTarget(change: ServiceChange, aws: EcsAccess, checkAccess: EcsAccess = aws): Target {
  const { target, definitions, contextOf } = openService(change, aws)
  const tasksRan = new Set<string>()
  const requestOf = (terms: Terms) => ({ ...change, ...terms, tasksRan, wanted: definitions.wanting(change.wanted) })
  return {
    ...target,
    async *prepare(terms, context, watchman) {
      return yield* prepareService(requestOf(terms), contextOf(context), watchman)
    },
    async *lookAhead(terms, context) {
      const { checkService } = await import('./change/check-service.ts')
      return yield* checkService(requestOf(terms), { ...contextOf(context), ...definitions.reading(checkAccess) })
    },
    earlier: (goal) => ecsRollback(restoringOf(change, goal), goalOf(goal), aws),
  }
}

/** Opens services that are deployed together: equal definitions are registered once, and what the checks need is read once. */
export async function ecsTargetsTogether(aws: EcsAccess, clock: Clock): Promise<(change: ServiceChange) => Target> {
  const { shareRegistrations } = await import('./change/shared-registration.ts')
  const { shareReads } = await import('./change/shared-reads.ts')
  const sharing = shareRegistrations(aws)
  const checkAccess = shareReads(sharing, clock)
  return (change) => ecsTarget(change, sharing, checkAccess)
}

/** The members of a change that a rollback has. */
export type Restoring = Pick<ServiceChange, 'cluster' | 'service' | 'region' | 'codeDeploy' | 'former'>

/** A service that is rolled back to an earlier revision. */
export function ecsRollback(restoring: Restoring, goal: RollbackGoal, aws: EcsAccess): Target {
  const change = asChange(restoring)
  const { target, contextOf } = openService(change, aws)
  return {
    ...target,
    async *prepare(terms, context, watchman) {
      const { restoreRevision } = await import('./rollback/restore-revision.ts')
      const request = { ...change, ...terms, isJustChanged: true }
      const restored = restoreRevision(goal, request, contextOf(context))
      const asked = { ...request, wanted: restored.wanted }
      return restored.explain(yield* prepareService(asked, contextOf(context), watchman))
    },
    async inFlight(terms, context) {
      if (goal.kind !== 'last-good') return undefined
      const { findMoving } = await import('./rollback/in-flight.ts')
      const { inFlightOf, turnRound } = await import('./rollback/stop-in-flight.ts')
      const request = { ...change, ...terms }
      const moving = await findMoving(request, forPreparation(contextOf(context), terms))
      if (moving === undefined) return undefined
      return {
        ...inFlightOf(moving, request),
        turnRound: (turned, kept) => turnRound(moving, { ...change, ...turned }, contextOf(kept)),
      }
    },
  }
}

/** A service whose deployment in flight is watched or answered, and to which nothing is deployed. */
export function ecsInFlight(restoring: Restoring, aws: EcsAccess): Target {
  return ecsTarget(asChange(restoring), aws)
}

/** What the post step can do about a deployment of a service. */
export async function ecsSettlement(record: DeploymentRecord, aws: EcsAccess, clock: Clock): Promise<Settlement> {
  const { settleService } = await import('./finish/settle-service.ts')
  const kept = ecsRecordOf(record)
  const settlement = settleService(kept, { ...aws, clock })
  const { tasks } = kept
  if (tasks === undefined) return settlement
  return { ...settlement, beforehand: () => stopTasksBeside(tasks, aws, clock) }
}

/** For `doctor`: the findings about a planned deployment, the worst first. Reads only. */
export async function ecsFindings(
  subject: PreflightSubject,
  aws: Parameters<typeof gatherFacts>[1],
): Promise<readonly Finding[]> {
  const { gatherFacts } = await import('./preflight/gather-facts.ts')
  const { judge } = await import('./preflight/judge.ts')
  return judge(await gatherFacts(subject, aws))
}

/** For `doctor`: explains a deployment that has ended or is in progress. Throws `deployment-not-found`. */
export async function explainEcsDeployment(...asked: Parameters<typeof explainDeployment>): Promise<EarlierDeployment> {
  const module = await import('./locate/explain-deployment.ts')
  return await module.explainDeployment(...asked)
}

interface OpenService {
  /** What a deployment and a rollback of a service have in common. */
  readonly target: Omit<Target, 'prepare'>
  readonly definitions: ReturnType<typeof openKnownDefinitions>
  contextOf(context: Context): EcsContext
}

function openService(change: ServiceChange, aws: EcsAccess): OpenService {
  const { cluster, service, region } = change
  const own: OwnRecord = { cluster, service, region }
  const definitions = openKnownDefinitions(own)
  const contextOf = (context: Context): EcsContext => ({
    ...definitions.reading(aws),
    ...context,
    keep: (part) => context.keep(keptPart(part)),
  })
  const target: OpenService['target'] = {
    kind: 'ecs',
    nouns: serviceNouns,
    name: service,
    goesOn: true,
    own,
    conceal: definitions.conceal,
    async find(given, terms, context) {
      const request = { ...change, ...terms }
      const id = given ?? (await idInFlight(request, contextOf(context)))
      if (id === undefined) return undefined
      const { foundDeployment } = await import('./locate/found-deployment.ts')
      return await foundDeployment(id, request, contextOf(context))
    },
    async explain(known, record, context, time) {
      // Loaded only now: a deployment on which nothing fails needs no diagnosis.
      const { investigate } = await import('./finish/explain-outcome.ts')
      return await investigate(known, ecsRecordOf(record), contextOf(context), time)
    },
    watchAgain(record, { isTurnedRound }) {
      const { serviceDeploymentArn, deploymentId } = ecsRecordOf(record)
      return reattach(serviceDeploymentArn ?? deploymentId, { cluster, service, isTurnedRound })
    },
  }
  return { target, definitions, contextOf }
}

async function idInFlight(request: ServiceChange & Terms, context: EcsContext): Promise<string | undefined> {
  const { findMoving } = await import('./rollback/in-flight.ts')
  const moving = await findMoving(request, forPreparation(context, request))
  return moving && (moving.engine === 'codedeploy' ? moving.id : moving.arn)
}

/** The definition comes from the goal of the rollback, or none is deployed at all. */
function asChange(restoring: Restoring): ServiceChange {
  const wanted = () => Promise.reject(new Error('no definition is wanted'))
  return { ...restoring, forceNewDeployment: false, wanted }
}

/** What was deployed is turned round, with the settings that it changed. Tags and volumes stay. */
function restoringOf({ cluster, service, region, codeDeploy }: ServiceChange, { undo }: Earlier): Restoring {
  const { application, deploymentGroup, deploymentConfig } = codeDeploy
  const names = { application, deploymentGroup, deploymentConfig }
  return { cluster, service, region, codeDeploy: names, former: formerFrom(undo) }
}

function goalOf({ to, from, why }: Earlier): RollbackGoal {
  return { kind: 'revision', reference: to.id, from: from.id, why }
}
