import type { Origin } from '../../../deployment/origin.ts'
import type { ApplicationVersion } from '../../../ports.ts'
import type { Decision } from '../prepare/decide.ts'
import type { EnvironmentState } from '../prepare/read-state.ts'
import type { BeanstalkContext, BeanstalkRequest } from '../request/beanstalk-request.ts'

/** A change that is decided. */
export interface Change {
  readonly request: BeanstalkRequest
  readonly context: BeanstalkContext
  /** With the time that a step before the watch may take. */
  readonly preparing: BeanstalkContext
  readonly state: EnvironmentState
  readonly decision: Decision
  /** The version that has the wanted label already. */
  readonly existing: ApplicationVersion | undefined
  readonly origin: Origin | undefined
  /** The update in progress that deploys the wanted version. */
  readonly adopted: { readonly requestId: string; readonly at: number } | undefined
}
