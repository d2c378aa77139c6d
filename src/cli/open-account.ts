import { type Aws, connect } from '../aws/connect.ts'
import { deadlineIn } from '../clock.ts'
import type { CliWorld } from './command.ts'
import { shownText } from './shown-text.ts'

/** Time for all reads. Milliseconds. */
const longest = 120_000
/** Time that AWS may be silent, as it is without a network. Milliseconds. */
const silentTime = 15_000

/**
 * The account of a profile, or of the AWS credentials of this machine, in one region. Sends nothing before a port
 * is used. `time`: for all calls, in milliseconds. `allowedAccountIds`: accounts that the credentials may belong to; none: every one.
 */
export function openAccount(
  region: string | undefined,
  world: CliWorld,
  profile?: string,
  time: number = longest,
  allowedAccountIds: readonly string[] = [],
): Aws {
  const { clock, signal, environment, requestHandler } = world
  return connect({
    region,
    clock,
    signal,
    environment,
    requestHandler,
    deadline: deadlineIn(clock, time),
    silentTime,
    local: { profile },
    allowedAccountIds,
    idToken: () => Promise.reject(new Error('no role is assumed')),
    onRetry: (line) => world.err(`${shownText(line)}\n`),
  })
}
