import { text } from '../text.ts'
import { keptInputs, same, unknownInputs } from './ecs-actions.ts'
import { slipwayUses } from './migration.ts'
import { runTaskInputs } from './peer-inputs.ts'
import { left, onlyUses, type Translate } from './translation.ts'

/** geekcell/github-action-aws-ecs-run-task: the same inputs, and the outputs of the task. */
export const translateRunTask: Translate = (step, { options }) => {
  const obstacle = unknownInputs(step, runTaskInputs)
  if (obstacle) return obstacle
  if (!step.with.has('task-definition')) return left(text`it has no task-definition`)
  return {
    kind: 'translated',
    rewrite: { ...onlyUses, steps: [{ uses: slipwayUses(options, 'run-task'), inputs: keptInputs(step) }] },
    why: text`all inputs keep their names; the exit code of the container that counts decides, and a task whose time is up is stopped`,
    outputs: same(['task-arn', 'task-id']),
    callsAws: true,
  }
}
