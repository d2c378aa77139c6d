import { oneOf } from '../../runner/inputs.ts'

/** Which images take the place of a build. */
export const reuseInputs = {
  reuse: oneOf(['commit', 'off'], 'commit'),
}
