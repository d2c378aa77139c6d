import type { Entry } from '../entry.ts'

const codeDeploy = 'https://docs.aws.amazon.com/codedeploy/latest/userguide/troubleshooting-ecs.html'
const breaker = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html'
const blueGreen = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshooting-blue-green.html'

/** What CodeDeploy and ECS say about the end of a deployment itself. The weakest evidence: tasks say more. */
export const verdicts: readonly Entry[] = [
  {
    code: 'alarm-active',
    pattern: /alarms? (?:have been activated|were triggered).*Activated alarms: (?<alarms>.+)$/s,
    why: 'the alarm {alarms} fired',
    fix: 'Look at the alarm: if it fired before the new tasks got traffic, it was not the deployment.',
    docs: codeDeploy,
  },
  {
    code: 'hook-failed',
    pattern: /lifecycle event validation functions failed/,
    why: 'the validation function {hook|(Lambda) of the deployment} reported a failure',
    fix: 'Read the log of the function.',
    docs: codeDeploy,
  },
  {
    code: 'hook-silent',
    pattern: /waiting for a status callback/,
    why: 'the validation function {hook|(Lambda) of the deployment} did not report back within one hour',
    fix: 'Let the function call PutLifecycleEventHookExecutionStatus in every case, also on errors.',
    docs: codeDeploy,
  },
  {
    code: 'replacement-unhealthy',
    pattern: /waiting for the replacement task set to become healthy/,
    why: 'the new tasks did not become healthy within 60 minutes',
    fix: 'Check health checks, security groups and the log of the containers.',
    docs: codeDeploy,
  },
  {
    code: 'ready-wait-over',
    pattern: /waiting for a notification to continue\. This time out period is (?<minutes>\d+) minutes/,
    why: 'nobody told the deployment within {minutes} minutes to shift the traffic',
    fix: 'Deploy again and continue the deployment in time.',
    docs: codeDeploy,
  },
  {
    code: 'codedeploy-role',
    pattern:
      /The IAM role (?<role>\S+) does not give you permission to perform operations in the following AWS service: (?<service>\w+)/,
    why: 'the CodeDeploy role {role} may not use {service}',
    fix: 'Attach the policy AWSCodeDeployRoleForECS to {role}.',
    docs: codeDeploy,
  },
  {
    code: 'listener-mismatch',
    pattern: /Primary taskset target group must be behind listener/,
    why: 'the production listener does not forward to the target group of the tasks that serve now',
    fix: 'Let the production listener forward to the target group of the primary task set.',
    docs: codeDeploy,
  },
  {
    code: 'gradual-needs-alb',
    pattern: /Only ALB supports gradual traffic routing/,
    why: 'a Network Load Balancer cannot shift traffic step by step',
    fix: 'Use CodeDeployDefault.ECSAllAtOnce, or an Application Load Balancer.',
    docs: codeDeploy,
  },
  {
    code: 'container-port',
    pattern: /The container (?<container>\S+) did not have a container port (?<port>\d+) defined/,
    why: 'the container {container} has no containerPort {port}, to which the load balancer sends traffic',
    fix: 'Add portMappings with containerPort {port} to the container, or correct the load balancer of the service.',
    docs: codeDeploy,
  },
  {
    code: 'container-port',
    pattern: /The container does not exist in the task definition/,
    why: 'the task definition has no container with the name that the load balancer of the service uses',
    fix: 'Give the container its old name, or correct the load balancer of the service.',
    docs: codeDeploy,
  },
  {
    code: 'service-update',
    pattern:
      /The ECS service cannot be updated due to an unexpected error: (?<reason>[\s\S]+?)(?:\. Check your ECS service status|$)/,
    why: 'ECS refused what CodeDeploy wanted: {reason}',
    fix: 'Correct what ECS names, then deploy again.',
    docs: codeDeploy,
    confidence: 'likely',
  },
  {
    code: 'listener-weights',
    pattern: /should have exactly one target group serving traffic|is forwarding traffic to unexpected target group/,
    why: 'the production listener rule does not send all its traffic to one of the two target groups',
    fix: 'Set the weights of the rule to 100 and 0 before deploying.',
    docs: blueGreen,
  },
  {
    code: 'infrastructure-role',
    pattern: /missing permissions on ECS Infrastructure Role '(?<role>[^']+)'/,
    why: 'the ECS infrastructure role {role} may not change the load balancer',
    fix: 'Attach AmazonECSInfrastructureRolePolicyForLoadBalancers to {role}.',
    docs: blueGreen,
  },
  {
    code: 'hook-failed',
    pattern:
      /(?:(?<stage>[A-Z_]{3,40}) lifecycle hook\(s\) failed\. )?Lifecycle hook target (?<hook>\S+) returned FAILED status/,
    why: 'the lifecycle hook {hook} reported a failure at {stage|one of its stages}',
    fix: 'Read the log of the function.',
    docs: blueGreen,
  },
  {
    code: 'hook-denied',
    pattern:
      /(?:(?<stage>[A-Z_]{3,40}) lifecycle hook\(s\) failed\. )?ECS was unable to invoke hook target (?<hook>\S+) due to User/,
    why: 'ECS may not invoke the lifecycle hook {hook} of {stage|one of its stages}',
    fix: 'Allow lambda:InvokeFunction on {hook} to the role of the hook.',
    docs: blueGreen,
  },
  {
    code: 'hook-answer',
    pattern:
      /(?:(?<stage>[A-Z_]{3,40}) lifecycle hook\(s\) failed\. )?ECS was unable to parse the response from (?<hook>\S+) due to (?<reason>[^.]{1,200})/,
    why: 'the lifecycle hook {hook} gave an answer at {stage|one of its stages} that ECS cannot read: {reason}',
    fix: 'Let the function return {"hookStatus": "SUCCEEDED"}, "FAILED" or "IN_PROGRESS".',
    docs: blueGreen,
  },
  {
    code: 'hook-role',
    pattern: /lifecycle hook\(s\) failed\. ECS was unable to assume role (?<role>\S+)/,
    why: 'ECS may not assume the role {role} of the lifecycle hook',
    fix: 'Let ecs.amazonaws.com assume {role} in its trust policy.',
    docs: blueGreen,
  },
  {
    code: 'listener-rules',
    pattern: /Target group \S{1,200}targetgroup\/(?<targetGroup>[^/\s]{1,40})\S{0,40} is not associated with either/,
    why: 'the target group {targetGroup} is in neither the production nor the test listener rule',
    fix: 'Let the production rule (and the test rule, where there is one) forward to both target groups of the service.',
    docs: blueGreen,
  },
  {
    code: 'listener-rules',
    pattern: /One or more (?<what>rules|listeners) not found/,
    why: 'a listener or rule to which the service sends its traffic does not exist any more ({what} not found)',
    fix: 'Create it again, or correct the load balancer configuration of the service.',
    docs: blueGreen,
  },
  {
    code: 'listener-rules',
    pattern:
      /is not associated with either productionListenerRule|must be associated with|invalid networking configuration/,
    why: 'the listener rules and the target groups of the service do not fit together',
    fix: 'Let the production rule (and the test rule, where there is one) forward to both target groups of the service.',
    docs: blueGreen,
  },
  {
    code: 'appspec-missing',
    pattern: /An AppSpec file is required, but could not be found/,
    why: 'the revision of the deployment has no AppSpec',
    fix: 'Leave the AppSpec to Slipway, or correct codedeploy-appspec.',
    docs: codeDeploy,
  },
  {
    code: 'pause-over',
    pattern: /(?<stage>\w+) pause hook timed out/,
    why: 'nobody answered the pause at {stage} in time',
    fix: 'Deploy again and answer the pause in time.',
    docs: blueGreen,
  },
  {
    code: 'circuit-breaker',
    pattern:
      /circuit breaker(?: threshold was exceeded|: tasks failed to start)|deployment failed: tasks failed to start/,
    why: 'too many of its tasks failed, and the circuit breaker of ECS ended it',
    fix: 'The stopped tasks are gone or cannot be read. Deploy again and look at them within an hour, or at the log of the containers.',
    docs: breaker,
    confidence: 'possible',
  },
  {
    code: 'tasks-inconsistent',
    pattern: /is unable to consistently start tasks successfully/,
    why: 'the new tasks keep stopping',
    fix: 'Look at the stopped tasks and the log of the containers.',
    docs: breaker,
    confidence: 'possible',
  },
  {
    code: 'manual-stop',
    pattern: /MANUAL_STOP|was manually stopped|stopped by (?:a |the )?user|because a stop was requested/i,
    why: 'somebody stopped it, in the console or with another program',
    fix: 'Deploy again if that was not meant.',
    confidence: 'likely',
  },
]
