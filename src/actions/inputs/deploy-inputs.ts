import { longestWatchMinutes } from '../../deployment/watch-deadline.ts'
import type { JsonObject } from '../../ports.ts'
import {
  flag,
  type InputReader,
  type Inputs,
  integer,
  integerUpTo,
  list,
  matching,
  oneOf,
  optionalFlag,
  optionalName,
  optionalOneOf,
  optionalText,
} from '../../runner/inputs.ts'
import { parseAssignments } from '../../task-definition/assignments.ts'
import { awsInputs } from './aws-inputs.ts'
import { channelInputs } from './channel-inputs.ts'
import { codeDeployOverrides } from './codedeploy-inputs.ts'
import { digestsInput } from './digests-input.ts'
import { image, secretSources } from './image-inputs.ts'
import { tagList } from './resource-tags.ts'
import { revisionInput } from './revision-input.ts'
import { severalInputs } from './several-inputs.ts'
import { strategyInputs } from './strategy-inputs.ts'
import { structuredOrNothing } from './structured-inputs.ts'

const object = structuredOrNothing<JsonObject>
const objects = structuredOrNothing<readonly JsonObject[]>

const assignments: InputReader<ReadonlyMap<string, string>> = (given) => parseAssignments(given)

const deploymentId =
  /^(d-[A-Z0-9]+|ecs-svc\/\d+|(arn:[\w-]+:ecs:[\w-]+:\d{12}:)?service-deployment\/[\w-]+\/[\w-]+\/[\w-]+)$/

/** Inputs of `aws-actions/amazon-ecs-deploy-task-definition` v2, under their names and with their meaning. */
const peerInputs = {
  'task-definition': optionalName,
  'task-definition-arn': optionalText,
  'desired-count': integer(0, 100_000, undefined),
  service: optionalText,
  cluster: optionalText,
  'wait-for-service-stability': flag(true),
  'wait-for-minutes': integerUpTo(0, longestWatchMinutes, 30, 'GitHub ends a job after six hours'),
  'wait-max-delay-seconds': integer(1, 600, undefined),
  'codedeploy-appspec': optionalText,
  'codedeploy-application': optionalText,
  'codedeploy-deployment-group': optionalText,
  'codedeploy-deployment-description': optionalText,
  'codedeploy-deployment-config': optionalText,
  'force-new-deployment': flag(false),
  'service-managed-ebs-volume-name': optionalText,
  'service-managed-ebs-volume': object({ object: 'ServiceManagedEBSVolumeConfiguration' }),
  'run-task': flag(false),
  'run-task-container-overrides': objects({ list: 'ContainerOverride' }),
  'run-task-security-groups': list,
  'run-task-subnets': list,
  'run-task-assign-public-IP': matching(/^(ENABLED|DISABLED)$/, 'ENABLED or DISABLED'),
  'run-task-capacity-provider-strategy': objects({ list: 'CapacityProviderStrategyItem' }),
  'run-task-launch-type': matching(/^(EC2|FARGATE|EXTERNAL|MANAGED_INSTANCES)$/, 'EC2, FARGATE or EXTERNAL'),
  'run-task-started-by': optionalText,
  'run-task-tags': tagList,
  'run-task-managed-ebs-volume-name': optionalText,
  'run-task-managed-ebs-volume': object({ object: 'TaskManagedEBSVolumeConfiguration' }),
  'wait-for-task-stopped': flag(false),
  'enable-ecs-managed-tags': optionalFlag,
  'propagate-tags': matching(/^(SERVICE|TASK_DEFINITION|NONE)$/, 'SERVICE, TASK_DEFINITION or NONE'),
  'keep-null-value-keys': list,
  'max-retries': integer(0, 100, undefined),
}

/** All inputs of the action `deploy`. */
export const deployInputs = {
  ...peerInputs,
  ...codeDeployOverrides,
  ...awsInputs,
  ...strategyInputs,
  image,
  digests: digestsInput,
  'keep-image': flag(false),
  'container-name': optionalText,
  'service-definition': optionalName,
  'force-desired-count': flag(false),
  'suspend-auto-scaling': optionalFlag,
  'environment-variables': assignments,
  secrets: secretSources,
  'dry-run': flag(false),
  preflight: oneOf(['on', 'off', 'only'], 'on'),
  'check-secret-keys': flag(true),
  'deployment-id': matching(deploymentId, 'd-…, ecs-svc/…, service-deployment/… or its whole ARN'),
  'wait-for': oneOf(['traffic-shifted', 'baked', 'terminated'], 'terminated'),
  'fail-fast-after': integer(0, 1000, 3),
  guard: oneOf(['on', 'off', 'strict'], 'on'),
  'on-diverged': oneOf(['other-branch', 'refuse', 'deploy'], 'other-branch'),
  revision: revisionInput,
  'allow-older': flag(false),
  'after-environment': optionalText,
  'on-conflict': optionalOneOf(['wait', 'stop', 'fail']),
  verify: optionalText,
  'on-pause': oneOf(['wait', 'leave'], 'wait'),
  'on-cancel': oneOf(['stop-and-roll-back', 'leave'], 'stop-and-roll-back'),
  ...severalInputs,
  ...channelInputs,
}

/** Typed values of the inputs of `deploy`, in camel case. */
export type DeployInputs = Inputs<typeof deployInputs>
