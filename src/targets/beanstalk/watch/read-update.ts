import { unlessDenied } from '../../../deployment/optional-permission.ts'
import { readBesideWatch } from '../../../deployment/time-limits.ts'
import type { BeanstalkEvent, BeanstalkInstance } from '../../../ports.ts'
import type { BeanstalkContext } from '../request/beanstalk-request.ts'
import type { Reading } from './judge-update.ts'

/** What is read: an environment, and the events of one request. */
export interface Watched {
  readonly application: string
  readonly environment: string
  readonly requestId: string
  /** Milliseconds since 1970 from which events are read. */
  readonly since: number
}

/** Reads after which instances are read again, where no event is new: Elastic Beanstalk throttles hard. */
const seldom = 4

/**
 * Reads of one update. The environment before its events: what a read concludes from the environment, the events of that time cannot
 * lack but for AWS's own delay. Instances are read where something has changed, and whenever the environment is not Updating.
 */
export function startReading(watched: Watched, context: BeanstalkContext): () => Promise<Reading> {
  const { application, environment: name, requestId, since } = watched
  const { beanstalk } = context
  const readInstances = startInstanceReads(name, context)
  let wasAborting = false
  return async () => {
    const environment = await beanstalk.describeEnvironment(application, name)
    const events = await beanstalk.events(application, { environment: name, requestId, since })
    wasAborting ||= environment?.status === 'Aborting'
    const instances = await readInstances(events, environment?.status !== 'Updating')
    return { environment, events, instances, wasAborting }
  }
}

/** Undefined for ever after basic health reporting or a missing permission, and for now where AWS does not answer. */
function startInstanceReads(name: string, context: BeanstalkContext) {
  let last: readonly BeanstalkInstance[] | undefined
  let known = -1
  let isKnowable = true
  let skipped = 0
  return async (events: readonly BeanstalkEvent[], isDue: boolean) => {
    const isNews = events.length !== known || isDue || ++skipped >= seldom
    if (!isKnowable || !isNews) return last
    known = events.length
    skipped = 0
    // A version that completed is not held up by the health of its instances.
    const read = await readBesideWatch(context, async ({ beanstalk }) => ({
      instances: await unlessDenied(beanstalk.instances(name), () => undefined),
    }))
    last = read?.instances
    isKnowable = read === undefined || last !== undefined
    return last
  }
}
