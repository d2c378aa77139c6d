import type { DeploymentEvent } from '../../../deployment/events.ts'
import { readBesideWatch } from '../../../deployment/time-limits.ts'
import type { EcsTarget, Service, TaskSet } from '../../../ports.ts'
import { launched } from '../facts/service-events.ts'
import { taskProgress } from '../facts/task-progress.ts'
import type { Rollout } from '../request/ecs-context.ts'
import type { Signs } from '../watch/fail-fast.ts'
import { startServiceMessages } from '../watch/service-messages.ts'

/**
 * Reads the service until the new tasks are installed, every other time in place of the deployment: the service shows the state
 * of the tasks, of which CodeDeploy shows nothing before it gives up after an hour.
 */
export interface InstallReads {
  /** Whether the next read is one of the service. `target`: as last read. */
  isTurn(target: EcsTarget | undefined): boolean
  /**
   * Reports what ECS does. `over`: the new tasks are steady, or gone again, so that CodeDeploy continues. Undefined: there is
   * none yet.
   */
  read(): AsyncGenerator<DeploymentEvent, Signs | 'over' | undefined>
}

/** Starts the reads of the service for the install phase of one deployment. */
export function startInstallReads(rollout: Rollout): InstallReads {
  const { request, context } = rollout
  const messages = startServiceMessages(rollout, undefined)
  // The first read is of the deployment: it may have ended already.
  let isOther = true
  let isOver = false
  let before: string | undefined
  let started = 0
  return {
    isTurn(target) {
      isOther = !isOther && (target === undefined ? !isOver : isInstalling(target))
      return isOther
    },
    async *read() {
      const service = await readBesideWatch(context, ({ ecs }) => ecs.describeService(request.cluster, request.service))
      const set = newTaskSet(service, rollout)
      for (const event of messages.news(service)) {
        yield event
        if (set?.id && event.kind === 'message' && event.message.untrusted.includes(set.id))
          started += launched(event.message.untrusted)
      }
      isOver =
        set === undefined ? service !== undefined && before !== undefined : set.stabilityStatus === 'STEADY_STATE'
      if (set === undefined) return isOver ? 'over' : undefined
      const { computedDesiredCount: desired = 0, runningCount: running = 0, pendingCount: pending = 0 } = set
      const counts = { desired, running, pending, failed: 0 }
      if (JSON.stringify(counts) !== before) yield taskProgress(context.clock.now(), counts)
      before = JSON.stringify(counts)
      // ECS starts a task again for each that failed.
      return isOver ? 'over' : { ...counts, failed: Math.max(0, started - desired) }
    },
  }
}

const installed: readonly (string | undefined)[] = ['Succeeded', 'Failed', 'Skipped']

/** Whether CodeDeploy still waits for the new tasks to be steady. */
export function isInstalling({ lifecycleEvents = [] }: EcsTarget): boolean {
  const install = lifecycleEvents.find(({ lifecycleEventName }) => lifecycleEventName === 'Install')
  return !installed.includes(install?.status)
}

function newTaskSet(service: Service | undefined, { taskDefinition }: Rollout): TaskSet | undefined {
  return service?.taskSets?.find((set) => set.status === 'ACTIVE' && set.taskDefinition === taskDefinition)
}
