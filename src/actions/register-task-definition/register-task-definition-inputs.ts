import {
  flag,
  type InputReader,
  type Inputs,
  list,
  matching,
  optionalFlag,
  optionalName,
  optionalText,
} from '../../runner/inputs.ts'
import { parseAssignments } from '../../task-definition/assignments.ts'
import { parseCommand } from '../../task-definition/command-words.ts'
import { awsInputs } from '../inputs/aws-inputs.ts'
import { image, images, secretSources } from '../inputs/image-inputs.ts'

const assignments: InputReader<ReadonlyMap<string, string>> = (given) => parseAssignments(given)
const command: InputReader<readonly string[] | undefined> = (given) => parseCommand(given)

/** Inputs of `aws-actions/amazon-ecs-render-task-definition` v1, under their names and with their meaning. */
export const renderInputs = {
  'task-definition': optionalName,
  'task-definition-arn': optionalText,
  'task-definition-family': optionalText,
  'task-definition-revision': matching(/^\d{1,9}$/, 'a number such as 42'),
  'container-name': list,
  image,
  'environment-variables': assignments,
  'log-configuration-log-driver': optionalText,
  'log-configuration-options': assignments,
  'docker-labels': assignments,
  command,
  'task-role-arn': optionalText,
  'execution-role-arn': optionalText,
  'env-files': list,
  secrets: secretSources,
}

/** All inputs of the action `register-task-definition`. */
export const registerTaskDefinitionInputs = {
  ...renderInputs,
  ...awsInputs,
  service: optionalText,
  cluster: optionalText,
  images,
  'keep-image': flag(false),
  'remove-environment-variables': list,
  register: optionalFlag,
  'dry-run': flag(false),
}

/** Typed values of the inputs of `register-task-definition`, in camel case. */
export type RegisterTaskDefinitionInputs = Inputs<typeof registerTaskDefinitionInputs>
