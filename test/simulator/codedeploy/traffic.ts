/** Where a deployment's production and test traffic goes: the listeners and target groups of its deployment group. */
import type { DescribeTargetGroupsOutput } from '@aws-sdk/client-elastic-load-balancing-v2'
import { AwsError, type Call } from '../contract.ts'
import { type CodeDeployState, type DeploymentRecord, regionOf } from './state.ts'

/** The load balancer refuses what the deployment needs: ELASTIC_LOAD_BALANCING_INVALID, in AWS's words. */
export class LoadBalancerRefusal extends Error {
  constructor(reason: string) {
    super(`The ELB could not be updated due to the following error: ${reason}`)
  }
}

const pairOf = (deployment: DeploymentRecord) =>
  deployment.group.settings.loadBalancerInfo?.targetGroupPairInfoList?.[0]

export const hasTestListener = (pair: ReturnType<typeof pairOf>) => pair?.testTrafficRoute?.listenerArns?.length === 1

function targetGroupArns(state: CodeDeployState, Names: readonly string[]): (string | undefined)[] {
  try {
    const answer = regionOf(state).elbv2.handlers.DescribeTargetGroups?.({ Names }, {} as Call)
    return (answer as DescribeTargetGroupsOutput).TargetGroups?.map((group) => group.TargetGroupArn) ?? []
  } catch (error) {
    if (error instanceof AwsError) throw new LoadBalancerRefusal(error.message)
    throw error
  }
}

/** The ARN of the target group that does not serve production. Throws `LoadBalancerRefusal`. */
export function idleTargetGroup(state: CodeDeployState, deployment: DeploymentRecord): string {
  const Names = pairOf(deployment)?.targetGroups?.map((group) => group.name ?? '') ?? []
  const arns = targetGroupArns(state, Names)
  const primary = deployment.blue?.targetGroupArn
  const idle = arns.find((arn) => arn !== primary)
  const forward = listener(state, productionArn(deployment)).forward
  if (!arns.includes(primary) || idle === undefined || primary === undefined || !(primary in forward))
    throw new LoadBalancerRefusal('Primary taskset target group must be behind listener')
  return idle
}

const productionArn = (deployment: DeploymentRecord) => pairOf(deployment)?.prodTrafficRoute?.listenerArns?.[0] ?? ''
const testArn = (deployment: DeploymentRecord) => pairOf(deployment)?.testTrafficRoute?.listenerArns?.[0]

function listener(state: CodeDeployState, arn: string) {
  const found = regionOf(state).elbv2.listener(arn)
  if (!found) throw new LoadBalancerRefusal('One or more listeners not found')
  return found
}

/** Sends `percent` of the production traffic to green and the rest to blue. */
export function shiftProduction(state: CodeDeployState, deployment: DeploymentRecord, percent: number) {
  const { blue, green } = deployment
  if (!blue || !green) return
  deployment.greenWeight = percent
  listener(state, productionArn(deployment)).forward = {
    [blue.targetGroupArn]: 100 - percent,
    [green.targetGroupArn]: percent,
  }
}

/**
 * Puts the idle target group behind the production listener with weight 0, so that its targets' health is checked.
 * Recorded for gradual configurations; with all-at-once AWS checks a target group that no listener knows only after the
 * traffic has moved, which is why such a deployment can succeed while green is unhealthy:
 * https://docs.aws.amazon.com/codedeploy/latest/userguide/troubleshooting-ecs.html#troubleshooting-ecs-task-set-stability
 */
export function checkHealthBeforeShift(state: CodeDeployState, deployment: DeploymentRecord, idleArn: string) {
  const isGradual = deployment.config.trafficRoutingConfig?.type !== 'AllAtOnce'
  const primary = deployment.blue?.targetGroupArn
  if (isGradual && primary) listener(state, productionArn(deployment)).forward = { [primary]: 100, [idleArn]: 0 }
}

export function shiftTest(state: CodeDeployState, deployment: DeploymentRecord) {
  const arn = testArn(deployment)
  if (arn === undefined || !deployment.green) return
  const test = listener(state, arn)
  deployment.testForward = test.forward
  test.forward = { [deployment.green.targetGroupArn]: 1 }
}

/** All production traffic back to blue, and the test listener back to where it was. */
export function restoreTraffic(state: CodeDeployState, deployment: DeploymentRecord) {
  shiftProduction(state, deployment, 0)
  const arn = testArn(deployment)
  if (arn !== undefined && deployment.testForward) listener(state, arn).forward = deployment.testForward
}
