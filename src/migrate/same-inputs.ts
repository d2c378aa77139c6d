import { type Text, text } from '../text.ts'
import { keptInputs, same, unknownInputs } from './ecs-actions.ts'
import { slipwayUses } from './migration.ts'
import { expressInputs, runTaskInputs } from './peer-inputs.ts'
import { left, onlyUses, type Translate } from './translation.ts'

/** aws-actions/amazon-ecs-deploy-express-service: the same inputs and outputs. */
export const translateExpress = sameInputs({
  action: 'deploy-express',
  inputs: expressInputs,
  required: 'service-name',
  outputs: ['service-arn', 'endpoint'],
  why: text`all inputs keep their names; the step watches its own deployment to its end, and a canary that ECS rolls back fails it`,
})

/** geekcell/github-action-aws-ecs-run-task: the same inputs, and the outputs of the task. */
export const translateRunTask = sameInputs({
  action: 'run-task',
  inputs: runTaskInputs,
  required: 'task-definition',
  outputs: ['task-arn', 'task-id'],
  why: text`all inputs keep their names; the exit code of the container that counts decides, and a task whose time is up is stopped`,
})

interface Counterpart {
  readonly action: string
  readonly inputs: Parameters<typeof unknownInputs>[1]
  readonly required: string
  readonly outputs: readonly string[]
  readonly why: Text
}

/** An action whose inputs an action of ours has under the same names: only `uses` changes. */
function sameInputs({ action, inputs, required, outputs, why }: Counterpart): Translate {
  return (step, { options }) => {
    const obstacle = unknownInputs(step, inputs)
    if (obstacle) return obstacle
    if (!step.with.has(required)) return left(text`it has no ${required}`)
    return {
      kind: 'translated',
      rewrite: { ...onlyUses, steps: [{ uses: slipwayUses(options, action), inputs: keptInputs(step) }] },
      why,
      outputs: same(outputs),
      callsAws: true,
    }
  }
}
