import { tellingLine } from '../../../diagnosis/telling-line.ts'
import type { Evidence } from '../facts/deployment-evidence.ts'

/** The last log line of a container that explains why it ended, cut to fit a sentence. */
export function lastLine(name: string, { logs }: Evidence): string | undefined {
  const lines = logs.find(({ container }) => container === name)?.lines ?? []
  return tellingLine(lines.map((line) => line.untrusted))
}
