import type { Schedules } from '../ports.ts'
import type { Connection } from './connection.ts'
import { rulesOf } from './event-rules.ts'
import { schedulerOf } from './scheduler.ts'

/** Rules of EventBridge and schedules of EventBridge Scheduler behind the port; the client of each is loaded where it is needed. */
export function schedules(connection: Connection): Schedules {
  const rules = rulesOf(connection)
  const scheduler = schedulerOf(connection)
  return {
    tasksOf: (one) => ('rule' in one ? rules.tasksOf(one) : scheduler.tasksOf(one)),
    isEnabled: (one) => ('rule' in one ? rules.isEnabled(one) : scheduler.isEnabled(one)),
    setRevision: (one, ...change) =>
      'rule' in one ? rules.setRevision(one, ...change) : scheduler.setRevision(one, ...change),
  }
}
