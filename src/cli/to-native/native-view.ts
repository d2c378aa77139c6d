import type { ecsNativePlan } from '../../targets/ecs/index.ts'
import { text, untrusted } from '../../text.ts'
import { shownText } from '../shown-text.ts'

type Plan = Awaited<ReturnType<typeof ecsNativePlan>>

/** What Terraform, the CDK and CloudFormation have to contain after the change, or they would undo it. */
const infrastructure = [
  'Terraform: aws_ecs_service with deployment_controller { type = "ECS" }, deployment_configuration and load_balancer.advanced_configuration as above; ignore_changes = [task_definition, load_balancer]. Remove aws_codedeploy_deployment_group.',
  'Terraform: aws_lb_listener and aws_lb_listener_rule of the production and test rule need ignore_changes on their actions. ECS changes the weights: an apply would send the traffic to a target group without tasks.',
  'CDK: FargateService with deploymentStrategy, bakeTime, canaryConfiguration or linearConfiguration and an alternate target; remove the CodeDeploy deployment group. CloudFormation: the same members of AWS::ECS::Service.',
  'Change the code right after the service: a stack that still has CODE_DEPLOY fails, and a change to CODE_DEPLOY is broken (aws/aws-cdk#36012).',
]

/** The plan for a terminal. */
export function nativeView(service: string, plan: Plan): string {
  const lines = [
    `${service}: from CodeDeploy to the blue/green deployments of ECS`,
    '',
    'Becomes',
    ...plan.rows.map(({ from, to }) => `  ${from} -> ${to}`),
    '',
    'Has no counterpart',
    ...plan.lost.map(({ what, instead }) => `  ${what}\n    instead: ${instead}`),
    '',
    'Must hold before',
    ...plan.checks.map(({ what, holds, why }) => (holds ? `  ok  ${what}` : `  NO  ${what}\n      ${why}`)),
    '',
    'Calls',
    ...plan.calls.flatMap(({ api, input, why }, index) => [
      `  ${index + 1}. aws ${api}`,
      `     ${why}`,
      ...JSON.stringify(input, null, 2)
        .split('\n')
        .map((line) => `     ${line}`),
    ]),
    '',
    'Permissions',
    ...plan.permissions.map(({ action, resource }) => `  ${action} on ${resource}`),
    '',
    'Infrastructure code',
    ...infrastructure.map((line) => `  ${line}`),
    '',
  ]
  return `${lines.map((line) => line.split('\n').map(shownLine).join('\n')).join('\n')}\n`
}

function shownLine(line: string): string {
  return shownText(text`${untrusted(line)}`)
}

/** The same for `--json`. */
export function nativeJson(service: string, plan: Plan): object {
  const { rows, lost, checks, calls, permissions } = plan
  return {
    service,
    isReady: checks.every(({ holds }) => holds),
    becomes: rows,
    lost,
    checks,
    calls,
    permissions,
    infrastructure,
  }
}
