import { type Inputs, integer, matching, neverEmpty, oneOf, optionalText } from '../../runner/inputs.ts'
import { awsInputs } from '../inputs/aws-inputs.ts'
import { channelInputs } from '../inputs/channel-inputs.ts'
import { deployInputs } from '../inputs/deploy-inputs.ts'

/** Inputs of the action `continue`; those that `deploy` has too mean the same. */
export const continueInputs = {
  'deployment-id': deployInputs['deployment-id'],
  answer: neverEmpty(['continue', 'roll-back']),
  stage: matching(/^[A-Za-z_]{1,64}$/, 'a lifecycle stage such as POST_TEST_TRAFFIC_SHIFT, or READY_WAIT'),
  service: optionalText,
  cluster: optionalText,
  'codedeploy-application': optionalText,
  'codedeploy-deployment-group': optionalText,
  'wait-for': deployInputs['wait-for'],
  'wait-for-minutes': deployInputs['wait-for-minutes'],
  'wait-max-delay-seconds': integer(1, 600, undefined),
  'on-pause': deployInputs['on-pause'],
  'on-cancel': oneOf(['stop-and-roll-back', 'leave'], 'stop-and-roll-back'),
  ...awsInputs,
  ...channelInputs,
}

/** Typed values of the inputs of `continue`, in camel case. */
export type ContinueInputs = Inputs<typeof continueInputs>
