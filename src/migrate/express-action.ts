import { text } from '../text.ts'
import { keptInputs, same, unknownInputs } from './ecs-actions.ts'
import { slipwayUses } from './migration.ts'
import { expressInputs } from './peer-inputs.ts'
import { left, onlyUses, type Translate } from './translation.ts'

/** aws-actions/amazon-ecs-deploy-express-service: the same inputs and outputs. */
export const translateExpress: Translate = (step, { options }) => {
  const obstacle = unknownInputs(step, expressInputs)
  if (obstacle) return obstacle
  if (!step.with.has('service-name')) return left(text`it has no service-name`)
  return {
    kind: 'translated',
    rewrite: { ...onlyUses, steps: [{ uses: slipwayUses(options, 'deploy-express'), inputs: keptInputs(step) }] },
    why: text`all inputs keep their names; the step watches its own deployment to its end, and a canary that ECS rolls back fails it`,
    outputs: same(['service-arn', 'endpoint']),
    callsAws: true,
  }
}
