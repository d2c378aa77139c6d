import { alarmDetected } from '../alarm-names.ts'
import type { Entry } from '../entry.ts'
import { codeDeploy } from './codedeploy.ts'

const breaker = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html'
const blueGreen = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshooting-blue-green.html'

/** What CodeDeploy and ECS say about the end of a deployment itself. The weakest evidence: tasks say more. */
export const verdicts: readonly Entry[] = [
  ...codeDeploy,
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
      /(?:(?<stage>[A-Z_]{3,40}) lifecycle hook\(s\) failed\. )?ECS was unable to invoke hook target (?<hook>\S+) due to:? User/,
    why: 'ECS may not invoke the lifecycle hook {hook} of {stage|one of its stages}',
    fix: 'Allow lambda:InvokeFunction on {hook} to the role of the hook.',
    docs: blueGreen,
  },
  {
    code: 'hook-answer',
    pattern:
      /(?:(?<stage>[A-Z_]{3,40}) lifecycle hook\(s\) failed\. )?ECS was unable to parse the response from (?<hook>\S+) due to:? (?<reason>[^.]{1,200})/,
    why: 'the lifecycle hook {hook} gave an answer at {stage|one of its stages} that ECS cannot read: {reason}',
    fix: 'Read the log of the function, as one that throws or runs out of time looks the same; it has to return {"hookStatus": "SUCCEEDED"}, "FAILED" or "IN_PROGRESS".',
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
    code: 'pause-over',
    pattern: /(?<stage>\w+) pause hook timed out/,
    why: 'nobody answered the pause at {stage} in time',
    fix: 'Deploy again and answer the pause in time.',
    docs: blueGreen,
  },
  {
    // `deployment failed: alarm detected.` in the events; which one it was, other members of ECS's answers say.
    code: 'alarm-active',
    pattern: alarmDetected,
    why: 'an alarm of the deployment fired',
    fix: 'Look at the history of the alarms in Amazon CloudWatch.',
    docs: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-alarm-failure.html',
  },
  {
    code: 'circuit-breaker',
    pattern:
      /circuit breaker(?: threshold was exceeded|: tasks failed to start)|deployment failed: tasks failed to start/,
    why: 'too many of its tasks failed, and the circuit breaker of ECS ended it',
    fix: 'The stopped tasks are gone or cannot be read. Deploy again and look at them within an hour, or at the log of the containers.',
    docs: breaker,
    weight: 'general',
  },
  {
    code: 'tasks-inconsistent',
    pattern: /is unable to consistently start tasks successfully/,
    why: 'the new tasks keep stopping',
    fix: 'Look at the stopped tasks and the log of the containers.',
    docs: breaker,
    weight: 'general',
  },
  {
    code: 'manual-stop',
    pattern:
      /MANUAL_STOP|was (?:manually )?stopped (?:manually|by (?:a |the )?user)|was manually stopped|because a stop was requested/i,
    why: 'somebody stopped it, in the console or with another program',
    fix: 'Deploy again if that was not meant.',
    confidence: 'likely',
  },
]
