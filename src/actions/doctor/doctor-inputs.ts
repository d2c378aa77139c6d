import { type Inputs, matching, oneOf, optionalText } from '../../runner/inputs.ts'
import { awsInputs } from '../inputs/aws-inputs.ts'
import { deployInputs } from '../inputs/deploy-inputs.ts'

const deploymentId =
  /^(newest|d-[A-Z0-9]+|ecs-svc\/\d+|(arn:aws[\w-]*:ecs:[\w-]+:\d{12}:)?service-deployment\/[^/\s]+\/[^/\s]+\/\S+)$/

/** Inputs of the action `doctor`; those that `deploy` has too mean the same. */
export const doctorInputs = {
  'task-definition': deployInputs['task-definition'],
  'task-definition-arn': deployInputs['task-definition-arn'],
  image: deployInputs.image,
  'keep-image': deployInputs['keep-image'],
  'container-name': deployInputs['container-name'],
  'environment-variables': deployInputs['environment-variables'],
  secrets: deployInputs.secrets,
  service: optionalText,
  cluster: optionalText,
  'codedeploy-application': optionalText,
  'codedeploy-deployment-group': optionalText,
  environment: optionalText,
  config: deployInputs.config,
  ...awsInputs,
  'deployment-id': matching(
    deploymentId,
    'newest, service-deployment/… or its whole ARN, or an id such as d-ABCDE1234',
  ),
  'check-secret-keys': deployInputs['check-secret-keys'],
  'fail-on': oneOf(['blocks', 'warns', 'never'], 'blocks'),
}

/** Typed values of the inputs of `doctor`, in camel case. */
export type DoctorInputs = Inputs<typeof doctorInputs>
