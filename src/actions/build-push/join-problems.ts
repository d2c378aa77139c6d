import { type Text, text } from '../../text.ts'
import { givenInputs } from '../inputs/lost-inputs.ts'
import { type BuildPushInputs, buildPushInputs } from './build-push-inputs.ts'
import { inputsOfBuild, inputWithValue } from './inputs-of-build.ts'

/** What cannot be set together with the inputs of `joinInputs`. */
export function joinProblems(inputs: BuildPushInputs): readonly Text[] {
  if (inputs.digests.length === 0) return []
  const others = ['push-by-digest', 'oci-layout', ...inputsOfBuild].filter((name) => name !== 'platforms')
  const alone = givenInputs(buildPushInputs, inputs)
    .filter((name) => others.includes(name))
    .map(
      (name) =>
        text`${inputWithValue(name)} is set together with digests, which joins images that are built already: remove one of them`,
    )
  const missing = text`platforms is required with digests: a digest that GitHub dropped between jobs would not be missed`
  return inputs.platforms.length === 0 ? [missing, ...alone] : alone
}
