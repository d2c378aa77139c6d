import { Failure } from '../failure.ts'
import { setting, type Text, text } from '../text.ts'
import type { AwsError } from './error-class.ts'
import { answerOf } from './error-words.ts'

const docs = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshooting-blue-green.html'

interface Refusal {
  readonly pattern: RegExp
  readonly fix: Text
}

/**
 * Sentences in which UpdateService refuses a deployment configuration or load balancers (developer guide, "Troubleshooting
 * Amazon ECS blue/green deployments"), and what to do. Most are found before the call; AWS alone knows rules and groups.
 */
const refusals: readonly Refusal[] = [
  {
    pattern: /testListenerRule is required when productionListenerRule is not associated with both/,
    fix: text`Make the production listener rule forward to both target groups, with weights 100 and 0, or add to ${setting('load-balancer-configuration')} a testListenerRule that forwards to the other one.`,
  },
  {
    pattern:
      /advancedConfiguration field is required for all loadBalancers|Either all or none of the provided loadBalancers/,
    fix: text`Set ${setting('load-balancer-configuration')} for every target group of the service: alternateTargetGroupArn, productionListenerRule and roleArn.`,
  },
  {
    pattern: /invalid ARN format|cannot be used as both production and test listener rules/,
    fix: text`In ${setting('load-balancer-configuration')}, set productionListenerRule and testListenerRule to two different ARNs: of Application Load Balancer rules, or of Network Load Balancer listeners.`,
  },
  {
    pattern:
      /target ?group.{0,300}(does not exist|does not have an associated load balancer)|Duplicate targetGroupArn found/i,
    fix: text`Check the target groups of ${setting('load-balancer-configuration')}: two different ones, in this region and account, both behind a listener of the load balancer.`,
  },
  {
    pattern: /not allowed with ELBv1|strictly either ELBv1/,
    fix: text`Classic Load Balancers support the strategy ROLLING only. Move the service behind an Application or Network Load Balancer first.`,
  },
  {
    pattern: /targetType|lifecycle stage|lifecycle hooks?\b/i,
    fix: text`Correct ${setting('lifecycle-hooks')}: each has lifecycleStages, and either the targetType PAUSE or a hookTargetArn with a roleArn.`,
  },
  {
    pattern: /maximumPercent and minimumHealthyPercent|minimumHealthyPercent/,
    fix: text`Set ${setting('minimum-healthy-percent')} below 100 or ${setting('maximum-percent')} above 100, so that ECS can replace a task.`,
  },
  {
    pattern:
      /deployment (strategy|circuit breaker|alarms?)|bakeTimeInMinutes|canaryConfiguration|linearConfiguration|earlySuccessCriteria/i,
    fix: text`Correct ${setting('strategy')} or the deployment setting that AWS's message names.`,
  },
]

/** The failure for a refusal of the settings of a service, with what to do; undefined for any other. */
export function explainSettingsRefusal(refusal: AwsError): Failure | undefined {
  if (refusal.name !== 'InvalidParameterException') return undefined
  const known = refusals.find(({ pattern }) => pattern.test(refusal.message))
  return (
    known &&
    new Failure({
      code: 'aws-rejected',
      what: text`AWS refused ecs:UpdateService with these deployment settings, so nothing was deployed`,
      why: answerOf(refusal),
      fix: known.fix,
      docs,
      cause: refusal,
    })
  )
}
