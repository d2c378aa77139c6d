/** Why a service deployment cannot go on, as AWS tells it. */

/** `message` follows `Service deployment rolled back because `, full stop included. */
export class DeploymentFailure extends Error {}

export const rolledBackBecause = (reason: string) => `Service deployment rolled back because ${reason}`

/**
 * What goes wrong around load balancers, hooks and roles.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshooting-blue-green.html
 */
export const networking = {
  missingRole: (roleArn: string) =>
    `of invalid networking configuration. ECS was unable to manage the ELB resources due to missing permissions on ECS Infrastructure Role '${roleArn}'.`,
  // Without a full stop, as seen in real service events.
  ruleNotFound: (isListener: boolean) =>
    `of invalid networking configuration. One or more ${isListener ? 'listeners' : 'rules'} not found`,
  bothUnassociated:
    'of invalid networking configuration. Both targetGroup and alternateTargetGroup must be associated with the productionListenerRule or testListenerRule.',
  unassociated: (targetGroupArn: string) =>
    `of invalid networking configuration: Target group ${targetGroupArn} is not associated with either productionListenerRule or testListenerRule.`,
  severalServing: (rule: string, count: number) =>
    `of invalid networking configuration. productionListenerRule ${rule} should have exactly one target group serving traffic but found ${count} target groups which are serving traffic`,
  // Limitation of https://docs.aws.amazon.com/AmazonECS/latest/developerguide/alb-resources-for-blue-green.html; AWS's words are not known.
  otherActions: (rule: string) =>
    `of invalid networking configuration. productionListenerRule ${rule} or the testListenerRule has other actions than forward`,
  unexpected: (found: string, primary: string, alternate: string) =>
    `of invalid networking configuration. Production listener rule is forwarding traffic to unexpected target group ${found}. Expected traffic to be forwarded to either targetGroupArn: ${primary} or alternateTargetGroupArn: ${alternate}`,
}

const hooksFailed = (stage: string) => `${stage} lifecycle hook(s) failed.`

export const hookProblems = {
  cannotAssume: (stage: string, roleArn: string) => `${hooksFailed(stage)} ECS was unable to assume role ${roleArn}`,
  returnedFailed: (stage: string, target: string) =>
    `${hooksFailed(stage)} Lifecycle hook target ${target} returned FAILED status.`,
  cannotInvoke: (stage: string, target: string, user: string) =>
    `${hooksFailed(stage)} ECS was unable to invoke hook target ${target} due to User: ${user} is not authorized to perform: lambda:InvokeFunction on resource: ${target} because no identity-based policy allows the lambda:InvokeFunction action`,
  noStatus: (stage: string, target: string) =>
    `${hooksFailed(stage)} ECS was unable to parse the response from ${target} due to HookStatus must not be null`,
  /** AWS words it as the failure of a hook: shifting traffic is one of its own. */
  cannotModify: (stage: string, user: string, action: string, resource: string) =>
    `${hooksFailed(stage)} User: ${user} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
  pauseTimedOut: (stage: string) => `${stage} pause hook timed out.`,
  // AWS's words for the three below are not known.
  pauseRolledBack: (stage: string) => `ROLLBACK was chosen for the ${stage} pause hook.`,
  hookTimedOut: (stage: string, target: string) => `${hooksFailed(stage)} Lifecycle hook target ${target} timed out.`,
  stageTimedOut: (stage: string) => `the ${stage} lifecycle stage timed out.`,
}

/** Failures that every strategy knows. */
export const failures = {
  circuitBreaker: 'the circuit breaker threshold was exceeded.',
  // AWS's words are not known: these say nothing, so that nobody relies on them.
  alarm: 'a monitored condition was met.',
  request: 'a stop was requested.',
}

/** Roll back of a first deployment. */
export const noCandidate = 'No rollback candidate was found to run the rollback.'

/** The session in which Amazon ECS uses a role. */
export const sessionOf = (roleArn: string, session: string) =>
  `${roleArn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/${session}`
