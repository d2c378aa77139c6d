import type { JsonObject } from '../../ports.ts'
import {
  flag,
  type InputReader,
  type Inputs,
  integer,
  integerUpTo,
  list,
  matching,
  optionalName,
  optionalText,
  requiredText,
} from '../../runner/inputs.ts'
import { awsInputs } from './aws-inputs.ts'
import { channelInputs } from './channel-inputs.ts'
import { deployInputs } from './deploy-inputs.ts'
import { image } from './image-inputs.ts'
import { tagList, validTags } from './resource-tags.ts'
import { structuredOrNothing } from './structured-inputs.ts'

/** A list of texts in JSON, as `["node", "server.js"]`; undefined when it is not given. */
const words: InputReader<readonly string[] | undefined> = (given) => {
  if (given === '') return undefined
  const value = parsed(given)
  if (Array.isArray(value) && value.every((word) => typeof word === 'string')) return value
  throw new Error('must be a list of texts in JSON, such as ["node","server.js"]')
}

function parsed(given: string): unknown {
  try {
    return JSON.parse(given)
  } catch {
    return undefined
  }
}

/** A list in JSON with `key` and `value`, or lines `key=value`, as the action that defined the input takes both. */
const tags: InputReader<readonly JsonObject[] | undefined> = (given) => {
  if (given.startsWith('[')) return tagList(given)
  const found = tagLines(given)
  return found && validTags(found)
}

function tagLines(given: string): readonly JsonObject[] | undefined {
  const lines = given.split('\n').map((line) => line.trim())
  const pairs = lines.filter((line) => line !== '').map((line) => /^([^=]+)=(.*)$/.exec(line))
  if (pairs.some((pair) => pair === null))
    throw new Error('must be lines key=value, or a list in JSON with key and value')
  const found = pairs.map((pair) => ({ key: pair?.[1]?.trim() ?? '', value: pair?.[2]?.trim() ?? '' }))
  return found.length === 0 ? undefined : found
}

/** ECS user guide, "Creating an Amazon ECS Express Mode service": names of services in general. */
const serviceName: InputReader<string> = (given) => {
  requiredText(given)
  if (/^[\w-]{1,255}$/.test(given)) return given
  throw new Error(`must be a name of up to 255 letters, digits, hyphens and underscores, not "${given}"`)
}

const role = matching(/^arn:aws[\w-]*:iam::\d{12}:role\/\S+$/, 'the ARN of an IAM role')

/** Inputs of `aws-actions/amazon-ecs-deploy-express-service` v1, under their names and with their meaning. */
const peerInputs = {
  'service-name': serviceName,
  image,
  'execution-role-arn': role,
  'infrastructure-role-arn': role,
  cluster: (given: string) => given || 'default',
  'container-port': integer(1, 65_535, undefined),
  'environment-variables': structuredOrNothing<readonly JsonObject[]>({ list: 'KeyValuePair' }),
  secrets: structuredOrNothing<readonly JsonObject[]>({ list: 'Secret' }),
  command: words,
  'log-group': optionalText,
  'log-stream-prefix': optionalText,
  'repository-credentials': optionalText,
  tags,
  'mutate-tags-on-update': flag(false),
  cpu: matching(/^\d{2,6}$/, 'CPU units such as 256'),
  memory: matching(/^\d{3,7}$/, 'MiB such as 512'),
  'task-role-arn': role,
  subnets: list,
  'security-groups': list,
  'health-check-path': matching(/^\/\S*$/, 'a path that begins with a slash'),
  'min-task-count': integer(0, 100_000, undefined),
  'max-task-count': integer(1, 100_000, undefined),
  'auto-scaling-metric': matching(
    /^(AVERAGE_CPU|AVERAGE_MEMORY|REQUEST_COUNT_PER_TARGET)$/,
    'AVERAGE_CPU, AVERAGE_MEMORY or REQUEST_COUNT_PER_TARGET',
  ),
  'auto-scaling-target-value': integer(1, 1_000_000, undefined),
}

const { config: _, ...channels } = channelInputs

/** All inputs of the action `deploy-express`; those that `deploy` has too mean the same. */
export const deployExpressInputs = {
  ...peerInputs,
  'cpu-architecture': matching(/^(X86_64|ARM64)$/, 'X86_64 or ARM64'),
  'task-definition': optionalName,
  'force-new-deployment': deployInputs['force-new-deployment'],
  'wait-for-service-stability': deployInputs['wait-for-service-stability'],
  'wait-for-minutes': integerUpTo(0, 360, 30, 'GitHub ends a job after six hours'),
  'wait-max-delay-seconds': deployInputs['wait-max-delay-seconds'],
  'wait-for': deployInputs['wait-for'],
  'fail-fast-after': deployInputs['fail-fast-after'],
  'dry-run': deployInputs['dry-run'],
  preflight: deployInputs.preflight,
  'check-secret-keys': deployInputs['check-secret-keys'],
  guard: deployInputs.guard,
  'on-diverged': deployInputs['on-diverged'],
  revision: deployInputs.revision,
  'allow-older': deployInputs['allow-older'],
  'on-conflict': deployInputs['on-conflict'],
  verify: deployInputs.verify,
  'on-cancel': deployInputs['on-cancel'],
  ...awsInputs,
  ...channels,
}

/** Typed values of the inputs of `deploy-express`, in camel case. */
export type DeployExpressInputs = Inputs<typeof deployExpressInputs>
