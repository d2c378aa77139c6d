import { deadlineIn, remaining } from '../../../clock.ts'
import { persistently } from '../../../deployment/agreement.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import type { KeptTasks } from '../request/ecs-record.ts'
import { ownStartedBy } from '../request/started-by.ts'
import { stopEach } from './watch-tasks.ts'

type Ports = Pick<EcsContext, 'ecs' | 'clock'>

/** What became of one-off tasks that a cancelled run left behind. */
export interface SettledTasks {
  readonly kind: 'none' | 'ended' | 'left' | 'stopped' | 'unknown'
  readonly arns: readonly string[]
  /** As the end of a sentence. */
  readonly words: string
}

/** How long the post step waits until stopped tasks have ended. Milliseconds. */
const longestStop = 20_000
const pause = 2_000

/** Stops the one-off tasks that a cancelled run has started, or leaves them, as it was asked to. Throws `Failure`. */
export async function settleTasks(kept: KeptTasks, ports: Ports): Promise<SettledTasks> {
  const arns = await findTasks(kept, ports)
  if (arns === undefined)
    return { kind: 'unknown', arns: [], words: `RunTask was sent (startedBy ${kept.startedBy}), and its task may run` }
  if (arns.length === 0) return { kind: 'none', arns, words: 'no one-off task was started' }
  const named = `the one-off task ${arns.join(' ')}`
  if (await haveEnded(arns, kept, ports)) return { kind: 'ended', arns, words: `${named} had ended` }
  if (kept.onCancel === 'leave')
    return { kind: 'left', arns, words: `${named} continues without this run (on-cancel: leave)` }
  const reason = 'Slipway: the run was cancelled (on-cancel: stop)'
  await stopEach(arns, (arn) => ports.ecs.stopTask(kept.cluster, arn, reason))
  const deadline = deadlineIn(ports.clock, longestStop)
  while (!(await haveEnded(arns, kept, ports)) && remaining(ports.clock, deadline) > 0) await ports.clock.sleep(pause)
  return {
    kind: 'stopped',
    arns,
    words: `this run stopped ${named} (StopTask), and what its command did may be half done`,
  }
}

/**
 * The tasks of RunTask whose replies came, and those whose reply did not: by `startedBy`, where that is this run's alone. Undefined: no
 * reply came, and others may have the same.
 */
async function findTasks(
  { cluster, startedBy, arns }: KeptTasks,
  { ecs, clock }: Ports,
): Promise<readonly string[] | undefined> {
  if (!ownStartedBy.test(startedBy)) return arns.length > 0 ? arns : undefined
  const look = async () => {
    const tasks = await ecs.listTasks(cluster, { startedBy, desiredStatus: 'RUNNING' })
    return tasks.length > 0 ? tasks : undefined
  }
  // Known tasks are stopped even when ecs:ListTasks is denied.
  const found = (arns.length > 0 ? await look().catch(() => undefined) : await persistently({ clock }, look, 4)) ?? []
  return [...new Set([...arns, ...found.flatMap(({ taskArn }) => taskArn ?? [])])]
}

async function haveEnded(arns: readonly string[], { cluster }: KeptTasks, { ecs }: Ports): Promise<boolean> {
  const tasks = await ecs.describeTasks(cluster, arns)
  return tasks.length === arns.length && tasks.every(({ lastStatus }) => lastStatus === 'STOPPED')
}
