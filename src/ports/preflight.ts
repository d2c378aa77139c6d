/** The state of a CloudWatch alarm (CloudWatch DescribeAlarms). */
export interface AlarmState {
  readonly name: string
  /** OK, ALARM or INSUFFICIENT_DATA. */
  readonly state: string
  readonly reason?: string | undefined
  /** When it went into this state, in milliseconds since 1970. */
  readonly since?: number | undefined
}

/** A target group of Elastic Load Balancing (DescribeTargetGroups). */
export interface TargetGroup {
  readonly targetType: string
  /** A load balancer forwards to it. */
  readonly isUsed: boolean
  readonly healthCheck?: {
    readonly path?: string | undefined
    /** A number, or `traffic-port`: that of the target. */
    readonly port?: string | undefined
    /** Status codes that count as healthy, such as `200-399`. */
    readonly accepts?: string | undefined
  }
}

/** Names of the keys of a secret that is a JSON object; `no-value` where this version of it has none. */
export type SecretKeys = readonly string[] | 'not-json' | 'no-value'

/** The target groups that a listener or a rule forwards to. */
export type TrafficRule = readonly { readonly targetGroupArn: string; readonly weight: number }[]

/**
 * Read-only facts that decide whether a deployment can succeed. Each throws `permission-missing` when it is not allowed; the
 * preflight continues without it. `region` where a resource is in another region than the service.
 */
export interface PreflightSources {
  /** Metric and composite alarms by name; those that do not exist are left out. */
  alarms(names: readonly string[]): Promise<readonly AlarmState[]>
  hasLogGroup(name: string, region?: string): Promise<boolean>
  /** A secret of AWS Secrets Manager by name or ARN, without its value. Undefined when there is none. */
  secret(id: string, region?: string): Promise<{ readonly deletedAt?: Date | undefined } | undefined>
  /** The value is parsed in the adapter and never leaves it. `version` is an id, `stage` a label such as AWSCURRENT. */
  secretKeys(
    id: string,
    at: { readonly stage?: string | undefined; readonly version?: string | undefined },
    region?: string,
  ): Promise<SecretKeys>
  /** Those of these parameters (names or ARNs) of the SSM Parameter Store that do not exist. Values are dropped. */
  missingParameters(names: readonly string[], region?: string): Promise<readonly string[]>
  /** Undefined when there is no such target group. */
  targetGroup(arn: string): Promise<TargetGroup | undefined>
  /** Repository prefixes of pull through cache rules of Amazon ECR; `ROOT` means every repository. */
  cachePrefixes(): Promise<readonly string[]>
  /** By the ARN of a listener rule, or of a listener, whose default action counts. Undefined when there is none. */
  trafficRule(arn: string): Promise<TrafficRule | undefined>
}
