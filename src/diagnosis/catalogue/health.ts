import type { Entry } from '../entry.ts'

const docs = 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html'
const containerDocs = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/healthcheck.html'
const events = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html'

const error = 'failed ELB health checks {healthCheck}'

/**
 * Health checks that fail, as target health descriptions and service events print them. `Target.…`: the reason code that
 * Elastic Load Balancing gives with such a description (API reference, TargetHealth).
 */
export const health: readonly Entry[] = [
  {
    code: 'health-check-code',
    pattern: /Health checks failed with these codes: \[(?<codes>3\d\d)/,
    error,
    why: 'target returned a redirect, HTTP {codes} (Target.ResponseCodeMismatch)',
    fix: 'Answer the health check path without a redirect (to HTTPS, to a login page, to a path with a trailing slash), or correct the health check path of the target group.',
    docs,
  },
  {
    code: 'health-check-code',
    pattern: /Health checks failed with these codes: \[(?<codes>40[13])/,
    error,
    why: 'target returned HTTP {codes} (Target.ResponseCodeMismatch)',
    fix: 'Exclude the health check path from authentication and from checks of the Host header: the load balancer sends the IP address of the target.',
    docs,
  },
  {
    code: 'health-check-code',
    pattern: /Health checks failed with these codes: \[(?<codes>5\d\d)/,
    error,
    why: 'target returned HTTP {codes} (Target.ResponseCodeMismatch)',
    fix: 'Find the error in the log of the container. If it only starts slowly, raise healthCheckGracePeriodSeconds of the service.',
    docs,
  },
  {
    code: 'health-check-code',
    pattern: /Health checks failed with these codes: \[(?<codes>[\d, ]+)\]/,
    error,
    why: 'target returned HTTP {codes} (Target.ResponseCodeMismatch)',
    fix: 'Return {accepted|a status code that the target group accepts} on the health check path, or correct path and matcher of the target group.',
    docs,
  },
  {
    code: 'health-check-timeout',
    pattern: /Request timed out|Target\.Timeout/,
    error,
    why: 'request timed out (Target.Timeout)',
    fix: 'Allow inbound traffic from the load balancer on {port|the container port} in the security group of the task, listen on 0.0.0.0, and raise healthCheckGracePeriodSeconds of the service if the program starts slowly.',
    docs,
  },
  {
    code: 'health-check-zone',
    pattern: /Target is in an Availability Zone that is not enabled for the load balancer/,
    error: 'Target.NotInUse {healthCheck}',
    why: 'Target is in an Availability Zone that is not enabled for the load balancer {zone}',
    fix: 'Enable the Availability Zone for the load balancer, or remove its subnets from the service.',
    docs,
  },
  {
    code: 'target-group-missing',
    pattern: /TARGET GROUP IS NOT FOUND/,
    error: 'TARGET GROUP IS NOT FOUND',
    why: 'target group {targetGroup|of the service} not found in {place|this account and region}',
    fix: 'Create the target group again, or correct the load balancers of the service.',
    docs,
  },
  {
    code: 'target-group-missing',
    pattern: /TARGET IS NOT FOUND/,
    error: 'TARGET IS NOT FOUND',
    why: 'a task is not registered in target group {targetGroup|of the service}',
    fix: 'Check whether another tool deregisters targets or recreated the target group, then deploy again.',
    docs,
  },
  {
    code: 'target-registration',
    pattern:
      /failed to (?<what>register targets in|deregister targets in|describe target health on) \(?target-group \S{1,300} with \(error (?<reason>[^)]{1,300})/,
    error: 'failed to {what|register targets in} target-group {targetGroup}',
    why: '{reason}',
    fix: 'Correct what AWS rejected: the target group, its target type and VPC, or the permissions of the service-linked role of ECS.',
    docs: events,
  },
  {
    code: 'health-check-refused',
    pattern: /Health checks failed(?! with)|Target\.FailedHealthChecks/,
    error,
    why: 'connection refused or reset on {port|the container port} (Target.FailedHealthChecks)',
    fix: 'Check that the program listens on {port|the container port of the target group}, on 0.0.0.0 and not only on localhost. If it starts slowly, raise healthCheckGracePeriodSeconds of the service.',
    docs,
    confidence: 'likely',
  },
  {
    code: 'container-health-check',
    pattern: /failed container health checks/,
    error: 'failed container health checks',
    why: 'the healthCheck command of {checked|the container} fails',
    fix: 'Run the healthCheck command inside the image (slim images have no curl or wget). If the program starts slowly, raise startPeriod.',
    docs: containerDocs,
  },
  {
    code: 'health-check-failed',
    pattern: /failed ELB health checks/,
    error,
    why: 'the reason code of the targets is no longer available',
    fix: 'Check path, port and matcher of the target group, the security groups between load balancer and task, and the log of the container.',
    docs,
  },
]
