import type { Context } from '../../deployment/context.ts'
import type { Events } from '../../deployment/target.ts'
import type { Version } from '../../deployment/version.ts'
import type { Cause } from '../../diagnosis/cause.ts'
import { text, untrusted } from '../../text.ts'
import { taskPhase } from './course.ts'
import type { ReleaseTask, TaskCheck } from './request/release-steps.ts'
import type { Step } from './step.ts'

/** Runs a task in a phase of this name, with a version. Undefined: it ended well. */
export type RunTask = (phase: string, version: Version, context: Context) => Events<Cause | undefined>

/** A check that is a task: its exit code decides. `name`: of its phase. */
export function taskCheckStep(check: TaskCheck, name: string, run: RunTask): Step {
  const by = check.image === undefined ? 'with the new revision' : check.image
  return {
    name,
    when: check.when,
    isTask: false,
    isRequest: false,
    says: text`task ${untrusted(`${[...(check.command ?? [])].join(' ')}`)} (${untrusted(by)})`,
    async *run(version, context) {
      const cause = yield* run(name, version, context)
      return cause && { ...cause, code: 'verify-failed', what: text`verify failed: ${cause.what}` }
    },
  }
}

/** A task of a release at a stage, or after the deployment. */
export function releaseTaskStep(task: ReleaseTask, run: RunTask): Step {
  const name = taskPhase(task.name)
  return {
    name,
    when: task.when === 'before' ? undefined : task.when,
    isTask: true,
    isRequest: false,
    says: text`${untrusted((task.command ?? []).join(' '))}, ${placeWords(task.when)}`,
    run: (version, context) => run(name, version, context),
  }
}

function placeWords(when: ReleaseTask['when']) {
  if (typeof when === 'object') return text`at ${untrusted(when.stage)}`
  return when === 'after' ? text`after the deployment` : text`before the deployment`
}
