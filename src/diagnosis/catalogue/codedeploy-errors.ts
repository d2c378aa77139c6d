import type { Entry } from '../entry.ts'

const docs = 'https://docs.aws.amazon.com/codedeploy/latest/userguide/troubleshooting-ecs.html'

/** CodeDeploy's errors at the end of a deployment. `errorCode`: `ErrorInformation.code` of its API, unchanged. */
export const codeDeploy: readonly Entry[] = [
  {
    code: 'alarm-active',
    pattern: /alarms? have been activated|Activated alarms: /,
    error: '{errorCode|ALARM_ACTIVE}',
    // `withAlarms` adds which, when and why.
    why: 'one or more alarms have been activated',
    fix: 'Check the history of the alarms in Amazon CloudWatch.',
    docs,
  },
  {
    code: 'hook-failed',
    pattern: /lifecycle event validation functions failed/,
    error: '{errorCode|HOOK_EXECUTION_FAILURE}',
    why: 'one or more of the lifecycle event validation functions failed: Lambda function {hook|of the deployment} reported Failed',
    fix: 'Read the log of the Lambda function in CloudWatch Logs.',
    docs,
  },
  {
    code: 'hook-silent',
    pattern: /waiting for a status callback/,
    error: '{errorCode|TIMEOUT}',
    why: 'timed out waiting for a status callback: Lambda function {hook|of the deployment} did not call PutLifecycleEventHookExecutionStatus within one hour',
    fix: 'Call PutLifecycleEventHookExecutionStatus on every code path of the function, also on errors.',
    docs,
  },
  {
    code: 'replacement-unhealthy',
    pattern:
      /waiting for the replacement task set to become healthy(?:\. This time out period is (?<minutes>\d+) minutes)?/,
    error: '{errorCode|TIMEOUT}',
    why: 'timed out waiting for the replacement task set to become healthy ({minutes|60} minutes)',
    fix: 'Check the health checks of the target group, the security groups and the logs of the containers.',
    docs,
  },
  {
    code: 'ready-wait-over',
    pattern: /waiting for a notification to continue\. This time out period is (?<minutes>\d+) minutes/,
    error: '{errorCode|TIMEOUT}',
    why: 'timed out waiting for a notification to continue ({minutes} minutes)',
    fix: 'Deploy again, and continue the deployment in time (action continue, or aws deploy continue-deployment).',
    docs,
  },
  {
    code: 'codedeploy-role',
    pattern:
      /The IAM role (?<role>\S+) does not give you permission to perform operations in the following AWS service: (?<service>\w+)/,
    error: '{errorCode|IAM_ROLE_PERMISSIONS}',
    why: 'IAM role {role} of the deployment group does not give permission to perform operations in {service}',
    fix: 'Attach the managed policy AWSCodeDeployRoleForECS to {role}.',
    docs,
  },
  {
    code: 'listener-mismatch',
    pattern: /Primary taskset target group must be behind listener/,
    error: '{errorCode|ELASTIC_LOAD_BALANCING_INVALID}',
    why: 'Primary taskset target group must be behind listener: the production listener does not forward to the target group of the live tasks',
    fix: 'Let the production listener forward to the target group of the primary task set.',
    docs,
  },
  {
    code: 'gradual-needs-alb',
    pattern: /Only ALB supports gradual traffic routing/,
    error: '{errorCode|ELASTIC_LOAD_BALANCING_INVALID}',
    why: 'Only ALB supports gradual traffic routing, and the service uses a Network Load Balancer',
    fix: 'Use CodeDeployDefault.ECSAllAtOnce, or an Application Load Balancer.',
    docs,
  },
  {
    code: 'container-port',
    pattern: /The container (?<container>\S+) did not have a container port (?<port>\d+) defined/,
    error: '{errorCode|ECS_UPDATE_ERROR}',
    why: 'The container {container} did not have a container port {port} defined, but the load balancer of the service uses it',
    fix: 'Add portMappings with containerPort {port} to the container, or correct the load balancer of the service.',
    docs,
  },
  {
    code: 'container-port',
    pattern: /The container does not exist in the task definition/,
    error: '{errorCode|ECS_UPDATE_ERROR}',
    why: 'The container does not exist in the task definition: none has the name that the load balancer of the service uses',
    fix: 'Restore the name of the container, or correct the load balancer of the service.',
    docs,
  },
  {
    code: 'service-update',
    pattern:
      /The ECS service cannot be updated due to an unexpected error: (?<reason>[\s\S]+?)(?:\. Check your ECS service status|$)/,
    error: '{errorCode|ECS_UPDATE_ERROR}',
    why: 'The ECS service cannot be updated: {reason}',
    fix: 'Correct what ECS rejected, then deploy again.',
    docs,
  },
  {
    code: 'appspec-missing',
    pattern: /An AppSpec file is required, but could not be found/,
    error: 'An AppSpec file is required, but could not be found in the revision',
    why: 'CodeDeploy found no AppSpec in the deployment',
    fix: 'Omit codedeploy-appspec to have one generated, or correct the file that it names.',
    docs,
  },
]
