import type { JsonObject } from './json.ts'

/** An IAM role with its trust policy (IAM GetRole). */
export interface Role {
  readonly arn: string
  /** The trust policy; undefined where it is no JSON object. */
  readonly trust: JsonObject | undefined
}

/** An instance profile (IAM GetInstanceProfile). */
export interface InstanceProfile {
  /** Its role; undefined: it has none. */
  readonly role: Role | undefined
}

/** The result of IAM's policy simulator for one action on one resource. */
export interface Decision {
  readonly action: string
  readonly resource: string
  readonly decision: 'allowed' | 'explicitDeny' | 'implicitDeny'
  /** A condition needs a context key that the simulator did not get, so the real decision may differ. */
  readonly isUnsure: boolean
}

/** IAM, read-only. Each throws `permission-missing` when it is not allowed. */
export interface RoleSources {
  /** By its name without path. Undefined when there is none. */
  role(name: string): Promise<Role | undefined>
  /** By its name without path. Undefined when there is none. */
  instanceProfile(name: string): Promise<InstanceProfile | undefined>
  /**
   * Simulates every action on every resource, by the policies of the role or user itself: resource policies of secrets,
   * repositories and keys are not included. `context`: condition keys, such as `iam:PassedToService`.
   */
  simulate(
    principalArn: string,
    actions: readonly string[],
    resources: readonly string[],
    context?: Readonly<Record<string, string>>,
  ): Promise<readonly Decision[]>
}
