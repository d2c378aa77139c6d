import { Failure } from '../failure.ts'
import type { JsonObject } from '../ports.ts'
import { invalidInputs } from '../runner/inputs.ts'
import { containerNames } from '../task-definition/members.ts'
import type { RenderRequest } from '../task-definition/render.ts'
import type { DefinitionSource } from '../task-definition/source.ts'
import { type Text, text, untrusted } from '../text.ts'
import type { RegisterTaskDefinitionInputs } from './register-task-definition-inputs.ts'

/**
 * Where the definition comes from: a file comes before an ARN, an ARN before a family, as in the action whose inputs these
 * are; a service that runs one comes last. Throws `inputs-invalid` with everything that does not fit together.
 */
export function sourceOf(inputs: RegisterTaskDefinitionInputs): DefinitionSource {
  const { taskDefinition: given, taskDefinitionArn: arn, taskDefinitionFamily: family, service = '' } = inputs
  const problems = problemsOf(inputs)
  if (problems.length > 0) throw invalidInputs(problems)
  if (given !== undefined) {
    const isRevision = given.startsWith('arn:') || /^[\w-]+:\d+$/.test(given)
    return isRevision ? { kind: 'revision', reference: given } : { kind: 'file', path: given, input: 'task-definition' }
  }
  const reference = arn ?? [family ?? [], inputs.taskDefinitionRevision ?? []].flat().join(':')
  if (reference !== '') return { kind: 'revision', reference }
  return { kind: 'service', cluster: inputs.cluster ?? 'default', service }
}

function problemsOf(inputs: RegisterTaskDefinitionInputs): readonly Text[] {
  const { taskDefinition, taskDefinitionArn, taskDefinitionFamily: family, taskDefinitionRevision, service } = inputs
  const source = taskDefinition ?? taskDefinitionArn ?? family ?? service
  const lonely = taskDefinitionRevision !== undefined && (taskDefinition ?? taskDefinitionArn ?? family) === undefined
  const twice = inputs.image === undefined ? [] : inputs.containerName.filter((name) => inputs.images.has(name))
  const both = [...inputs.environmentVariables.keys()].filter((name) => inputs.secrets.has(name))
  return [
    ...(lonely ? [text`task-definition-revision needs task-definition-family`] : []),
    ...(source === undefined && !lonely
      ? [text`one of task-definition (a file), task-definition-arn, task-definition-family and service is required`]
      : []),
    ...twice.map((name) => text`image and images both name an image for the container ${untrusted(name)}`),
    ...both.map((name) => text`environment-variables and secrets both set ${untrusted(name)}`),
  ]
}

/** What is to be different. `image` goes to the containers that are named, or to the only one. Throws `container-unknown`. */
export function changesOf(inputs: RegisterTaskDefinitionInputs, definition: JsonObject): RenderRequest {
  const { logConfigurationLogDriver: driver, logConfigurationOptions: options } = inputs
  return {
    images: [...inputs.images].map(([container, image]) => ({ container, image })).concat(imagesOf(inputs, definition)),
    containers: inputs.containerName,
    environment: inputs.environmentVariables,
    removeEnvironment: inputs.removeEnvironmentVariables,
    secrets: inputs.secrets,
    environmentFiles: inputs.envFiles,
    logConfiguration: driver !== undefined || options.size > 0 ? { driver, options } : undefined,
    dockerLabels: inputs.dockerLabels,
    command: inputs.command,
    taskRoleArn: inputs.taskRoleArn,
    executionRoleArn: inputs.executionRoleArn,
  }
}

function imagesOf({ image, containerName }: RegisterTaskDefinitionInputs, definition: JsonObject) {
  if (image === undefined) return []
  const names = containerNames(definition)
  const targets = containerName.length > 0 ? containerName : names
  if (containerName.length > 0 || names.length === 1) return targets.map((container) => ({ container, image }))
  throw new Failure({
    code: 'container-unknown',
    what: text`It is not said which container gets the image`,
    why: text`the task definition has ${names.length} containers: ${untrusted(names.join(', '))}`,
    fix: text`Name one or more of them in container-name, or give images.`,
  })
}
