import { deadlineIn } from '../../clock.ts'
import type { Context } from '../../deployment/context.ts'
import type { Runner } from '../../runner/action.ts'
import type { KeptTasks, OwnRecord } from '../../targets/ecs/request/ecs-record.ts'
import { text, untrusted } from '../../text.ts'
import { postLimit } from '../shared/post-step.ts'
import { parsed } from '../shared/saved-run.ts'
import { awsInputsAt, type Place } from '../targets/place.ts'
import { openAws } from '../world/open-aws.ts'
import type { World } from '../world/world.ts'
import type { VerifyInputs } from './verify-inputs.ts'

/** Name of the saved state (`GITHUB_STATE`) that holds the tasks of a check that may run, as JSON. */
const savedTasks = 'tasks'

interface Left {
  readonly place: Place
  readonly tasks: KeptTasks
}

/** Saves tasks for the post step while they run: a cancel may come at any moment. */
export function keepTasks(place: Place, runner: Pick<Runner, 'saveState'>): Context['keep'] {
  return ({ own = {} }) => {
    if (!('tasks' in own)) return
    const { tasks } = own as Partial<OwnRecord>
    runner.saveState(savedTasks, JSON.stringify(tasks === undefined ? null : ({ place, tasks } satisfies Left)))
  }
}

/** In the post step: stops the task of a check that a cancel has left running, and logs that. */
export async function stopLeftTasks(inputs: VerifyInputs, runner: Runner, world: World): Promise<void> {
  const left = parsed<Left | null>(runner.state(savedTasks))
  if (!left) return
  const { place, tasks } = left
  const aws = openAws(awsInputsAt(inputs, place), runner, deadlineIn(runner.clock, postLimit), world.requestHandler)
  const { stopTasksBeside } = await import('../../targets/ecs/index.ts')
  const words = await stopTasksBeside(tasks, aws, runner.clock)
  runner.log.warning(text`The step ended before its check did: ${untrusted(words)}.`, 'Verify')
}
