/** A subnet that a service can be placed in. */
export interface PlaceableSubnet {
  readonly id: string
  readonly vpcId: string
  /** Of the default VPC (`defaultForAz`). */
  readonly isDefault: boolean
}

/** What an account has in a region, read-only, for a person who sets a repository up. Each throws `permission-missing`. */
export interface AccountInventory {
  /** Names of the active clusters. */
  clusters(): Promise<readonly string[]>
  /** Names of the active services of a cluster. */
  services(cluster: string): Promise<readonly string[]>
  /** Names of the repositories of Amazon ECR. */
  repositories(): Promise<readonly string[]>
  /** All available subnets. */
  subnets(): Promise<readonly PlaceableSubnet[]>
  /** ID of the security group `default`, which every VPC has; undefined where it cannot be found. */
  defaultSecurityGroup(vpcId: string): Promise<string | undefined>
}
