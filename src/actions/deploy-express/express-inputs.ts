import type { ExpressSettings, JsonObject } from '../../ports.ts'
import { invalidInputs } from '../../runner/inputs.ts'
import type { ExpressChange } from '../../targets/ecs/request/express-change.ts'
import { setting, type Text, text } from '../../text.ts'
import type { DeployExpressInputs } from '../inputs/deploy-express-inputs.ts'

/** Inputs that a task definition has itself (API UpdateExpressGatewayService: "you cannot also specify"). */
const inDefinition = [
  ['execution-role-arn', 'executionRoleArn'],
  ['task-role-arn', 'taskRoleArn'],
  ['container-port', 'containerPort'],
  ['environment-variables', 'environmentVariables'],
  ['secrets', 'secrets'],
  ['command', 'command'],
  ['log-group', 'logGroup'],
  ['log-stream-prefix', 'logStreamPrefix'],
  ['repository-credentials', 'repositoryCredentials'],
  ['cpu', 'cpu'],
  ['memory', 'memory'],
  ['cpu-architecture', 'cpuArchitecture'],
] as const

/** Refuses inputs that are right one by one and make no sense together. Throws `inputs-invalid` with all that is wrong. */
export function requireExpressInputs(inputs: DeployExpressInputs): void {
  const { taskDefinition, image, minTaskCount, maxTaskCount, tags, mutateTagsOnUpdate } = inputs
  const beside = taskDefinition === undefined ? [] : inDefinition.filter(([, field]) => inputs[field] !== undefined)
  const listed: Text = beside.flatMap(([name], index) => [index === 0 ? '' : ', ', setting(name)])
  const problems = [
    ...(taskDefinition === undefined && image === undefined
      ? [text`${setting('image')} is required, or ${setting('task-definition')}`]
      : []),
    ...(beside.length === 0
      ? []
      : [text`${setting('task-definition')} excludes ${listed}: the task definition has them itself`]),
    ...(minTaskCount !== undefined && maxTaskCount !== undefined && minTaskCount > maxTaskCount
      ? [
          text`${setting('min-task-count')} ${minTaskCount} is greater than ${setting('max-task-count')} ${maxTaskCount}`,
        ]
      : []),
    ...(mutateTagsOnUpdate && tags === undefined
      ? [text`${setting('mutate-tags-on-update')} without ${setting('tags')} would remove all tags of the service`]
      : []),
  ]
  if (problems.length > 0) throw invalidInputs(problems)
}

/** What is requested of the service beside its definition, and what it is created from where it is missing. */
export function expressChange(inputs: DeployExpressInputs): ExpressChange {
  const { infrastructureRoleArn, executionRoleArn, taskDefinition, tags } = inputs
  const isComplete = taskDefinition !== undefined || executionRoleArn !== undefined
  const managed = taskDefinition === undefined ? managedBy(inputs) : undefined
  return {
    settings: settingsOf(inputs),
    creation: infrastructureRoleArn !== undefined && isComplete ? { infrastructureRoleArn, managed, tags } : undefined,
  }
}

function settingsOf(inputs: DeployExpressInputs): ExpressSettings {
  const { subnets, securityGroups, minTaskCount, maxTaskCount } = inputs
  const network = {
    ...(subnets.length > 0 && { subnets }),
    ...(securityGroups.length > 0 && { securityGroups }),
  }
  const scaling = {
    ...(minTaskCount !== undefined && { minTaskCount }),
    ...(maxTaskCount !== undefined && { maxTaskCount }),
    ...(inputs.autoScalingMetric !== undefined && { autoScalingMetric: inputs.autoScalingMetric }),
    ...(inputs.autoScalingTargetValue !== undefined && { autoScalingTargetValue: inputs.autoScalingTargetValue }),
  }
  return {
    ...(inputs.healthCheckPath !== undefined && { healthCheckPath: inputs.healthCheckPath }),
    ...(Object.keys(network).length > 0 && { networkConfiguration: network }),
    ...(Object.keys(scaling).length > 0 && { scalingTarget: scaling }),
  }
}

/** Members of CreateExpressGatewayService by which ECS makes the first task definition and its log group. */
function managedBy(inputs: DeployExpressInputs): JsonObject {
  const { logGroup, logStreamPrefix = 'ecs', repositoryCredentials, image = '' } = inputs
  return {
    primaryContainer: {
      image,
      ...(inputs.containerPort !== undefined && { containerPort: inputs.containerPort }),
      ...(inputs.command !== undefined && { command: inputs.command }),
      ...(inputs.environmentVariables !== undefined && { environment: inputs.environmentVariables }),
      ...(inputs.secrets !== undefined && { secrets: inputs.secrets }),
      ...(logGroup !== undefined && { awsLogsConfiguration: { logGroup, logStreamPrefix } }),
      ...(repositoryCredentials !== undefined && {
        repositoryCredentials: { credentialsParameter: repositoryCredentials },
      }),
    },
    ...(inputs.executionRoleArn !== undefined && { executionRoleArn: inputs.executionRoleArn }),
    ...(inputs.taskRoleArn !== undefined && { taskRoleArn: inputs.taskRoleArn }),
    ...(inputs.cpu !== undefined && { cpu: inputs.cpu }),
    ...(inputs.memory !== undefined && { memory: inputs.memory }),
    ...(inputs.cpuArchitecture !== undefined && { cpuArchitecture: inputs.cpuArchitecture }),
  }
}
