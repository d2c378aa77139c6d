import type { Entry } from '../entry.ts'

const blueGreen = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshooting-blue-green.html'

/** What keeps Amazon ECS from shifting traffic: listener rules, target groups and the role that it changes them with. */
export const traffic: readonly Entry[] = [
  {
    code: 'listener-weights',
    pattern:
      /productionListenerRule (?<rule>\S{1,300}) should have exactly one target group serving traffic but found (?<count>\d+)/,
    why: 'the production listener rule {rule} sends traffic to {count} target groups, where one has to serve before a deployment',
    fix: 'Set the weights of the rule to 100 and 0 before deploying.',
    docs: blueGreen,
  },
  {
    code: 'listener-weights',
    pattern: /is forwarding traffic to unexpected target group \S{0,200}targetgroup\/(?<targetGroup>[^/\s]{1,40})/,
    why: 'the production listener rule sends traffic to the target group {targetGroup}, which is none of the two of the service',
    fix: 'Let the rule forward to the target groups of the service only, with the weights 100 and 0.',
    docs: blueGreen,
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
    code: 'infrastructure-role',
    pattern:
      /(?:assumed-role\/(?<role>[^/\s]{1,64})\/\S{1,64} is )?not authorized to perform: (?<action>elasticloadbalancing:\w+)(?: on resource: (?<resource>[^\s,)]+))?/,
    why: 'the role {role|of the service}, with which ECS changes the load balancer, may not {action} on {resource|it}',
    fix: 'Attach AmazonECSInfrastructureRolePolicyForLoadBalancers to the infrastructure role of the service.',
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
      /is not associated with either productionListenerRule|targetGroup must be associated with|invalid networking configuration/,
    why: 'the listener rules and the target groups of the service do not fit together',
    fix: 'Let the production rule (and the test rule, where there is one) forward to both target groups of the service.',
    docs: blueGreen,
  },
]
