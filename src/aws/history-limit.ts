/**
 * How far back deployments are listed. ListServiceDeployments refuses times of more than three months ago, by an undocumented
 * count (hashicorp/terraform-provider-aws#43445): three months have at least 89 days. The same limit is used for CodeDeploy.
 * Milliseconds.
 */
export const historyLimit = 85 * 24 * 3_600_000
