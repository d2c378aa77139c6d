import { Failure } from '../../../failure.ts'
import type { JsonObject } from '../../../ports.ts'
import { textIn } from '../../../task-definition/members.ts'
import { asName, text, untrusted } from '../../../text.ts'
import type { NamedTask, OneOffTask } from '../request/service-request.ts'

/** The container of a task that has the command: the one that is named, else the only essential one. Throws `container-unknown`. */
export function containerOf({ name, container }: NamedTask, definition: JsonObject): string {
  const containers = containersOf(definition)
  const names = containers.map((one) => String(one.name))
  const essential = containers.filter((one) => one.essential !== false).map((one) => String(one.name))
  const found = container === undefined ? essential : names.filter((known) => known === container)
  const [only, ...others] = found
  if (only !== undefined && others.length === 0) return only
  throw new Failure({
    code: 'container-unknown',
    what:
      container === undefined
        ? text`The task ${asName(name)} does not name its container`
        : text`The task ${asName(name)} names a container ${untrusted(container)} that the task definition does not have`,
    why: text`the task definition has ${untrusted(names.join(', '))}`,
    fix: text`Set container of the task to one of them. Nothing has been changed on AWS.`,
  })
}

/** Refuses tasks whose containers are unknown, before anything is changed. */
export function requireContainers(tasks: readonly NamedTask[], definition: JsonObject): void {
  for (const task of tasks) if (task.image === undefined) containerOf(task, definition)
}

/** The task with command and environment, as RunTask takes them. */
export function withOverrides(task: NamedTask, container: string): OneOffTask {
  const { command, environment, task: own, name, lock } = task
  const variables = Object.entries(environment).map(([variable, value]) => ({ name: variable, value }))
  const override = {
    name: container,
    ...(command && { command: [...command] }),
    ...(variables.length > 0 && { environment: variables }),
  }
  return {
    ...own,
    overrides: [override],
    awaitStop: true,
    container,
    lock,
    idempotencyKey: `${own.idempotencyKey} ${name}`,
  }
}

/** Sizes of Fargate's smallest task with room for a runtime (developer guide, "Task CPU and memory"). */
const smallest = { cpu: '256', memory: '512' }
const inherited = ['networkMode', 'requiresCompatibilities', 'executionRoleArn', 'runtimePlatform', 'tags'] as const

/** A definition with one container of the image, which starts where tasks of the service start and logs where they log. */
export function definitionFor(task: NamedTask, definition: JsonObject): JsonObject {
  const logs = containersOf(definition)
    .map(({ logConfiguration }) => logConfiguration as JsonObject | undefined)
    .find((one) => one?.logDriver === 'awslogs')
  const shared = inherited.flatMap((name) =>
    definition[name] === undefined ? [] : [[name, definition[name]] as const],
  )
  return {
    family: `${textIn(definition, 'family') ?? 'service'}-${task.name.replaceAll(/[^\w-]/g, '-')}`,
    ...smallest,
    ...Object.fromEntries(shared),
    containerDefinitions: [
      {
        name: checkContainer,
        image: task.image ?? '',
        essential: true,
        ...(logs && { logConfiguration: logs }),
      },
    ],
  }
}

/** Name of the only container of such a definition. */
export const checkContainer = 'check'

function containersOf(definition: JsonObject): readonly JsonObject[] {
  const { containerDefinitions: containers } = definition
  return Array.isArray(containers)
    ? containers.filter((one): one is JsonObject => typeof one === 'object' && one !== null)
    : []
}
