/** iam:PassRole across accounts, which no policy can allow. */
import type {
  CreateServiceRequest,
  RegisterTaskDefinitionRequest,
  RunTaskRequest,
  TaskDefinition,
  UpdateServiceRequest,
} from '@aws-sdk/client-ecs'
import { AwsError } from '../contract.ts'
import { type EcsState, invalidParameter } from './state.ts'

type ServiceRequest = Pick<
  CreateServiceRequest & UpdateServiceRequest,
  'loadBalancers' | 'deploymentConfiguration' | 'volumeConfigurations'
>

/**
 * Throws what AWS answers to a role of another account. The sentence is the one that Lambda, CloudFormation, EventBridge
 * Scheduler and EKS are quoted with (serverless/serverless#3374, awsdocs/iam-user-guide#228); of ECS itself no quotation was
 * found. A caller without iam:PassRole on the role gets the sentence of `permissions.ts` before this one. That RunTask passes
 * the roles of its definition: LBHackney-IT/Data-Platform#1992.
 */
function checkPassing({ world }: EcsState, roles: readonly (string | undefined)[]): void {
  const isForeign = (role: string | undefined) => /^arn:[\w-]+:iam::(\d{12}):/.exec(role ?? '')?.[1]
  if (roles.map(isForeign).some((account) => account !== undefined && account !== world.accountId))
    throw new AwsError('AccessDeniedException', 'Cross-account pass role is not allowed.')
}

/** The roles that a definition hands to tasks. */
export function checkDefinitionRoles(
  ecs: EcsState,
  { taskRoleArn, executionRoleArn }: RegisterTaskDefinitionRequest | TaskDefinition,
): void {
  checkPassing(ecs, [taskRoleArn, executionRoleArn])
}

/** The roles of the definition, and those of load balancers, hooks and volumes that a request hands to Amazon ECS. */
export function checkServiceRoles(ecs: EcsState, input: ServiceRequest, definition: TaskDefinition | undefined): void {
  if (definition) checkDefinitionRoles(ecs, definition)
  checkPassing(ecs, [
    ...(input.loadBalancers ?? []).map(({ advancedConfiguration }) => advancedConfiguration?.roleArn),
    ...(input.deploymentConfiguration?.lifecycleHooks ?? []).map(({ roleArn }) => roleArn),
    ...(input.volumeConfigurations ?? []).map(({ managedEBSVolume }) => managedEBSVolume?.roleArn),
  ])
}

/**
 * The role by which Amazon ECS manages what belongs to an Express service. The second sentence is AWS's, of a role for volumes
 * (hashicorp/terraform-provider-aws#38538).
 */
export function checkInfrastructureRole(ecs: EcsState, role: string): void {
  checkPassing(ecs, [role])
  if (ecs.infrastructureDenials.get(role)?.has('sts:AssumeRole'))
    throw invalidParameter(
      `ECS was unable to assume the configured ECS Infrastructure Role '${role}'. Please verify that the role being passed has the proper trust relationship with Amazon ECS.`,
    )
}

/** The roles of the definition, or those that are put in their place. */
export function checkTaskRoles(ecs: EcsState, { overrides }: RunTaskRequest, definition: TaskDefinition): void {
  checkDefinitionRoles(ecs, { ...definition, ...overrides })
}
