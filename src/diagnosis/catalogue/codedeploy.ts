import type { Entry } from '../entry.ts'

const docs = 'https://docs.aws.amazon.com/codedeploy/latest/userguide/troubleshooting-ecs.html'

/** What CodeDeploy says about the end of a deployment. */
export const codeDeploy: readonly Entry[] = [
  {
    code: 'alarm-active',
    pattern: /alarms? have been activated|Activated alarms: /,
    // `withAlarms` says which, when and why.
    why: 'an alarm of the deployment fired',
    fix: 'Look at the history of the alarms in Amazon CloudWatch.',
    docs,
  },
  {
    code: 'hook-failed',
    pattern: /lifecycle event validation functions failed/,
    why: 'the validation function {hook|(Lambda) of the deployment} reported a failure',
    fix: 'Read the log of the function.',
    docs,
  },
  {
    code: 'hook-silent',
    pattern: /waiting for a status callback/,
    why: 'the validation function {hook|(Lambda) of the deployment} did not report back within one hour',
    fix: 'Let the function call PutLifecycleEventHookExecutionStatus in every case, also on errors.',
    docs,
  },
  {
    code: 'replacement-unhealthy',
    pattern: /waiting for the replacement task set to become healthy/,
    why: 'the new tasks did not become healthy within 60 minutes',
    fix: 'Check health checks, security groups and the log of the containers.',
    docs,
  },
  {
    code: 'ready-wait-over',
    pattern: /waiting for a notification to continue\. This time out period is (?<minutes>\d+) minutes/,
    why: 'nobody told the deployment within {minutes} minutes to shift the traffic',
    fix: 'Deploy again and continue the deployment in time.',
    docs,
  },
  {
    code: 'codedeploy-role',
    pattern:
      /The IAM role (?<role>\S+) does not give you permission to perform operations in the following AWS service: (?<service>\w+)/,
    why: 'the CodeDeploy role {role} may not use {service}',
    fix: 'Attach the policy AWSCodeDeployRoleForECS to {role}.',
    docs,
  },
  {
    code: 'listener-mismatch',
    pattern: /Primary taskset target group must be behind listener/,
    why: 'the production listener does not forward to the target group of the tasks that serve now',
    fix: 'Let the production listener forward to the target group of the primary task set.',
    docs,
  },
  {
    code: 'gradual-needs-alb',
    pattern: /Only ALB supports gradual traffic routing/,
    why: 'a Network Load Balancer cannot shift traffic step by step',
    fix: 'Use CodeDeployDefault.ECSAllAtOnce, or an Application Load Balancer.',
    docs,
  },
  {
    code: 'container-port',
    pattern: /The container (?<container>\S+) did not have a container port (?<port>\d+) defined/,
    why: 'the container {container} has no containerPort {port}, to which the load balancer sends traffic',
    fix: 'Add portMappings with containerPort {port} to the container, or correct the load balancer of the service.',
    docs,
  },
  {
    code: 'container-port',
    pattern: /The container does not exist in the task definition/,
    why: 'the task definition has no container with the name that the load balancer of the service uses',
    fix: 'Give the container its old name, or correct the load balancer of the service.',
    docs,
  },
  {
    code: 'service-update',
    pattern:
      /The ECS service cannot be updated due to an unexpected error: (?<reason>[\s\S]+?)(?:\. Check your ECS service status|$)/,
    why: 'ECS refused what CodeDeploy wanted: {reason}',
    fix: 'Correct what ECS names, then deploy again.',
    docs,
  },
  {
    code: 'appspec-missing',
    pattern: /An AppSpec file is required, but could not be found/,
    why: 'the revision of the deployment has no AppSpec',
    fix: 'Leave the AppSpec to Slipway, or correct codedeploy-appspec.',
    docs,
  },
]
