import { inputNames } from './action-words.ts'
import type { CommandOptions, Given } from './command.ts'
import type { InputTexts } from './local-runner.ts'

/** Options that name the service and its account; but for `profile` and `verbose`, each is the input of its name. */
export const placeOptions: CommandOptions = {
  environment: { type: 'string', value: 'NAME', description: 'Environment of slipway.yml.' },
  config: { type: 'string', value: 'FILE', description: 'Path of slipway.yml; slipway.yml by default.' },
  cluster: { type: 'string', value: 'NAME', description: 'ECS cluster, name or ARN; that of slipway.yml by default.' },
  region: {
    type: 'string',
    value: 'REGION',
    description: 'AWS region; that of slipway.yml, of AWS_REGION or of the profile by default.',
  },
  profile: {
    type: 'string',
    value: 'NAME',
    description: 'Profile of ~/.aws/config; the default credential provider chain, with AWS_PROFILE, by default.',
  },
  verbose: { type: 'boolean', description: 'Prints the log of the action on stderr.' },
  'allowed-account-ids': {
    type: 'string',
    value: 'IDS',
    description: 'AWS account IDs, separated by commas; that of slipway.yml by default.',
  },
}

/** Options that describe what is deployed; each is the input of its name. */
export const definitionOptions: CommandOptions = {
  image: { type: 'string', value: 'IMAGE', description: 'Image of the container, such as api:v2 or api@sha256:….' },
  'task-definition': {
    type: 'string',
    value: 'FILE',
    description: 'Task definition: file, family, family:revision or ARN; that of slipway.yml by default.',
  },
  'task-definition-arn': { type: 'string', value: 'ARN', description: 'An existing revision.' },
  'container-name': { type: 'string', value: 'NAME', description: 'Container that the image is for.' },
  'keep-image': { type: 'boolean', description: 'Keeps the image of the live revision.' },
  'environment-variables': {
    type: 'string',
    multiple: true,
    value: 'NAME=VALUE',
    description: 'Environment variable to add or replace.',
  },
  secrets: { type: 'string', multiple: true, value: 'NAME=ARN', description: 'Secret to add or replace.' },
  'codedeploy-application': { type: 'string', value: 'NAME', description: 'CodeDeploy application.' },
  'codedeploy-deployment-group': { type: 'string', value: 'NAME', description: 'CodeDeploy deployment group.' },
}

/** Options that are no inputs. */
const ownOptions = ['profile', 'verbose']

/** The inputs that were given as options; several values of one are lines. */
export function inputTexts({ values }: Given, options: CommandOptions): InputTexts {
  const texts = Object.keys(options).flatMap((name) => {
    const value = values[name]
    if (value === undefined || ownOptions.includes(name)) return []
    return [[inputNames[name] ?? name, Array.isArray(value) ? value.join('\n') : String(value)]]
  })
  return Object.fromEntries(texts)
}
