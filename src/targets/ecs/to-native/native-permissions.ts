import { parseArn } from '../../../arn.ts'
import type { TrafficRoute } from '../../../ports.ts'
import type { NativeFacts } from './native-facts.ts'

/** An IAM action, and the ARN that a minimal statement names. */
export interface NativePermission {
  readonly action: string
  readonly resource: string
}

/** What the change needs: its reads, then its writes (Service Authorization Reference). */
export function nativePermissions(facts: NativeFacts, route: TrafficRoute | undefined): readonly NativePermission[] {
  const { service, role } = facts
  const serviceArn = service.serviceArn ?? '*'
  const modify = route?.isDefault ? 'ModifyListener' : 'ModifyRule'
  return [
    { action: 'ecs:DescribeServices', resource: serviceArn },
    { action: 'ecs:DescribeTaskDefinition', resource: '*' },
    ...groupReads(facts),
    ...['DescribeTargetGroups', 'DescribeListeners', 'DescribeRules'].map((one) => ({
      action: `elasticloadbalancing:${one}`,
      resource: '*',
    })),
    { action: 'iam:GetRole', resource: role.arn ?? '*' },
    { action: 'ecs:UpdateService', resource: serviceArn },
    { action: 'iam:PassRole', resource: role.arn ?? '*' },
    ...(route
      ? [{ action: `elasticloadbalancing:${modify}`, resource: route.isDefault ? route.listenerArn : route.arn }]
      : []),
    { action: 'ecs:ListServiceDeployments', resource: serviceArn },
    { action: 'ecs:DescribeServiceDeployments', resource: '*' },
  ]
}

function groupReads({ service, name, group }: NativeFacts): readonly NativePermission[] {
  const { partition = 'aws', region = '*', accountId = '*' } = parseArn(service.serviceArn ?? '') ?? {}
  const arn = (resource: string) => `arn:${partition}:codedeploy:${region}:${accountId}:${resource}`
  const groupArn = arn(`deploymentgroup:${name.application}/${name.deploymentGroup}`)
  return [
    ...['ListDeployments', 'GetDeploymentGroup', 'GetDeployment'].map((one) => ({
      action: `codedeploy:${one}`,
      resource: groupArn,
    })),
    { action: 'codedeploy:GetApplicationRevision', resource: arn(`application:${name.application}`) },
    {
      action: 'codedeploy:GetDeploymentConfig',
      resource: arn(`deploymentconfig:${group.deploymentConfigName ?? '*'}`),
    },
  ]
}
