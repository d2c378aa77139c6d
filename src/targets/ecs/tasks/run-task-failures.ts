import type { RunTaskFailure } from '../../../ports.ts'

/**
 * Reasons that pass by themselves: capacity, the agent of an instance, the quota of tasks in PROVISIONING (ECS developer guide, "API
 * failure reasons"). Quotas of an account, attributes and locations do not: a person has to change something.
 */
const passing =
  /^RESOURCE:|^AGENT\b|Capacity is unavailable|provisioning capacity limit|insufficient (?:instance )?capacity/i

/** What only some capacity providers lack. */
const capacity = /Capacity is unavailable|^RESOURCE:|insufficient (?:instance )?capacity/i

/** Whether a later RunTask may place the tasks that this one did not: only where all reasons pass. */
export function mayPass(failures: readonly RunTaskFailure[]): boolean {
  return failures.length > 0 && failures.every((failure) => passing.test(reasonWords(failure)))
}

/** Whether it was capacity that was lacking, which another capacity provider may have. */
export function isCapacity(failures: readonly RunTaskFailure[]): boolean {
  return failures.some((failure) => capacity.test(reasonWords(failure)))
}

/** AWS's words of one failure. */
export function reasonWords({ reason, detail }: RunTaskFailure): string {
  return [reason, detail].filter(Boolean).join(': ')
}

/** Each reason once, with the number of tasks where it is not one. */
export function reasonsInWords(failures: readonly RunTaskFailure[]): string {
  const counts = new Map<string, number>()
  for (const failure of failures) counts.set(reasonWords(failure), (counts.get(reasonWords(failure)) ?? 0) + 1)
  return [...counts].map(([words, count]) => (count === 1 ? words : `${words} (${count} tasks)`)).join('; ')
}
