/**
 * How far back AWS is asked for deployments. ListServiceDeployments refuses times that are more than three months ago, by a
 * count that no page tells (hashicorp/terraform-provider-aws#43445): three months have 89 days at least. CodeDeploy is asked
 * for the same time. Milliseconds.
 */
export const remembered = 85 * 24 * 3_600_000
