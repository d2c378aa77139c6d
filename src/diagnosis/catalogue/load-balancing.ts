import type { Entry } from '../entry.ts'

const docs = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshooting-blue-green.html'

const error = 'invalid networking configuration'
const bothGroups =
  'Forward the production listener rule (and the test listener rule, if there is one) to both target groups of the service.'

/** What keeps Amazon ECS from shifting traffic: listener rules, target groups and the role that it changes them with. */
export const traffic: readonly Entry[] = [
  {
    code: 'listener-weights',
    pattern:
      /productionListenerRule (?<rule>\S{1,300}) should have exactly one target group serving traffic but found (?<count>\d+)/,
    error,
    why: 'productionListenerRule {rule} should have exactly one target group serving traffic but found {count} target groups',
    fix: 'Set the weights of the rule to 100 and 0 before deploying.',
    docs,
  },
  {
    code: 'listener-weights',
    pattern: /is forwarding traffic to unexpected target group \S{0,200}targetgroup\/(?<targetGroup>[^/\s]{1,40})/,
    error,
    why: 'Production listener rule is forwarding traffic to unexpected target group {targetGroup}, which is not one of the two of the service',
    fix: 'Forward the rule only to the target groups of the service, with weights 100 and 0.',
    docs,
  },
  {
    code: 'listener-weights',
    pattern:
      /(?<said>should have exactly one target group serving traffic|is forwarding traffic to unexpected target group)/,
    error,
    why: 'production listener rule {said|is forwarding traffic to unexpected target group}',
    fix: 'Set the weights of the rule to 100 and 0 before deploying.',
    docs,
  },
  {
    code: 'infrastructure-role',
    pattern: /missing permissions on ECS Infrastructure Role '(?<role>[^']+)'/,
    error: 'ECS was unable to manage the ELB resources',
    why: "missing permissions on ECS Infrastructure Role '{role}'",
    fix: 'Attach the managed policy AmazonECSInfrastructureRolePolicyForLoadBalancers to {role}.',
    docs,
  },
  {
    code: 'infrastructure-role',
    pattern:
      /(?:assumed-role\/(?<role>[^/\s]{1,64})\/\S{1,64} is )?not authorized to perform: (?<action>elasticloadbalancing:\w+)(?: on resource: (?<resource>[^\s,)]+))?/,
    error: 'ECS was unable to manage the ELB resources',
    why: 'ECS infrastructure role {role|of the service} is not authorized to perform {action} on {resource|the load balancer}',
    fix: 'Attach the managed policy AmazonECSInfrastructureRolePolicyForLoadBalancers to the infrastructure role of the service.',
    docs,
  },
  {
    code: 'listener-rules',
    pattern: /Target group \S{1,200}targetgroup\/(?<targetGroup>[^/\s]{1,40})\S{0,40} is not associated with either/,
    error,
    why: 'Target group {targetGroup} is not associated with either productionListenerRule or testListenerRule',
    fix: bothGroups,
    docs,
  },
  {
    code: 'listener-rules',
    pattern: /One or more (?<what>rules|listeners) not found/,
    error,
    why: 'One or more {what} not found in {place|this account and region}, which the load balancer configuration of the service refers to',
    fix: 'Create them again, or correct the load balancer configuration of the service.',
    docs,
  },
  {
    code: 'listener-rules',
    pattern:
      /(?:is not associated with either productionListenerRule|targetGroup must be associated with|invalid networking configuration)/,
    error,
    why: 'listener rules and target groups of the service do not match',
    fix: bothGroups,
    docs,
  },
]
