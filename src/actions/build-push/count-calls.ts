import type { Fetch } from '../../http/fetch.ts'
import { type Text, text } from '../../text.ts'

/** Counts the requests of a step, retries included; those of Docker are its own. */
export interface CallCounts {
  /** Counts a request to AWS by its IAM action. */
  readonly onCall: (action: string) => void
  /** Sends a request to the registry, and counts it. */
  readonly fetch: Fetch
  /** `Calls: ecr:DescribeRepositories 1, registry 4`. */
  line(): Text
}

/** Starts to count. `fetch` is the way to the registry. */
export function countCalls(fetch: Fetch): CallCounts {
  const counts = new Map<string, number>()
  const onCall = (name: string) => void counts.set(name, (counts.get(name) ?? 0) + 1)
  return {
    onCall,
    fetch(address, init) {
      onCall('registry')
      return fetch(address, init)
    },
    line: () => text`Calls: ${[...counts].map(([name, count]) => `${name} ${count}`).join(', ')}`,
  }
}
