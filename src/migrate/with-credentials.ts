import { credentialInputs, notNeeded } from './peer-inputs.ts'
import type { NewInput, NewStep, Rewrite } from './rewrite-step.ts'
import type { JobPlan, Translated } from './translation.ts'
import type { Step } from './workflow.ts'

/** The rewrite of a step, with the inputs of the removed step that gave it its credentials; `role` in place of static keys. */
export function withCredentials({ steps }: JobPlan, step: Step, translation: Translated, role?: string): Rewrite {
  const { rewrite, callsAws } = translation
  const source = steps.findLast(
    (planned) =>
      planned.step.index < step.index && planned.step.action?.toLowerCase() === 'aws-actions/configure-aws-credentials',
  )
  if (source === undefined || !source.isRemoved) return rewrite
  return {
    ...rewrite,
    steps: rewrite.steps.map((made) => (callsAws ? withInputs(made, source.step, role) : onlyFile(made))),
  }
}

/** Without credentials in the environment, a step that renders a file is not to try whether it can register it. */
function onlyFile({ uses, inputs }: NewStep): NewStep {
  const isRender = uses.includes('/actions/register-task-definition@')
  return { uses, inputs: isRender ? [...inputs, { name: 'register', value: 'false' }] : inputs }
}

/** Inputs that the step has already, such as the region of its registry, stay. */
function withInputs({ uses, inputs }: NewStep, credentials: Step, role: string | undefined): NewStep {
  const isReplaced = role !== undefined && !credentials.with.has('role-to-assume')
  const assumed = isReplaced ? [{ name: 'role-to-assume', value: role }] : []
  const given = [...credentials.with].flatMap(([name, value]): readonly NewInput[] => {
    const after = credentialInputs[name]
    const isNew = after !== undefined && after !== notNeeded && !inputs.some((input) => input.name === after)
    return isNew ? [{ name: after, value: value.text }] : []
  })
  return { uses, inputs: [...inputs, ...assumed, ...given] }
}
