import { parseArn, resourceName, roleArn } from '../../../arn.ts'
import { unlessDenied } from '../../../deployment/optional-permission.ts'
import { trustsService } from '../preflight/task-trust.ts'
import type { EcsContext } from '../request/ecs-context.ts'

/** The role by which ECS changes listeners. */
export interface InfrastructureRole {
  /** Undefined where none was given. */
  readonly arn?: string | undefined
  /** Why ECS cannot use it, as the end of a sentence; empty where it can. */
  readonly problem: string
}

/** API IAM Role: name and path. */
const pattern = /^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/
const needs = 'with AmazonECSInfrastructureRolePolicyForLoadBalancers and a trust policy for ecs.amazonaws.com'

/**
 * The role that was given by its ARN, or by its name in the account of the service, as far as IAM may be asked about it (developer
 * guide, "Amazon ECS infrastructure IAM role for load balancers").
 */
export async function readInfrastructureRole(
  given: string | undefined,
  serviceArn: string,
  { roles }: Pick<EcsContext, 'roles'>,
): Promise<InfrastructureRole> {
  if (given === undefined) return { problem: `create a role ${needs}, and name it with --infrastructure-role` }
  const { accountId = '', region = '' } = parseArn(serviceArn) ?? {}
  const arn = roleArn(given, accountId, region)
  return { arn, problem: wrongArn(given, arn, accountId) ?? (await unusable(arn, { roles })) }
}

function wrongArn(given: string, arn: string, accountId: string): string | undefined {
  if (!pattern.test(arn))
    return `${given} is neither the name nor the ARN of a role (arn:aws:iam::${accountId}:role/NAME)`
  const owner = parseArn(arn)?.accountId
  if (owner === accountId) return undefined
  return `Cross-account pass role is not allowed: ${arn} is of account ${owner}, and the service of account ${accountId}`
}

async function unusable(arn: string, { roles }: Pick<EcsContext, 'roles'>): Promise<string> {
  const read = roles.role(resourceName(arn)).then((role) => ({ role }))
  const found = await unlessDenied(read, () => undefined)
  if (found === undefined)
    return `not authorized to perform iam:GetRole on ${arn}: whether ECS can assume it is unknown`
  if (found.role === undefined) return `IAM has no role ${arn}: create it ${needs}`
  if (trustsService(found.role.trust, 'ecs.')) return ''
  return 'its trust policy has no statement for ecs.amazonaws.com (sts:AssumeRole)'
}
