import type { JsonObject } from '../../ports.ts'
import { containersOf, isObject, objectsIn, textIn } from '../../task-definition/members.ts'
import type { DeployExpressInputs } from '../inputs/deploy-express-inputs.ts'

type Inputs = Pick<
  DeployExpressInputs,
  | 'image'
  | 'containerPort'
  | 'environmentVariables'
  | 'secrets'
  | 'command'
  | 'logGroup'
  | 'logStreamPrefix'
  | 'repositoryCredentials'
  | 'cpu'
  | 'memory'
  | 'cpuArchitecture'
  | 'taskRoleArn'
  | 'executionRoleArn'
>

/** API CreateExpressGatewayService: defaults of a service that is created without them. */
const defaults = { containerPort: 80, cpu: '256', memory: '512' }

/**
 * The live definition with what the inputs name in its container `Main`. Other containers and members stay, so that a definition
 * with sidecars keeps them.
 */
export function updatedDefinition(live: JsonObject, inputs: Inputs): JsonObject {
  const containers = containersOf(live).map((container) =>
    textIn(container, 'name') === 'Main' ? updatedMain(container, inputs) : container,
  )
  return { ...live, containerDefinitions: containers, ...sizeAndRoles(inputs, live) }
}

/** What Amazon ECS is going to make of the inputs for a service that does not exist yet: for the plan and the checks. */
export function expectedDefinition(family: string, inputs: Inputs): JsonObject {
  const { containerPort = defaults.containerPort, cpu = defaults.cpu, memory = defaults.memory } = inputs
  const portMappings = [{ containerPort, name: `main-${containerPort}`, protocol: 'tcp' }]
  return {
    family,
    networkMode: 'awsvpc',
    requiresCompatibilities: ['FARGATE'],
    containerDefinitions: [updatedMain({ name: 'Main', essential: true, portMappings }, withoutLogs(inputs))],
    ...sizeAndRoles({ ...inputs, cpu, memory }, {}),
  }
}

/** Amazon ECS makes the log group of a definition that it manages. */
function withoutLogs(inputs: Inputs): Inputs {
  return { ...inputs, logGroup: undefined, logStreamPrefix: undefined }
}

function updatedMain(main: JsonObject, inputs: Inputs): JsonObject {
  const { image, containerPort, environmentVariables, secrets, command, repositoryCredentials } = inputs
  return {
    ...main,
    ...(image !== undefined && { image }),
    ...(containerPort !== undefined && { portMappings: portMappings(main, containerPort) }),
    ...(environmentVariables !== undefined && { environment: environmentVariables }),
    ...(secrets !== undefined && { secrets }),
    ...(command !== undefined && { command }),
    ...(repositoryCredentials !== undefined && {
      repositoryCredentials: { credentialsParameter: repositoryCredentials },
    }),
    ...logConfiguration(main, inputs),
  }
}

/** The port with its name; with `awsvpc`, hostPort is the same port, and AWS writes it itself. */
function portMappings(main: JsonObject, containerPort: number): readonly JsonObject[] {
  const [port = { name: `main-${containerPort}`, protocol: 'tcp' }] = objectsIn(main, 'portMappings')
  const { hostPort: _, ...rest } = port
  return port.containerPort === containerPort ? [port] : [{ ...rest, containerPort }]
}

function logConfiguration(main: JsonObject, { logGroup, logStreamPrefix }: Inputs): JsonObject {
  if (logGroup === undefined && logStreamPrefix === undefined) return {}
  const before = isObject(main.logConfiguration) ? main.logConfiguration : { logDriver: 'awslogs' }
  const options = {
    ...(isObject(before.options) ? before.options : {}),
    ...(logGroup !== undefined && { 'awslogs-group': logGroup }),
    ...(logStreamPrefix !== undefined && { 'awslogs-stream-prefix': logStreamPrefix }),
  }
  return { logConfiguration: { ...before, options } }
}

function sizeAndRoles(inputs: Inputs, { runtimePlatform }: JsonObject): JsonObject {
  const { cpu, memory, cpuArchitecture, taskRoleArn, executionRoleArn } = inputs
  const platform = isObject(runtimePlatform) ? runtimePlatform : { operatingSystemFamily: 'LINUX' }
  return {
    ...(cpu !== undefined && { cpu }),
    ...(memory !== undefined && { memory }),
    ...(cpuArchitecture !== undefined && { runtimePlatform: { ...platform, cpuArchitecture } }),
    ...(taskRoleArn !== undefined && { taskRoleArn }),
    ...(executionRoleArn !== undefined && { executionRoleArn }),
  }
}
