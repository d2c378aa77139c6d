import { expect, test } from '@jest/globals'
import { explainSettingsRefusal } from '../../src/aws/service-refusal.ts'
import { failureText } from '../../src/report/failure-text.ts'
import { renderText } from '../../src/text.ts'

function said(message: string, name = 'InvalidParameterException'): string | undefined {
  const failure = explainSettingsRefusal(Object.assign(new Error(message), { name, $fault: 'client' as const }))
  return failure && renderText(failureText(failure), (theirs) => theirs)
}

// Sentences of the developer guide, "Troubleshooting Amazon ECS blue/green deployments", and of UpdateService.
test.each([
  [
    'For Application LoadBalancer, testListenerRule is required when productionListenerRule is not associated with both targetGroup and alternateTargetGroup',
    'forward to both target groups',
  ],
  [
    'advancedConfiguration field is required for all loadBalancers when using a non-ROLLING deployment strategy',
    'Set the input load-balancer-configuration for every target group',
  ],
  [
    'Either all or none of the provided loadBalancers must have advancedConfiguration defined',
    'Set the input load-balancer-configuration for every target group',
  ],
  [
    'productionListenerRule has an invalid ARN format. Must be RuleArn for ALB or ListenerArn for NLB. Got: arn:x',
    'two different ARNs',
  ],
  ['The following rules cannot be used as both production and test listener rules: arn:x', 'two different ARNs'],
  ['Duplicate targetGroupArn found: arn:x', 'two different ones'],
  [
    'The target group with targetGroupArn arn:x does not have an associated load balancer.',
    'both behind a listener of the load balancer',
  ],
  [
    'advancedConfiguration field is not allowed with ELBv1 loadBalancers',
    'Classic Load Balancers support the strategy ROLLING only',
  ],
  [
    'All loadBalancers must be strictly either ELBv1 (defining loadBalancerName) or ELBv2 (defining targetGroupArn)',
    'Classic Load Balancers support the strategy ROLLING only',
  ],
  ['Invalid targetType. Valid values are: AWS_LAMBDA, PAUSE', 'Correct the input lifecycle-hooks'],
  ['Invalid lifecycle stage provided for Pause Hook', 'Correct the input lifecycle-hooks'],
  [
    'Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.',
    'Set the input minimum-healthy-percent below 100',
  ],
  [
    'bakeTimeInMinutes is required when using the BLUE_GREEN deployment strategy',
    'Correct the input strategy or the deployment setting',
  ],
])('"%s" says what to do', (message, advice) => {
  const all = said(message)
  expect(all).toContain(message)
  expect(all).toContain(advice)
})

test.each([
  ['TaskDefinition is inactive', 'InvalidParameterException'],
  ['Rate exceeded for lifecycle hooks', 'ThrottlingException'],
])('"%s" is left to others', (message, name) => {
  expect(said(message, name)).toBeUndefined()
})
