import { z } from 'zod'
import { hookStages } from '../deployment/strategy/lifecycle-hook-rules.ts'
import {
  bounds,
  circuitBreakers,
  type DeploymentSettings,
  notations,
  readEarlySuccess,
  readThreshold,
  strategies,
} from '../deployment/strategy/settings.ts'

const share = ([least, most]: readonly [number, number]) =>
  z
    .number()
    .min(least, `must be at least ${least}`)
    .max(most, `must be at most ${most}`)
    .multipleOf(0.1, 'must be a multiple of 0.1')
const whole = ([least, most]: readonly [number, number]) =>
  z.int('must be a whole number').min(least, `must be at least ${least}`).max(most, `must be at most ${most}`)
const minutes = whole(bounds.minutes)
/** The notation of an input; a bare number is a text, too. */
const notation = (read: (given: string) => unknown, allowed: string) =>
  z
    .union([z.string(), z.int()], `must be ${allowed}`)
    .refine((given) => read(String(given)) !== undefined, `must be ${allowed}`)

const hookSchema = z
  .strictObject({
    targetType: z.enum(['AWS_LAMBDA', 'PAUSE'], 'must be AWS_LAMBDA or PAUSE').optional(),
    hookTargetArn: z.string().optional(),
    roleArn: z.string().optional(),
    lifecycleStages: z.array(z.enum(hookStages, `must be one of ${hookStages.join(', ')}`)),
    hookDetails: z.json().optional(),
    timeoutConfiguration: z
      .strictObject({ timeoutInMinutes: z.int().optional(), action: z.enum(['CONTINUE', 'ROLLBACK']).optional() })
      .optional(),
  })
  .describe('A lifecycle hook in the shape of the ECS API.')

const advancedSchema = z.strictObject({
  alternateTargetGroupArn: z.string().optional(),
  productionListenerRule: z
    .string()
    .optional()
    .describe('ARN of a rule (Application Load Balancer) or listener (Network).'),
  testListenerRule: z.string().optional(),
  roleArn: z.string().optional().describe('Role in which ECS changes the load balancer.'),
})

export const deploymentSchema = z
  .strictObject({
    strategy: z.enum(strategies, `must be one of ${strategies.join(', ')}`).optional(),
    'canary-percent': share(bounds.canaryPercent)
      .optional()
      .describe('Traffic that the new version gets first; CANARY.'),
    'canary-bake-minutes': minutes.optional().describe('How long that lasts; CANARY.'),
    'linear-step-percent': share(bounds.linearStepPercent).optional().describe('Traffic of each step; LINEAR.'),
    'linear-step-bake-minutes': minutes.optional().describe('Time between two steps; LINEAR.'),
    'bake-minutes': minutes.optional().describe('How long the old version stays after the last shift of traffic.'),
    'minimum-healthy-percent': whole(bounds.minimumHealthyPercent).optional(),
    'maximum-percent': whole(bounds.maximumPercent).optional(),
    'circuit-breaker': z.enum(circuitBreakers, `must be one of ${circuitBreakers.join(', ')}`).optional(),
    'circuit-breaker-threshold': notation(readThreshold, notations.circuitBreakerThreshold).optional(),
    alarms: z.array(z.string().min(1)).optional().describe('Names of CloudWatch alarms; an empty list for none.'),
    'alarms-roll-back': z.boolean().optional(),
    'lifecycle-hooks': z.array(hookSchema).optional().describe('All that the service is to have.'),
    'early-success': notation(readEarlySuccess, notations.earlySuccess).optional(),
    'load-balancer-configuration': z
      .union([
        advancedSchema,
        z.array(z.strictObject({ targetGroupArn: z.string(), advancedConfiguration: advancedSchema })),
      ])
      .optional()
      .describe('For BLUE_GREEN, LINEAR and CANARY; a list where the service has several target groups.'),
  })
  .describe('Deployment configuration of the service, for ECS itself; what is absent stays as it is.')

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
