import { type Inputs, oneOf, optionalText } from '../../runner/inputs.ts'
import { awsInputs } from '../inputs/aws-inputs.ts'
import { deployInputs } from '../inputs/deploy-inputs.ts'

/** Inputs of the action `verify`; those that `deploy` has too mean the same. */
export const verifyInputs = {
  checks: optionalText,
  service: optionalText,
  cluster: optionalText,
  environment: optionalText,
  config: deployInputs.config,
  'on-failure': oneOf(['fail', 'continue'], 'fail'),
  ...awsInputs,
}

/** Typed values of the inputs of `verify`, in camel case. */
export type VerifyInputs = Inputs<typeof verifyInputs>
