import type { End } from '../../../deployment/outcomes.ts'
import type { Engine } from './ecs-record.ts'
import { versionOf } from './revision-version.ts'

/** How an engine saw the deployment of a service end. */
export interface ServiceEnd extends Omit<End, 'serving'> {
  /** ARN of the task definition that serves now, where that is known. */
  readonly serving?: string | undefined
}

/** The end for the core, which has no ARNs. */
export function endOf(end: ServiceEnd, engine: Engine | undefined): End {
  // The service names the revision that a stopped ECS deployment was deploying.
  const isUnknown = end.outcome === 'stopped' && engine === 'ecs-rolling'
  return { ...end, serving: versionOf(isUnknown ? undefined : end.serving) }
}
