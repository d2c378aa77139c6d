import type { StoppedTaskGroup } from '../diagnosis/evidence.ts'
import { isOwnFailure } from '../diagnosis/gather.ts'
import { groupTasks } from '../diagnosis/stopped-tasks.ts'
import { type Untrusted, untrusted } from '../text.ts'
import type { Rollout } from './journey.ts'
import { aside } from './patience.ts'
import { unlessDenied } from './permitted.ts'
import type { Pace } from './watch.ts'

/** What a look at a deployment shows for nothing. */
export interface Signs {
  readonly desired: number
  readonly running: number
  /** Tasks that failed, as far as AWS counts them. */
  readonly failed: number
}

/** Sees new tasks fail in one and the same way, long before a threshold or a time-out of AWS is reached. */
export interface FailFast {
  /** What to say when `fail-fast-after` of them did; undefined before. Looks at the tasks themselves only when there is a sign. */
  look(signs: Signs): Promise<Untrusted | undefined>
}

/** Without any progress the tasks are looked at nevertheless: AWS does not count those that ran for a moment. Milliseconds. */
const patience = 60_000
/** How far the runner's clock may be ahead of AWS's. Milliseconds. */
const clockSkew = 60_000

export function startFailFast(rollout: Rollout, pace: Pace): FailFast {
  const { journey, request, taskDefinition } = rollout
  const limit = request.failFastAfter ?? 0
  const since = journey.clock.now() - clockSkew
  let [running, fallen, known] = [0, 0, 0]
  let calm = journey.clock.monotonic()
  let isAllowed = limit > 0
  const isDue = (signs: Signs) => {
    if (signs.running > running) calm = journey.clock.monotonic()
    fallen += Math.max(0, running - signs.running)
    running = signs.running
    const failed = Math.max(signs.failed, fallen)
    const isSeen = failed >= limit && failed > known
    const isStuck = signs.running < signs.desired && journey.clock.monotonic() - calm >= patience
    if (!isSeen && !isStuck) return false
    known = failed
    calm = journey.clock.monotonic()
    return true
  }
  const failures = async (): Promise<StoppedTaskGroup | undefined> => {
    const { cluster, service } = request
    const read = aside(journey, ({ ecs }) => ecs.listTasks(cluster, { service, desiredStatus: 'STOPPED' }))
    pace.spend()
    pace.spend()
    const tasks = await unlessDenied(read, () => {
      isAllowed = false
    })
    const [largest] = groupTasks(
      tasks?.filter((task) => isOwnFailure(task, { taskDefinition, since })) ?? [],
      undefined,
    )
    return largest
  }
  return {
    async look(signs) {
      if (!isAllowed || !isDue(signs)) return undefined
      const group = await failures()
      if (group === undefined || group.count < limit) return undefined
      return untrusted(`${group.count} new tasks failed in the same way (fail-fast-after is ${limit})`)
    },
  }
}
