import { z } from 'zod'
import {
  bounds,
  circuitBreakers,
  type DeploymentSettings,
  notations,
  readEarlySuccess,
  readThreshold,
  strategies,
} from '../targets/ecs/request/requested-settings.ts'
import { hookStages } from '../targets/ecs/strategy/lifecycle-hook-rules.ts'

const share = ([least, most]: readonly [number, number]) =>
  z
    .number()
    .min(least, `must be at least ${least}`)
    .max(most, `must be at most ${most}`)
    .multipleOf(0.1, 'must be a multiple of 0.1')
const whole = ([least, most]: readonly [number, number]) =>
  z.int().min(least, `must be at least ${least}`).max(most, `must be at most ${most}`)
const minutes = whole(bounds.minutes)
/** The notation of an input; a bare number is accepted as text. */
const notation = (read: (given: string) => unknown, allowed: string) =>
  z
    .union([z.string(), z.int()], `must be ${allowed}`)
    .refine((given) => read(String(given)) !== undefined, `must be ${allowed}`)

const hookSchema = z
  .strictObject({
    targetType: z
      .enum(['AWS_LAMBDA', 'PAUSE'])
      .optional()
      .describe('Type of the hook: AWS_LAMBDA (the default) or PAUSE, which waits for continue or rollback.'),
    hookTargetArn: z.string().optional().describe('ARN of the Lambda function; required with AWS_LAMBDA.'),
    roleArn: z
      .string()
      .optional()
      .describe('ARN of the IAM role with which ECS invokes the function; required with AWS_LAMBDA.'),
    lifecycleStages: z
      .array(z.enum(hookStages, `must be one of ${hookStages.join(', ')}`))
      .describe(`Lifecycle stages at which it runs: ${hookStages.join(', ')}.`),
    hookDetails: z.json().optional().describe('JSON input of the function.'),
    timeoutConfiguration: z
      .strictObject({
        timeoutInMinutes: z.int().optional().describe('Timeout of the hook in minutes, 1 to 20160.'),
        action: z
          .enum(['CONTINUE', 'ROLLBACK'])
          .optional()
          .describe('Action on a timeout: CONTINUE or ROLLBACK (the default).'),
      })
      .optional()
      .describe('Timeout of the hook, and the action on it.'),
  })
  .describe('A lifecycle hook in the shape of the ECS API.')

const advancedSchema = z.strictObject({
  alternateTargetGroupArn: z.string().optional().describe('ARN of the second target group.'),
  productionListenerRule: z
    .string()
    .optional()
    .describe(
      'ARN of the rule (Application Load Balancer) or listener (Network Load Balancer) for production traffic.',
    ),
  testListenerRule: z.string().optional().describe('ARN of the rule or listener for test traffic.'),
  roleArn: z.string().optional().describe('ARN of the IAM role with which ECS changes the load balancer.'),
})

/** Schema of the deployment settings of a service or environment in slipway.yml. */
export const deploymentSchema = z
  .strictObject({
    strategy: z
      .enum(strategies, `must be one of ${strategies.join(', ')}`)
      .optional()
      .describe(`Deployment strategy: ${strategies.join(', ')}.`),
    'canary-percent': share(bounds.canaryPercent)
      .optional()
      .describe('Percentage of traffic shifted to the new revision first, 0.1 to 100; CANARY.'),
    'canary-bake-minutes': minutes
      .optional()
      .describe('Minutes before the remaining traffic is shifted, 0 to 1440; CANARY.'),
    'linear-step-percent': share(bounds.linearStepPercent)
      .optional()
      .describe('Percentage of traffic shifted in each step, 3 to 100; LINEAR.'),
    'linear-step-bake-minutes': minutes.optional().describe('Minutes between two steps, 0 to 1440; LINEAR.'),
    'bake-minutes': minutes
      .optional()
      .describe('Minutes that both revisions run after all traffic is shifted, 0 to 1440; required with BLUE_GREEN.'),
    'minimum-healthy-percent': whole(bounds.minimumHealthyPercent)
      .optional()
      .describe('Lower limit of running tasks during a deployment, as a percentage of the desired count, 0 to 100.'),
    'maximum-percent': whole(bounds.maximumPercent)
      .optional()
      .describe(
        'Upper limit of running and pending tasks during a deployment, as a percentage of the desired count, 100 to 200.',
      ),
    'circuit-breaker': z
      .enum(circuitBreakers, `must be one of ${circuitBreakers.join(', ')}`)
      .optional()
      .describe(
        'Deployment circuit breaker: off, on (fails the deployment) or roll-back (fails the deployment and rolls back).',
      ),
    'circuit-breaker-threshold': notation(readThreshold, notations.circuitBreakerThreshold)
      .optional()
      .describe(`Threshold of the circuit breaker: ${notations.circuitBreakerThreshold}.`),
    alarms: z.array(z.string().min(1)).optional().describe('Names of CloudWatch alarms; an empty list for none.'),
    'alarms-roll-back': z.boolean().optional().describe('Rolls back when an alarm is in ALARM.'),
    'lifecycle-hooks': z
      .array(hookSchema)
      .optional()
      .describe('All lifecycle hooks of the service; an empty list for none.'),
    'early-success': notation(readEarlySuccess, notations.earlySuccess)
      .optional()
      .describe(`When a rolling deployment counts as successful: ${notations.earlySuccess}.`),
    'load-balancer-configuration': z
      .union([
        advancedSchema,
        z.array(
          z.strictObject({
            targetGroupArn: z.string().describe('ARN of a target group of the service.'),
            advancedConfiguration: advancedSchema.describe('Settings of this target group.'),
          }),
        ),
      ])
      .optional()
      .describe('For BLUE_GREEN, LINEAR and CANARY; a list where the service has several target groups.'),
  })
  .describe('Deployment configuration of a service with the ECS deployment controller; absent keys are unchanged.')

/** The block `deployment` of a service, under the names of the domain. */
export function settingsIn(block: z.infer<typeof deploymentSchema>): DeploymentSettings {
  const threshold = block['circuit-breaker-threshold']
  const early = block['early-success']
  return {
    strategy: block.strategy,
    canaryPercent: block['canary-percent'],
    canaryBakeMinutes: block['canary-bake-minutes'],
    linearStepPercent: block['linear-step-percent'],
    linearStepBakeMinutes: block['linear-step-bake-minutes'],
    bakeMinutes: block['bake-minutes'],
    minimumHealthyPercent: block['minimum-healthy-percent'],
    maximumPercent: block['maximum-percent'],
    circuitBreaker: block['circuit-breaker'],
    circuitBreakerThreshold: threshold === undefined ? undefined : readThreshold(String(threshold)),
    alarms: block.alarms,
    alarmsRollBack: block['alarms-roll-back'],
    lifecycleHooks: block['lifecycle-hooks'],
    earlySuccess: early === undefined ? undefined : readEarlySuccess(String(early)),
    loadBalancerConfiguration: block['load-balancer-configuration'],
  }
}
