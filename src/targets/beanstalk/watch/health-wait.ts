import { type Clock, type Deadline, deadlineIn, remaining } from '../../../clock.ts'
import { startAgreement } from '../../../deployment/agreement.ts'
import type { BeanstalkEnvironment } from '../../../ports.ts'

/** Two reads in a row: an environment keeps its color until three checks within a minute have failed. */
const measure = { looks: 2, apart: 3_000 }

/** How the health of an environment stands once the version is on all instances. */
export type HealthStanding = 'waits' | 'accepted' | 'late'

/** Waits for an accepted color, from the first read on which the version is deployed. */
export function startHealthWait(
  clock: Clock,
  accepted: readonly string[],
  minutes: number,
): (environment: BeanstalkEnvironment) => HealthStanding {
  const agree = startAgreement(clock, measure)
  let deadline: Deadline | undefined
  return ({ color }) => {
    deadline ??= deadlineIn(clock, minutes * 60_000)
    const isAccepted = accepted.includes(color)
    if (agree(isAccepted ? color : undefined)) return 'accepted'
    return !isAccepted && remaining(clock, deadline) === 0 ? 'late' : 'waits'
  }
}
