import { alarmDetected } from '../alarm-names.ts'
import type { Entry } from '../entry.ts'
import { codeDeploy } from './codedeploy-errors.ts'

const breaker = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html'
const blueGreen = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshooting-blue-green.html'

const hookError = '{stage} lifecycle hook(s) failed'

/** What CodeDeploy and ECS say about the end of a deployment itself. The weakest evidence: tasks say more. */
export const verdicts: readonly Entry[] = [
  ...codeDeploy,
  {
    code: 'hook-failed',
    pattern:
      /(?:(?<stage>[A-Z_]{3,40}) lifecycle hook\(s\) failed\. )?Lifecycle hook target (?<hook>\S+) returned FAILED status/,
    error: hookError,
    why: 'Lifecycle hook target {hook} returned FAILED status',
    fix: 'Read the log of the Lambda function in CloudWatch Logs.',
    docs: blueGreen,
  },
  {
    code: 'hook-denied',
    pattern:
      /(?:(?<stage>[A-Z_]{3,40}) lifecycle hook\(s\) failed\. )?ECS was unable to invoke hook target (?<hook>\S+) due to:? User/,
    error: hookError,
    why: 'ECS was unable to invoke hook target {hook}: the role of the hook is not authorized to perform lambda:InvokeFunction',
    fix: 'Allow lambda:InvokeFunction on {hook} to the role of the hook.',
    docs: blueGreen,
  },
  {
    code: 'hook-answer',
    pattern:
      /(?:(?<stage>[A-Z_]{3,40}) lifecycle hook\(s\) failed\. )?ECS was unable to parse the response from (?<hook>\S+) due to:? (?<reason>[^.]{1,200})/,
    error: hookError,
    why: 'ECS was unable to parse the response from {hook}: {reason}',
    fix: 'Return {"hookStatus": "SUCCEEDED"}, "FAILED" or "IN_PROGRESS". A function that throws or times out fails in the same way: read its log.',
    docs: blueGreen,
  },
  {
    code: 'hook-role',
    pattern:
      /(?:(?<stage>[A-Z_]{3,40}) )?lifecycle hook\(s\) failed\. ECS was unable to assume role (?<role>[^\s,]+[^\s,.])/,
    error: hookError,
    why: 'ECS was unable to assume role {role} of the hook',
    fix: 'Allow ecs.amazonaws.com to assume {role} in its trust policy.',
    docs: blueGreen,
  },
  {
    code: 'pause-over',
    pattern: /(?<stage>\w+) pause hook timed out/,
    error: '{stage} pause hook timed out',
    why: 'the pause was not continued in time',
    fix: 'Deploy again, and continue the pause in time (action continue, or aws ecs continue-service-deployment).',
    docs: blueGreen,
  },
  {
    // `deployment failed: alarm detected.` in the events; which one it was, other members of ECS's answers say.
    code: 'alarm-active',
    pattern: alarmDetected,
    error: 'alarm detected',
    why: 'a CloudWatch alarm of the deployment went into ALARM',
    fix: 'Check the history of the alarms in Amazon CloudWatch.',
    docs: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-alarm-failure.html',
  },
  {
    code: 'circuit-breaker',
    pattern:
      /circuit breaker(?: threshold was exceeded|: tasks failed to start)|deployment failed: tasks failed to start/,
    error: 'ECS deployment circuit breaker: tasks failed to start',
    why: 'the circuit breaker threshold was exceeded, and the stopped tasks are no longer available',
    fix: 'Deploy again and read the stopped tasks within an hour, or read the logs of the containers.',
    docs: breaker,
    weight: 'general',
  },
  {
    code: 'tasks-inconsistent',
    pattern: /is unable to consistently start tasks successfully/,
    error: 'unable to consistently start tasks successfully',
    why: 'the new tasks keep stopping',
    fix: 'Check the stopped tasks and the logs of the containers.',
    docs: breaker,
    weight: 'general',
  },
  {
    code: 'manual-stop',
    pattern: /MANUAL_STOP|was (?:manually )?stopped (?:manually|by (?:a |the )?user)|was manually stopped/i,
    error: '{errorCode|MANUAL_STOP}',
    why: 'stopped manually (console, CLI or API) by a user other than this run',
    fix: 'Redeploy if this was unintended. AWS CloudTrail has the user (StopDeployment).',
    confidence: 'likely',
  },
  {
    code: 'manual-stop',
    pattern: /because a stop was requested/i,
    error: 'a stop was requested',
    why: 'stopped manually (console, CLI or API) by a user other than this run',
    fix: 'Redeploy if this was unintended. AWS CloudTrail has the user (StopServiceDeployment).',
    confidence: 'likely',
  },
]
