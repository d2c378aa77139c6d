import { deadlineIn } from '../../../clock.ts'
import { certain, type End } from '../../../deployment/outcomes.ts'
import { ticks } from '../../../deployment/pace.ts'
import type { Events } from '../../../deployment/target.ts'
import type { BeanstalkEnvironment } from '../../../ports.ts'
import { asName, text } from '../../../text.ts'
import type { BeanstalkContext } from '../request/beanstalk-request.ts'
import { startWatchPace } from '../watch/watch-pace.ts'
import { startedEvent } from './started-update.ts'

/** Two environments, of which the first has the CNAME that users reach. */
export interface Pair {
  readonly live: BeanstalkEnvironment
  readonly idle: BeanstalkEnvironment
}

/** A swap takes about a minute. Milliseconds. */
const longestSwap = 10 * 60_000
const phase = 'Swapping CNAMEs'

/**
 * Gives the CNAME of the live environment to the idle one, which has the new version. The old environment keeps running: DNS clients
 * do not always obey TTLs. https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.CNAMESwap.html
 */
export async function* swapCnames({ live, idle }: Pair, isStarted: boolean, context: BeanstalkContext): Events<End> {
  const { clock, signal, beanstalk, region } = context
  const [from, to] = await Promise.all(
    [live, idle].map(({ application, name }) => beanstalk.describeEnvironment(application, name)),
  )
  const label = to?.versionLabel ?? ''
  const serving = { id: label, label }
  if (to?.cname === live.cname) return { outcome: 'succeeded', serving }
  if (from?.cname !== live.cname || from?.status !== 'Ready' || to?.status !== 'Ready')
    return { ...notSwapped(live, 'one of the two environments is not Ready, or another user swapped their CNAMEs') }
  const requestId = await beanstalk.swapCnames(from, to)
  if (!isStarted) yield startedEvent(clock.now(), requestId, to, region, false)
  yield { kind: 'phase', at: clock.now(), name: phase, status: 'running' }
  for await (const _ of ticks(clock, deadlineIn(clock, longestSwap), startWatchPace(clock, undefined), signal)) {
    const now = await beanstalk.describeEnvironment(idle.application, idle.name)
    if (now?.cname !== live.cname || now?.status !== 'Ready') continue
    yield { kind: 'phase', at: clock.now(), name: phase, status: 'succeeded' }
    yield { kind: 'traffic', at: clock.now(), percent: 100 }
    return { outcome: 'succeeded', serving }
  }
  yield { kind: 'phase', at: clock.now(), name: phase, status: 'failed' }
  return notSwapped(live, 'the CNAMEs were not swapped within 10 minutes')
}

function notSwapped({ name, cname = '', versionLabel }: BeanstalkEnvironment, why: string): End {
  const cause = certain(
    'cnames-not-swapped',
    text`the CNAMEs of the environments were not swapped`,
    text`${why}`,
    text`Check which environment has ${asName(cname)}, then run the job again: the version is already deployed, and only the swap is repeated.`,
  )
  const isLive = versionLabel !== undefined && name !== ''
  return { outcome: 'failed', cause, serving: isLive ? { id: versionLabel, label: versionLabel } : undefined }
}
