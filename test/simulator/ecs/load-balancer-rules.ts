/** What CreateService and UpdateService refuse of a service's load balancers. */
import type { DeploymentConfiguration, LoadBalancer, TaskDefinition } from '@aws-sdk/client-ecs'
import type { LoadBalancing } from '../contract.ts'
import { invalidParameter } from './state.ts'

export function checkLoadBalancers(
  elbv2: LoadBalancing,
  definition: TaskDefinition,
  balancers: readonly LoadBalancer[],
  configuration: DeploymentConfiguration = {},
): void {
  checkAdvanced(balancers, configuration)
  for (const { targetGroupArn, containerName, containerPort } of balancers) {
    const container = definition.containerDefinitions?.find((candidate) => candidate.name === containerName)
    if (!container) throw invalidParameter(`The container ${containerName} does not exist in the task definition.`)
    if (!container.portMappings?.some((port) => port.containerPort === containerPort))
      throw invalidParameter(`The container ${containerName} did not have a container port ${containerPort} defined.`)
    if (!targetGroupArn || !elbv2.targetGroup(targetGroupArn))
      throw invalidParameter(`The target group ${targetGroupArn} does not exist.`)
    if (!elbv2.isInUse(targetGroupArn))
      throw invalidParameter(
        `The target group with targetGroupArn ${targetGroupArn} does not have an associated load balancer.`,
      )
  }
}

/**
 * AWS's sentences about blue/green load balancers.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshooting-blue-green.html
 */
function checkAdvanced(balancers: readonly LoadBalancer[], { strategy = 'ROLLING' }: DeploymentConfiguration): void {
  const classic = balancers.filter(({ loadBalancerName }) => loadBalancerName !== undefined)
  if (classic.length > 0 && classic.length < balancers.length)
    throw invalidParameter(
      'All loadBalancers must be strictly either ELBv1 (defining loadBalancerName) or ELBv2 (defining targetGroupArn)',
    )
  const advanced = balancers.filter(({ advancedConfiguration }) => advancedConfiguration !== undefined)
  if (classic.some((balancer) => advanced.includes(balancer)))
    throw invalidParameter('advancedConfiguration field is not allowed with ELBv1 loadBalancers')
  if (advanced.length > 0 && advanced.length < balancers.length)
    throw invalidParameter('Either all or none of the provided loadBalancers must have advancedConfiguration defined')
  if (strategy !== 'ROLLING' && advanced.length < balancers.length)
    throw invalidParameter(
      'advancedConfiguration field is required for all loadBalancers when using a non-ROLLING deployment strategy',
    )
  const arns = balancers.flatMap(({ targetGroupArn, advancedConfiguration }) =>
    [targetGroupArn, advancedConfiguration?.alternateTargetGroupArn].filter((arn) => arn !== undefined),
  )
  const duplicate = arns.find((arn, index) => arns.indexOf(arn) !== index)
  if (duplicate && advanced.length > 0) throw invalidParameter(`Duplicate targetGroupArn found: ${duplicate}`)
  checkRules(advanced)
}

const ruleArn = /^arn:[\w-]+:elasticloadbalancing:[\w-]+:\d{12}:(listener-rule\/app|listener\/net)\/.+/

function checkRules(balancers: readonly LoadBalancer[]): void {
  const required = ['alternateTargetGroupArn', 'productionListenerRule', 'roleArn'] as const
  for (const { advancedConfiguration } of balancers) {
    // AWS's sentence about a missing member is not known.
    const missing = required.find((member) => !advancedConfiguration?.[member])
    if (missing) throw invalidParameter(`${missing} is required in advancedConfiguration`)
    for (const member of ['productionListenerRule', 'testListenerRule'] as const) {
      const arn = advancedConfiguration?.[member]
      if (arn !== undefined && !ruleArn.test(arn))
        throw invalidParameter(
          `${member} has an invalid ARN format. Must be RuleArn for ALB or ListenerArn for NLB. Got: ${arn}`,
        )
    }
  }
  const production = balancers.map(({ advancedConfiguration }) => advancedConfiguration?.productionListenerRule)
  const test = balancers.map(({ advancedConfiguration }) => advancedConfiguration?.testListenerRule)
  const both = production.filter((arn) => arn !== undefined && test.includes(arn))
  if (both.length > 0)
    throw invalidParameter(
      `The following rules cannot be used as both production and test listener rules: ${both.join(', ')}`,
    )
}

/**
 * For load balancers of the request itself: what changed behind Amazon ECS's back since, and rules that do not exist, are
 * found out by the deployment.
 */
export function checkAssociations(elbv2: LoadBalancing, balancers: readonly LoadBalancer[] = []): void {
  for (const balancer of balancers) if (balancer.advancedConfiguration) checkAssociation(elbv2, balancer)
}

function checkAssociation(elbv2: LoadBalancing, { targetGroupArn, advancedConfiguration }: LoadBalancer): void {
  const { productionListenerRule = '', testListenerRule, alternateTargetGroupArn = '' } = advancedConfiguration ?? {}
  if (!elbv2.targetGroup(alternateTargetGroupArn))
    throw invalidParameter(`The target group ${alternateTargetGroupArn} does not exist.`)
  const route = elbv2.route(productionListenerRule)
  if (!route || testListenerRule !== undefined || productionListenerRule.includes(':listener/net/')) return
  if (![targetGroupArn, alternateTargetGroupArn].every((arn) => arn !== undefined && arn in route.forward))
    throw invalidParameter(
      'For Application LoadBalancer, testListenerRule is required when productionListenerRule is not associated with both targetGroup and alternateTargetGroup',
    )
}
