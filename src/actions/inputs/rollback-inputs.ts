import { flag, type Inputs, integer, matching, oneOf, optionalText, readInputs } from '../../runner/inputs.ts'
import { awsInputs } from './aws-inputs.ts'
import { channelInputs } from './channel-inputs.ts'
import { type DeployInputs, deployInputs } from './deploy-inputs.ts'
import { image } from './image-inputs.ts'

/** Inputs of the action `rollback`; those that `deploy` has too mean the same. */
export const rollbackInputs = {
  to: matching(
    /^([\w-]{1,255}:\d+|arn:aws[\w-]*:ecs:\S+:task-definition\/\S+:\d+)$/,
    'a revision such as api:7, or its ARN',
  ),
  image,
  'container-name': optionalText,
  service: optionalText,
  cluster: optionalText,
  'codedeploy-application': optionalText,
  'codedeploy-deployment-group': optionalText,
  'codedeploy-deployment-config': optionalText,
  'wait-for-service-stability': flag(true),
  'wait-for-minutes': deployInputs['wait-for-minutes'],
  'wait-max-delay-seconds': integer(1, 600, undefined),
  'dry-run': flag(false),
  'on-pause': oneOf(['continue', 'wait'], 'continue'),
  'on-cancel': oneOf(['leave', 'stop-and-roll-back'], 'leave'),
  ...awsInputs,
  ...channelInputs,
}

/** Typed values of the inputs of `rollback`, in camel case. */
export type RollbackInputs = Inputs<typeof rollbackInputs>

/** The inputs of a deployment of which only some are given; the others are as if they were empty. */
export function asDeployInputs(given: Partial<DeployInputs>): DeployInputs {
  return { ...readInputs(deployInputs, () => '', []), ...given }
}
