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
  const phases = apart(checks.map(checkPhase))
  const steps = [
    ...later.map((task) => releaseTaskStep(task, access.runTask(task))),
    ...checks.map((check, index) => stepOf(check, phases[index] ?? '', access)),
  ]
  const stepping: Stepping = { steps, before, mayRollBack }
  return steppedTarget(target, stepping)
}

function stepOf(check: Check, phase: string, access: StepsAccess): Step {
  return check.kind === 'http'
    ? httpStep(check, phase, access.probe)
    : taskCheckStep(check, phase, access.runTask(check))
}

/** The phases that checks are reported by, each with a name of its own: `Verify smoke`, `Verify smoke (2)`. */
function checkPhase(check: Check): string {
  const { name } = check
  return `Verify ${check.kind === 'http' ? (name ?? `${check.method} ${new URL(check.url).pathname}`) : name}`
}

function apart(names: readonly string[]): readonly string[] {
  return names.map((name, index) => {
    const before = names.slice(0, index).filter((other) => other === name).length
    return before === 0 ? name : `${name} (${before + 1})`
  })
}
