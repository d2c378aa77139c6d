import type { ExpressSettings, JsonObject } from '../../../ports.ts'

/** What is requested of an Express service beside its task definition. */
export interface ExpressChange {
  /** What is undefined stays. */
  readonly settings: ExpressSettings
  /** What a missing service is created from; undefined: a missing service is an error. */
  readonly creation?: ExpressCreation | undefined
}

/** An Express service that does not exist yet. */
export interface ExpressCreation {
  readonly infrastructureRoleArn: string
  /** Of CreateExpressGatewayService: container, roles and size; undefined: the service gets a task definition of its own. */
  readonly managed?: JsonObject | undefined
  readonly tags?: readonly JsonObject[] | undefined
}
