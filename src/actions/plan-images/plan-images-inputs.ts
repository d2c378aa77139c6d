import { flag, type InputReader, type Inputs, lines, optionalText } from '../../runner/inputs.ts'
import type { BuildRows } from './build-rows.ts'
import type { JobOutputs } from './collected-digests.ts'

/** A JSON object that an expression of a workflow made. */
const jsonObject: InputReader<Readonly<Record<string, unknown>> | undefined> = (given) => {
  if (given === '') return undefined
  const value = parsed(given)
  // A job that was skipped has no outputs.
  if (value === null) return {}
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new Error('must be a JSON object, such as that of toJSON(needs.build.outputs)')
}

function parsed(given: string): unknown {
  try {
    return JSON.parse(given)
  } catch {
    return undefined
  }
}

const rows: InputReader<BuildRows | undefined> = (given) => {
  const value = jsonObject(given)
  if (value === undefined) return undefined
  const isPlan = ['build', 'join', 'unchanged'].every((name) => Array.isArray(value[name]))
  if (isPlan) return value as unknown as BuildRows
  throw new Error('must be the output plan of this action')
}

const outputs: InputReader<JobOutputs | undefined> = jsonObject

/** Inputs of `plan-images`. */
export const planImagesInputs = {
  config: (given: string) => given || 'slipway.yml',
  runner: (given: string) => given || 'ubuntu-24.04',
  'oci-layout': optionalText,
  'build-all': flag(false),
  'allow-none': flag(false),
  tag: optionalText,
  'cache-from': lines,
  'cache-to': lines,
  'build-args': lines,
  image: (given: string) => given,
  platform: (given: string) => given,
  plan: rows,
  'build-outputs': outputs,
  'join-outputs': outputs,
}

/** Typed values of the inputs of `plan-images`, in camel case. */
export type PlanImagesInputs = Inputs<typeof planImagesInputs>
