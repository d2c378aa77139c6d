import type { JsonObject } from './json.ts'

/** A policy of a role, inline or attached. */
export interface NamedPolicy {
  /** Its name, or the ARN of a managed policy. */
  readonly name: string
  /** Undefined where it is no JSON object. */
  readonly document: JsonObject | undefined
}

/** A role as IAM has it. */
export interface RoleDetails {
  readonly arn: string
  readonly trust: JsonObject | undefined
  /** ARN of its permissions boundary. */
  readonly boundary: string | undefined
  readonly policies: readonly NamedPolicy[]
}

/** Roles with their policies, read-only. Each throws `permission-missing` when it is not allowed. */
export interface RolePolicySources {
  /** By its name without path. Undefined when there is none. */
  details(name: string): Promise<RoleDetails | undefined>
  /** The audiences of an identity provider; undefined when there is none. */
  audiences(providerArn: string): Promise<readonly string[] | undefined>
}
