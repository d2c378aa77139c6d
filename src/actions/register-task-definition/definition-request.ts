import { serviceLocation } from '../../config/service-location.ts'
import { Failure } from '../../failure.ts'
import type { JsonObject } from '../../ports.ts'
import type { Runner } from '../../runner/action.ts'
import { invalidInputs } from '../../runner/inputs.ts'
import { type DefinitionSource, namedSource } from '../../task-definition/definition-source.ts'
import { containerNames } from '../../task-definition/members.ts'
import type { RenderRequest } from '../../task-definition/render.ts'
import { setting, type Text, text, untrusted } from '../../text.ts'
import { givenInputs, lostValues } from '../inputs/lost-inputs.ts'
import { regionOf } from '../world/open-aws.ts'
import {
  type RegisterTaskDefinitionInputs,
  registerTaskDefinitionInputs,
  renderInputs,
} from './register-task-definition-inputs.ts'

/** The inputs with names, region and account taken out of their ARNs. Throws `inputs-invalid` where these contradict. */
export function located(inputs: RegisterTaskDefinitionInputs): RegisterTaskDefinitionInputs {
  const { cluster, service, taskDefinition, taskDefinitionArn, awsRegion, allowedAccountIds } = inputs
  const where = serviceLocation(
    { cluster, service, 'task-definition': taskDefinition, 'task-definition-arn': taskDefinitionArn },
    { region: awsRegion, accountIds: allowedAccountIds },
  )
  const { region, accountIds } = where
  return {
    ...inputs,
    cluster: where.cluster,
    service: where.service,
    awsRegion: region,
    allowedAccountIds: accountIds,
  }
}

/**
 * The source of the definition: a file has precedence over an ARN, an ARN over a family, as in the action that defined these
 * inputs; a service that runs one comes last. `isFile`: task-definition names one. Throws `inputs-invalid` with every contradiction.
 */
export function sourceOf(inputs: RegisterTaskDefinitionInputs, isFile: boolean): DefinitionSource {
  const { taskDefinition: given, taskDefinitionArn: arn, taskDefinitionFamily: family, service = '' } = inputs
  const problems = problemsOf(inputs)
  if (problems.length > 0) throw invalidInputs(problems)
  if (given !== undefined) return namedSource(given, isFile)
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
    ...(lonely ? [text`task-definition-revision requires task-definition-family`] : []),
    ...(source === undefined && !lonely
      ? [text`one of task-definition (a file), task-definition-arn, task-definition-family and service is required`]
      : []),
    ...twice.map((name) => text`image and images both name an image for the container ${untrusted(name)}`),
    ...both.map((name) => text`environment-variables and secrets both set ${untrusted(name)}`),
    ...lostValues('register-task-definition', givenInputs(registerTaskDefinitionInputs, inputs)),
  ]
}

/** The requested changes. `image` applies to the named containers, or to the only one. Throws `container-unknown`. */
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
    what: text`No container is named for the image: ${setting('container-name')} is empty`,
    why: text`the task definition has ${names.length} containers: ${untrusted(names.join(', '))}`,
    fix: text`Set ${setting('container-name')} to one or more of them, or use images.`,
  })
}

/** What is done with the rendered definition. `isRequired`: where it cannot be registered here, the step fails. */
export type Purpose =
  | { readonly kind: 'register'; readonly isRequired: boolean }
  /** `compare` reads the registered definition, as far as permissions allow. */
  | { readonly kind: 'write' | 'compare'; readonly why: Text }

/**
 * A step with the inputs of the render action alone does what that action does, so that a chain of them is left as it is:
 * it writes the file. Only when every container has got its image from a step is the chain at its end, and registered
 * where the credentials of the job can do that. `open`: containers without an image of a step.
 */
export function purposeOf(
  inputs: RegisterTaskDefinitionInputs,
  open: readonly string[],
  environment: Runner['environment'],
): Purpose {
  const { register, dryRun } = inputs
  const hasRegion = regionOf(inputs, environment) !== undefined
  if (dryRun) return { kind: hasRegion ? 'compare' : 'write', why: text`Nothing is registered: this is a dry run.` }
  if (register === false) return { kind: 'write', why: text`Nothing is registered: register is false.` }
  if (register === true || !isRenderStep(inputs)) return { kind: 'register', isRequired: true }
  const later = text`actions/deploy registers the file; to register it in this step, set register: true.`
  if (open.length > 0)
    return {
      kind: 'write',
      why: text`Nothing is registered: ${untrusted(open.join(', '))} ${open.length === 1 ? 'has' : 'have'} no image from a step yet. ${later}`,
    }
  if (!hasRegion) return { kind: 'write', why: text`Nothing is registered: no AWS region is set. ${later}` }
  return { kind: 'register', isRequired: false }
}

function isRenderStep(inputs: RegisterTaskDefinitionInputs): boolean {
  const given = givenInputs(registerTaskDefinitionInputs, inputs)
  const isTheirs = given.every((name) => name in renderInputs)
  return isTheirs && inputs.image !== undefined && inputs.containerName.length > 0
}
