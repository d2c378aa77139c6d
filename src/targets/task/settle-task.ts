import type { DeploymentRecord } from '../../deployment/deployment-record.ts'
import type { Settlement } from '../../deployment/settle-cancelled.ts'
import { type Text, text, untrusted } from '../../text.ts'
import type { EcsContext } from '../ecs/request/ecs-context.ts'
import { ecsRecordOf } from '../ecs/request/ecs-record.ts'
import { type SettledTasks, settleTasks } from '../ecs/tasks/settle-tasks.ts'
import { taskNouns } from './requested.ts'

const halfDone = text`Check what its command has done before you run the job again.`

const fixes: Readonly<Record<SettledTasks['kind'], Text>> = {
  none: text`Nothing was run. Run the job again.`,
  ended: text`Check in the AWS console how it has ended before you run the job again.`,
  left: text`Check in the AWS console how it ends before you run the job again.`,
  stopped: halfDone,
  unknown: text`Find it in the AWS console. ${halfDone}`,
}

/** What the post step can do about a task that a cancelled run has started: it has no way back, and no deployment behind it. */
export function settleTask(record: DeploymentRecord, ports: Pick<EcsContext, 'ecs' | 'clock'>): Settlement {
  const { tasks } = ecsRecordOf(record)
  return {
    nouns: taskNouns,
    look: async () => ({ kind: 'nothing' }),
    stop: async () => undefined,
    watchAgain: () => text``,
    async made() {
      if (tasks === undefined) return { why: text`no one-off task was started`, fix: fixes.none }
      const { kind, words } = await settleTasks(tasks, ports)
      return { why: text`${untrusted(words)}`, fix: fixes[kind] }
    },
    conceal: async (value) => value,
  }
}
