import type { Context } from '../../deployment/context.ts'
import type { Events } from '../../deployment/target.ts'
import type { Version } from '../../deployment/version.ts'
import type { Cause } from '../../diagnosis/cause.ts'
import type { Text } from '../../text.ts'
import type { StepPlace } from './request/release-steps.ts'

/** What is done beside the deployment of a version, at its place: checks, or a task. */
export interface Step {
  /** As the phase of it is called: `Verify`, `Task migrate`. */
  readonly name: string
  /** Undefined, for checks: at a pause with test traffic, else once all traffic is shifted. */
  readonly when: StepPlace | undefined
  readonly isTask: boolean
  /** A request by a URL, which at a pause with test traffic may still lead to the version before. */
  readonly isRequest: boolean
  /** In the plan: what is done. */
  readonly says: Text
  /** Undefined: it is good. Throws `Failure`, which is a reason to roll back as well, and the reason of the signal. */
  run(version: Version, context: Context): Events<Cause | undefined>
}

/** Steps of a deployment that pauses at this stage. `isTest`: with test traffic on the new version, and none of production. */
export function stepsAtStage(steps: readonly Step[], stage: string, isTest: boolean): readonly Step[] {
  return steps.filter(({ when }) => {
    if (when === undefined) return isTest
    return when !== 'after' && when.stage.toLowerCase() === stage.toLowerCase()
  })
}

/** Steps that have their place at a stage of which the deployment has none. */
export function stepsWithoutStage(steps: readonly Step[], pauses: readonly string[]): readonly Step[] {
  const known = pauses.map((stage) => stage.toLowerCase())
  return steps.filter(({ when }) => typeof when === 'object' && !known.includes(when.stage.toLowerCase()))
}
