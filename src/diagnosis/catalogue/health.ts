import type { Entry } from '../entry.ts'

const docs = 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html'
const containerDocs = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/healthcheck.html'

/** Health checks that fail, as target health descriptions and service events print them. */
export const health: readonly Entry[] = [
  {
    code: 'health-check-code',
    pattern: /Health checks failed with these codes: \[(?<codes>3\d\d)/,
    why: 'the health check {check} is redirected by {who|the container} (status {codes})',
    fix: 'Let the health check path answer without a redirect (to HTTPS, to a login or to a path with a slash), or correct the path of the target group.',
    docs,
  },
  {
    code: 'health-check-code',
    pattern: /Health checks failed with these codes: \[(?<codes>40[13])/,
    why: '{who|the container} refuses the health check {check} (status {codes})',
    fix: 'Let the health check path answer without a login, whatever the host name: the load balancer asks by IP address.',
    docs,
  },
  {
    code: 'health-check-code',
    pattern: /Health checks failed with these codes: \[(?<codes>5\d\d)/,
    why: '{who|the container} answers the health check {check} with the error {codes}',
    fix: 'Look for the error in the log of the container; a program that is not ready yet needs healthCheckGracePeriodSeconds.',
    docs,
  },
  {
    code: 'health-check-code',
    pattern: /Health checks failed with these codes: \[(?<codes>[\d, ]+)\]/,
    why: 'the health check {check} gets the status {codes} from {who|the container}',
    fix: 'Let the health check path answer with {accepted|a status that the target group accepts}, or correct path and matcher of the target group.',
    docs,
  },
  {
    code: 'health-check-timeout',
    pattern: /Request timed out|Target\.Timeout/,
    why: 'the health check {check} gets no answer from {who|the container} in time',
    fix: "Let the task's security group accept the load balancer on {port|the container port}, let the program listen on 0.0.0.0, and give a slow starter healthCheckGracePeriodSeconds.",
    docs,
  },
  {
    code: 'health-check-zone',
    pattern: /Target is in an Availability Zone that is not enabled for the load balancer/,
    why: 'the task runs in a zone that the load balancer does not serve',
    fix: 'Give load balancer and service the same zones.',
    docs,
  },
  {
    code: 'target-group-missing',
    pattern: /TARGET GROUP IS NOT FOUND/,
    why: 'a target group of the service does not exist any more',
    fix: 'Create the target group again, or correct the load balancers of the service.',
    docs,
  },
  {
    code: 'target-group-missing',
    pattern: /TARGET IS NOT FOUND/,
    why: 'a task is not among the targets of the target group of the service',
    fix: 'See whether somebody takes targets out of the target group, or whether it was made anew; deploy again.',
    docs,
  },
  {
    code: 'target-registration',
    pattern:
      /failed to (?<what>register targets in|deregister targets in|describe target health on) \(?target-group \S{1,300} with \(error (?<reason>[^)]{1,300})/,
    why: 'ECS could not {what} the target group: {reason}',
    fix: 'Correct what AWS names: the target group, its type and VPC, or the permissions of the service-linked role of ECS.',
    docs: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html',
  },
  {
    code: 'health-check-refused',
    pattern: /Health checks failed(?! with)|Target\.FailedHealthChecks/,
    why: 'the health check {check} cannot connect to {who|the container}: the connection is refused or broken',
    fix: 'Check that the program listens on {port|the container port of the target group}, on 0.0.0.0 and not on localhost only; give a slow starter healthCheckGracePeriodSeconds.',
    docs,
    confidence: 'likely',
  },
  {
    code: 'container-health-check',
    pattern: /failed container health checks/,
    why: 'the health check command of {checked|the container} fails',
    fix: 'Run the command of healthCheck inside the image (slim images lack curl and wget), and give a slow starter a startPeriod.',
    docs: containerDocs,
  },
  {
    code: 'health-check-failed',
    pattern: /Task failed ELB health checks/,
    why: 'the health check {check|of the load balancer} of {who|the new tasks} failed',
    fix: 'Check path, port and matcher of the target group, the security groups between load balancer and task, and the log of the container.',
    docs,
    confidence: 'likely',
  },
]
