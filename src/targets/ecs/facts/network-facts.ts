import type { RouteTable, SecurityGroup, Subnet, VpcEndpoint } from '../../../ports.ts'
import type { Text } from '../../../text.ts'
import type { gapKinds } from './gap-kinds.ts'

/** The network that the tasks of a service start in. */
export interface NetworkFacts {
  readonly region: string
  readonly vpcId: string
  readonly assignsPublicIp: boolean
  readonly subnets: readonly Subnet[]
  readonly routeTables: readonly RouteTable[]
  /** Undefined where they could not be read, or are not needed. */
  readonly endpoints: readonly VpcEndpoint[] | undefined
  /** Ids of the security groups of the tasks; empty: those of the VPC's default, which are not read. */
  readonly taskGroups: readonly string[]
  /** Those of the tasks and of endpoints; undefined where they could not be read. */
  readonly groups: readonly SecurityGroup[] | undefined
}

/** Something that a task has to reach. */
export type Need =
  | {
      readonly kind: 'endpoint'
      /** Last part of the name of the service: `ecr.api`, `s3`, … */
      readonly endpoint: string
      /** Its display name: `Amazon ECR`. */
      readonly name: string
      /** The task starts without it, and something of it does not work. */
      readonly isLater?: boolean
    }
  /** No endpoint leads there: a registry or a store of another provider or region. */
  | { readonly kind: 'internet'; readonly name: string }

/** What keeps tasks from reaching something. Sentences as in `Finding`. */
export interface NetworkGap {
  readonly code: keyof typeof gapKinds
  readonly severity: 'blocks' | 'warns'
  /** What cannot be reached: the endpoint of a need, `internet` for one without, undefined for everything. */
  readonly endpoint: string | undefined
  readonly what: Text
  readonly why: Text
  readonly fix: Text
}

/** What was seen of the network after tasks could not reach something. */
export interface NetworkEvidence {
  readonly region: string
  readonly vpcId: string
  /** Subnets of which no route leads out, in words; undefined when all have one. */
  readonly enclosed: Text | undefined
  readonly gaps: readonly NetworkGap[]
  /** Everything that was wanted could be read: no gap then means that none is left to find here. */
  readonly isWhole: boolean
}
