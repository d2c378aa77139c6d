import { Failure } from '../../../failure.ts'
import type { JsonObject } from '../../../ports.ts'
import { containerNames, containersOf, textIn } from '../../../task-definition/members.ts'
import { asName, text, untrusted } from '../../../text.ts'
import type { NamedTask, OneOffTask } from '../request/service-request.ts'
import { requireShortOverrides } from './task-request.ts'
import { essentialContainers } from './watched-containers.ts'

/** The container of a task that has the command: the one that is named, else the only essential one. Undefined: there is none. */
function findContainer({ container }: NamedTask, definition: JsonObject): string | undefined {
  if (container !== undefined) return containerNames(definition).find((name) => name === container)
  const [only, ...others] = essentialContainers(definition)
  return others.length === 0 ? only : undefined
}

/** As `findContainer`; throws `container-unknown` where there is none. */
export function containerOf(task: NamedTask, definition: JsonObject): string {
  const found = findContainer(task, definition)
  if (found === undefined) throw unknownContainers([task], definition)
  return found
}

/** Refuses tasks whose containers are unknown, or whose overrides are too long, before anything is changed. Throws `Failure`. */
export function requireTasks(tasks: readonly NamedTask[], definition: JsonObject): void {
  const unknown = tasks.filter((task) => task.image === undefined && findContainer(task, definition) === undefined)
  if (unknown.length > 0) throw unknownContainers(unknown, definition)
  for (const task of tasks)
    requireShortOverrides(withOverrides(task, findContainer(task, definition) ?? checkContainer, ''), task.name)
}

function unknownContainers(tasks: readonly NamedTask[], definition: JsonObject): Failure {
  const problems = tasks.map(({ name, container }) =>
    container === undefined
      ? text`The task ${asName(name)} does not name its container`
      : text`The task ${asName(name)} names a container ${untrusted(container)} that the task definition does not have`,
  )
  return new Failure({
    code: 'container-unknown',
    what: problems.flatMap((problem, index) => (index === 0 ? problem : ['; ', ...problem])),
    why: text`the task definition has ${untrusted(containerNames(definition).join(', '))}`,
    fix: text`Set container of the task to one of them. Nothing has been changed on AWS.`,
  })
}

/**
 * The task with command and environment, as RunTask takes them. `phase`: its place in the deployment. Two tasks of one name have
 * client tokens of their own, since with the same one AWS returns the first task for the second.
 */
export function withOverrides(task: NamedTask, container: string, phase: string): OneOffTask {
  const { command, environment, task: own, lock } = task
  const keyIn = (key: string) => `${key} ${phase}`
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
    idempotencyKey: keyIn(own.idempotencyKey),
    earlierKeys: own.earlierKeys?.map(keyIn),
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
