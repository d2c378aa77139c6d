import type { Target } from '../../deployment/target.ts'
import type { HttpProbe } from '../../ports.ts'
import { httpStep } from './http-step.ts'
import type { Check, ReleaseTask, TaskCheck } from './request/release-steps.ts'
import type { Step } from './step.ts'
import { type Stepping, steppedTarget } from './stepped-target.ts'
import { type RunTask, releaseTaskStep, taskCheckStep } from './task-step.ts'

export { type CheckResult, checkName, runHttpCheck } from './run-http-check.ts'
export type { RunTask } from './task-step.ts'

/** What is done beside the deployments of a target. */
export interface StepsRequest {
  readonly checks: readonly Check[]
  readonly tasks: readonly ReleaseTask[]
  readonly mayRollBack: boolean
}

/** What the steps use: requests from here, and tasks beside the target. */
export interface StepsAccess {
  readonly probe: HttpProbe
  runTask(task: ReleaseTask | TaskCheck): RunTask
}

/** The target with its checks and tasks. Tasks before the deployment are run by the target itself, and only named here. */
export function targetWithSteps(target: Target, request: StepsRequest, access: StepsAccess): Target {
  const { checks, tasks, mayRollBack } = request
  const later = tasks.filter(({ when }) => when !== 'before')
  const before = tasks.filter(({ when }) => when === 'before').map(({ name }) => name)
  const steps = [
    ...later.map((task) => releaseTaskStep(task, access.runTask(task))),
    ...named(checks.map((check) => stepOf(check, access))),
  ]
  const stepping: Stepping = { steps, before, mayRollBack }
  return steppedTarget(target, stepping)
}

function stepOf(check: Check, access: StepsAccess): Step {
  return check.kind === 'http' ? httpStep(check, access.probe) : taskCheckStep(check, access.runTask(check))
}

/** Phases are told apart by their names. */
function named(steps: readonly Step[]): readonly Step[] {
  return steps.map((step, index) => {
    const same = steps.slice(0, index).filter(({ name }) => name === step.name).length
    return same === 0 ? step : { ...step, name: `${step.name} (${same + 1})` }
  })
}
