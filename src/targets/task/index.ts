import { resourceName } from '../../arn.ts'
import type { Clock } from '../../clock.ts'
import type { Context } from '../../deployment/context.ts'
import type { DeploymentRecord } from '../../deployment/deployment-record.ts'
import type { Plan } from '../../deployment/plan.ts'
import type { Settlement } from '../../deployment/settle-cancelled.ts'
import type { Events, Target } from '../../deployment/target.ts'
import type { Terms } from '../../deployment/terms.ts'
import type { Service } from '../../ports.ts'
import { text } from '../../text.ts'
import { openKnownDefinitions } from '../ecs/finish/known-definitions.ts'
import { preflight, reportFindings } from '../ecs/preflight/run-preflight.ts'
import type { EcsAccess, EcsContext } from '../ecs/request/ecs-context.ts'
import { keptPart } from '../ecs/request/ecs-record.ts'
import { versionOf } from '../ecs/request/revision-version.ts'
import type { WantedDefinition } from '../ecs/request/service-request.ts'
import { requireSubnets } from '../ecs/tasks/task-network.ts'
import { requireShortOverrides } from '../ecs/tasks/task-request.ts'
import { requireVolumes } from '../ecs/tasks/task-volumes.ts'
import { type PreparedTask, type TaskRequest, taskNouns } from './requested.ts'
import { runWanted } from './run-wanted.ts'

export type { TasksEnd } from '../ecs/tasks/run-task.ts'
export { requireSubnets } from '../ecs/tasks/task-network.ts'
export { type TaskRequest, taskNouns } from './requested.ts'

/** A one-off task that is run. There is nothing that was live before, so it has no way back, and nothing to wait for but its end. */
export function taskTarget(request: TaskRequest, aws: EcsAccess): Target {
  const { cluster, region } = request
  const definitions = openKnownDefinitions({ cluster, service: request.service ?? '' })
  const contextOf = (context: Context): EcsContext => ({
    ...definitions.reading(aws),
    ...context,
    keep: (part) => context.keep(keptPart(part)),
  })
  return {
    kind: 'task',
    nouns: taskNouns,
    name: resourceName(request.service ?? cluster),
    goesOn: true,
    own: { cluster, region, service: request.service ?? '' },
    conceal: definitions.conceal,
    async *prepare(terms, given) {
      const context = contextOf(given)
      const service = await serviceOf(request, context)
      const wanted = await definitions.wanting(request.wanted)(service, undefined)
      const task = request.task?.(wanted.definition)
      requireSubnets(task, service)
      requireShortOverrides(task)
      requireVolumes(task, wanted.definition)
      const prepared: PreparedTask = { request, service, wanted, task }
      return {
        plan: planOf(wanted),
        warnings: [],
        // A task that is not watched any more ends by itself.
        minutes: undefined,
        judgement: Promise.resolve({ kind: 'pass' }),
        ready: async () => ({
          check: () => check(prepared, terms, context),
          change: () => runWanted(prepared, terms, context),
        }),
      }
    },
  }
}

/** Throws `service-not-found`. */
async function serviceOf({ cluster, service }: TaskRequest, { ecs }: EcsContext): Promise<Service | undefined> {
  if (service === undefined) return undefined
  const found = await ecs.describeService(cluster, service)
  if (found !== undefined && found.status !== 'INACTIVE') return found
  throw await ecs.explainMissingService(cluster, service, found === undefined ? 'MISSING' : 'INACTIVE')
}

/** An image may be pushed after its definition is registered, but not after a task of it is started. */
async function* check(
  { request: { cluster, region }, wanted, task }: PreparedTask,
  terms: Terms,
  context: EcsContext,
): Events<void> {
  const { preflight: policy } = terms
  if (policy === undefined || (task === undefined && !policy.only)) return
  const asked = { region, cluster, service: '', codeDeploy: {}, preflight: policy, runTask: task }
  const noService = { service: undefined, current: undefined, group: Promise.resolve(undefined), active: undefined }
  const found = await preflight(asked, { ...noService, wanted }, context)
  yield* reportFindings(found, { request: terms, isQuiet: false }, context)
}

function planOf({ arn }: WantedDefinition): Plan {
  const label = text`one-off task`
  return {
    does: 'runs',
    to: versionOf(arn),
    method: { label, deploys: text`by a ${label}`, rollsBack: text`by a ${label}` },
    facts: [],
    settings: [],
    changes: [],
    changesOf: 'Task definition',
    artifacts: [],
  }
}

/** What the post step can do about a task that a cancelled run has started. */
export async function taskSettlement(record: DeploymentRecord, aws: EcsAccess, clock: Clock): Promise<Settlement> {
  const { settleTask } = await import('./settle-task.ts')
  return settleTask(record, { ...aws, clock })
}
