/** A subnet, as far as it decides what a task in it can reach. */
export interface Subnet {
  readonly id: string
  readonly vpcId: string
  /** IPv4 block, such as `10.0.1.0/24`. */
  readonly cidr: string
  readonly freeAddresses: number
}

/** A route table of a VPC (EC2 DescribeRouteTables). */
export interface RouteTable {
  readonly id: string
  /** Serves the subnets of its VPC that have no table of their own. */
  readonly isMain: boolean
  readonly subnets: readonly string[]
  readonly routes: readonly {
    /** IPv4 block; undefined for IPv6 and for the prefix lists of gateway endpoints. */
    readonly destination: string | undefined
    /** `igw-…`, `nat-…`, `tgw-…`, `eni-…`, `local`, … */
    readonly target: string
    /** The target does not exist any more. */
    readonly isBlackhole: boolean
  }[]
}

/** A VPC endpoint (EC2 DescribeVpcEndpoints). */
export interface VpcEndpoint {
  readonly id: string
  /** Such as `com.amazonaws.eu-west-1.ecr.api`. */
  readonly serviceName: string
  /** Interface, Gateway, GatewayLoadBalancer, … */
  readonly type: string
  /** Available, Pending, PendingAcceptance, Failed, … in any case. */
  readonly state: string
  readonly hasPrivateDns: boolean
  readonly securityGroups: readonly string[]
  /** Of a gateway. */
  readonly routeTables: readonly string[]
}

/** What one rule of a security group admits. */
export interface SecurityRule {
  /** `tcp`, `udp`, a number, or `-1` for everything. */
  readonly protocol: string
  /** Undefined: every port. */
  readonly fromPort: number | undefined
  readonly toPort: number | undefined
  /** IPv4 blocks. */
  readonly cidrs: readonly string[]
  readonly groups: readonly string[]
  /** Ids of prefix lists, such as that of Amazon S3. */
  readonly prefixLists: readonly string[]
}

/** A security group with its rules (EC2 DescribeSecurityGroups). */
export interface SecurityGroup {
  readonly id: string
  readonly ingress: readonly SecurityRule[]
  readonly egress: readonly SecurityRule[]
}

/** The network of tasks, read-only. Each throws `permission-missing` when it is not allowed. What does not exist is left out. */
export interface NetworkSources {
  subnets(ids: readonly string[]): Promise<readonly Subnet[]>
  routeTables(vpcId: string): Promise<readonly RouteTable[]>
  vpcEndpoints(vpcId: string): Promise<readonly VpcEndpoint[]>
  securityGroups(ids: readonly string[]): Promise<readonly SecurityGroup[]>
}
