import { resourceName } from '../../arn.ts'
import type { Context } from '../../deployment/context.ts'
import type { End } from '../../deployment/outcomes.ts'
import type { Plan } from '../../deployment/plan.ts'
import type { Events, Target } from '../../deployment/target.ts'
import type { Terms } from '../../deployment/terms.ts'
import { register } from '../../task-definition/register.ts'
import { text } from '../../text.ts'
import { openKnownDefinitions } from '../ecs/finish/known-definitions.ts'
import { preflight, reportFindings } from '../ecs/preflight/run-preflight.ts'
import type { EcsAccess, EcsContext } from '../ecs/request/ecs-context.ts'
import { keptPart } from '../ecs/request/ecs-record.ts'
import { versionOf } from '../ecs/request/revision-version.ts'
import { endOf } from '../ecs/request/service-end.ts'
import type { OneOffTask, WantedDefinition } from '../ecs/request/service-request.ts'
import { runOneOffTask } from '../ecs/tasks/run-task.ts'

export { requireSubnets } from '../ecs/tasks/task-network.ts'

/** A one-off task of a definition, beside any service. */
export interface TaskRequest {
  /** Name or ARN. */
  readonly cluster: string
  readonly region: string
  /** Finds and renders the definition that is wanted. */
  wanted(): Promise<WantedDefinition>
  /** Undefined: the definition is registered, and no task of it runs. */
  readonly task: OneOffTask | undefined
}

/** A one-off task that is run. There is nothing that was live before, so it has no way back, and nothing to wait for but its end. */
export function taskTarget(request: TaskRequest, aws: EcsAccess): Target {
  const { cluster, region } = request
  const definitions = openKnownDefinitions({ cluster, service: '' })
  const contextOf = (context: Context): EcsContext => ({
    ...definitions.reading(aws),
    ...context,
    keep: (part) => context.keep(keptPart(part)),
  })
  return {
    kind: 'task',
    nouns: { target: 'task', targets: 'tasks', version: 'revision', made: 'registered' },
    name: resourceName(cluster),
    goesOn: true,
    own: { cluster, region },
    conceal: definitions.conceal,
    async *prepare(terms, given) {
      const context = contextOf(given)
      const wanted = await definitions.wanting(() => request.wanted())(undefined, undefined)
      return {
        plan: planOf(wanted),
        warnings: [],
        // A task that is not watched any more ends by itself.
        minutes: undefined,
        judgement: Promise.resolve({ kind: 'pass' }),
        ready: async () => ({
          check: () => check(request, wanted, terms, context),
          change: () => run(request, wanted, terms, context),
        }),
      }
    },
  }
}

/** An image may be pushed after its definition is registered, but not after a task of it is started. */
async function* check(
  { cluster, region, task }: TaskRequest,
  wanted: WantedDefinition,
  terms: Terms,
  context: EcsContext,
): Events<void> {
  const { preflight: policy } = terms
  if (policy === undefined || (task === undefined && !policy.only)) return
  const asked = { region, cluster, service: '', codeDeploy: {}, preflight: policy }
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

async function* run(
  { cluster, task }: TaskRequest,
  wanted: WantedDefinition,
  { longestGap }: Terms,
  context: EcsContext,
): Events<End> {
  const {
    taskDefinitionArn: arn,
    definition,
    reused,
  } = wanted.arn === undefined
    ? await register(wanted.definition, context, wanted.original)
    : { taskDefinitionArn: wanted.arn, definition: wanted.definition, reused: true }
  context.keep({ taskDefinition: arn })
  yield { kind: 'versioned', at: context.clock.now(), version: versionOf(arn), reused }
  if (task === undefined) return { outcome: 'succeeded' }
  context.keep({ stage: 'updating' })
  const oneOff = { cluster, service: undefined, definition, taskDefinition: arn, task, longestGap }
  const failed = yield* runOneOffTask(oneOff, context)
  return failed ? endOf(failed, undefined) : { outcome: 'succeeded' }
}
