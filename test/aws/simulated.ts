import { type ConnectOptions, connect } from '../../src/aws/connect.ts'
import { deadlineIn } from '../../src/clock.ts'
import { plain } from '../refusal.ts'
import type { Effect } from '../simulator/faults.ts'
import { createSimulator, type Simulator, type SimulatorOptions } from '../simulator/simulator.ts'

export { failure, plain } from '../refusal.ts'

type Options = Partial<ConnectOptions> & { readonly minutes?: number }

/** Ways to lose the reply to a call that AWS has carried out. */
export const lost: readonly Effect[] = [{ kind: 'apply-then-drop' }, { kind: 'truncate' }]
/** Ways to answer a call with nothing usable, without carrying it out. */
export const unanswered: readonly Effect[] = [
  { kind: 'reset' },
  { kind: 'empty' },
  { kind: 'html' },
  { kind: 'hang' },
  { kind: 'http', status: 500 },
  { kind: 'http', status: 502 },
  { kind: 'http', status: 503 },
  { kind: 'throttle' },
]

/** A simulator and a connection to it, in this process and on virtual time. */
export function simulated(options: Options = {}, world: SimulatorOptions = {}) {
  return connected(createSimulator(world), options)
}

/** A connection to a simulator. The deadline is in 30 minutes by default. */
export function connected(simulator: Simulator, options: Options = {}) {
  const clock = simulator.clock.forProgram
  const { accessKeyId, secretAccessKey } = simulator.iam.root
  const lines: string[] = []
  const { minutes = 30, ...rest } = options
  const aws = connect({
    region: 'eu-west-1',
    clock,
    signal: new AbortController().signal,
    deadline: deadlineIn(clock, minutes * 60_000),
    environment: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
    idToken: async () => simulator.oidc.token('sts.amazonaws.com'),
    requestHandler: simulator.requestHandler,
    onRetry: (line) => lines.push(plain(line)),
    ...rest,
  })
  return { simulator, clock, aws, lines }
}
