import { certain } from '../../deployment/outcomes.ts'
import type { Events } from '../../deployment/target.ts'
import type { Cause } from '../../diagnosis/cause.ts'
import type { HttpProbe } from '../../ports.ts'
import { renderText, text, untrusted } from '../../text.ts'
import type { HttpCheck } from './request/release-steps.ts'
import { checkName, runHttpCheck } from './run-http-check.ts'
import type { Step } from './step.ts'

/** A check by HTTP as a step of a deployment. `name`: of its phase. */
export function httpStep(check: HttpCheck, name: string, probe: HttpProbe): Step {
  const says = checkName(check)
  return {
    name,
    when: check.when,
    isTask: false,
    isRequest: true,
    says,
    async *run(_, { clock, signal }): Events<Cause | undefined> {
      const plain = untrusted(renderText(says, (theirs) => theirs))
      yield { kind: 'phase', at: clock.now(), name, status: 'running', detail: plain }
      const result = await runHttpCheck(check, probe, { clock, signal })
      yield { kind: 'phase', at: clock.now(), name, status: result.passed ? 'succeeded' : 'failed', detail: plain }
      if (!result.passed) return certain('verify-failed', text`verify failed`, result.why, result.advice)
      const good = text`${says} answered ${result.status ?? ''} in ${result.milliseconds} ms`
      yield { kind: 'note', at: clock.now(), message: untrusted(renderText(good, (theirs) => theirs)) }
      return undefined
    },
  }
}
