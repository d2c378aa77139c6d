import { isSecretName } from '../../diagnosis/secret-name.ts'
import type { Json, JsonObject } from '../../ports.ts'
import { containersOf, objectsIn, textIn } from '../../task-definition/members.ts'
import { registrable } from '../../task-definition/registrable.ts'
import type { ContainerFacts } from './container-facts.ts'

/** What every deployment replaces; the preflight refuses it where it is left. */
const imageMark = 'set-by-slipway'

/** What a new task definition is made of. */
export interface NewDefinition {
  /** Of the family and of the log group. */
  readonly name: string
  /** Name of its container. */
  readonly container: string
  readonly region: string
  readonly executionRole: string
  readonly platform: string | undefined
  readonly facts: ContainerFacts
}

/** A task definition for Fargate with one container. */
export function newDefinition(asked: NewDefinition): JsonObject {
  const { name, container, region, executionRole, platform, facts } = asked
  const isArm = platform?.startsWith('linux/arm64') ?? false
  return {
    family: name,
    requiresCompatibilities: ['FARGATE'],
    networkMode: 'awsvpc',
    cpu: '256',
    memory: '512',
    runtimePlatform: { cpuArchitecture: isArm ? 'ARM64' : 'X86_64', operatingSystemFamily: 'LINUX' },
    executionRoleArn: executionRole,
    containerDefinitions: [
      {
        name: container,
        image: imageMark,
        essential: true,
        ...containerMembers(facts),
        logConfiguration: {
          logDriver: 'awslogs',
          options: {
            'awslogs-group': `/ecs/${name}`,
            'awslogs-region': region,
            'awslogs-stream-prefix': name,
          },
        },
      },
    ],
  }
}

/** Members that are not given are left out. */
function containerMembers(facts: ContainerFacts): JsonObject {
  const { ports, environment, secrets, healthCheck, command, entryPoint, user, workingDirectory } = facts
  const members: Readonly<Record<string, Json | undefined>> = {
    entryPoint,
    command,
    user,
    workingDirectory,
    portMappings: nonEmpty(ports.map((port) => ({ containerPort: port, protocol: 'tcp' }))),
    environment: nonEmpty(environment.map(({ name, value }) => ({ name, value }))),
    secrets: nonEmpty(secrets.map((name) => ({ name, valueFrom: `<ARN of the secret ${name}>` }))),
    healthCheck: healthCheck && { ...healthCheck },
  }
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  )
}

function nonEmpty(list: readonly JsonObject[]): readonly JsonObject[] | undefined {
  return list.length === 0 ? undefined : list
}

/** A live definition for a file: registrable, without the image that each deployment replaces, with roles by their names. */
export function fileOf(live: JsonObject, container: string, roleNameOf: (arn: string) => string): JsonObject {
  const { tags: _, ...definition } = registrable(live)
  const tags = objectsIn(live, 'tags').filter((tag) => !textIn(tag, 'key')?.startsWith('slipway:'))
  const roles = ['executionRoleArn', 'taskRoleArn'].flatMap((member) => {
    const arn = textIn(definition, member)
    return arn === undefined ? [] : [[member, roleNameOf(arn)] as const]
  })
  const containers = containersOf(definition).map((one) =>
    textIn(one, 'name') === container ? { ...one, image: imageMark } : one,
  )
  return {
    ...definition,
    ...Object.fromEntries(roles),
    containerDefinitions: containers,
    ...(tags.length > 0 && { tags }),
  }
}

/** Names of variables of a live definition whose values may be secrets, and so belong in no repository. */
export function plainSecrets(definition: JsonObject): readonly string[] {
  return containersOf(definition)
    .flatMap((container) => objectsIn(container, 'environment'))
    .filter(
      (variable) =>
        isSecretName(textIn(variable, 'name') ?? '') || /:\/\/[^/\s]*:[^/\s]*@/.test(textIn(variable, 'value') ?? ''),
    )
    .flatMap((variable) => textIn(variable, 'name') ?? [])
}
