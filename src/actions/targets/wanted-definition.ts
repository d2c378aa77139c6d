import type { Origin } from '../../deployment/origin.ts'
import { Failure } from '../../failure.ts'
import type { Ecs, JsonObject, Service } from '../../ports.ts'
import type { Files, Runner } from '../../runner/action.ts'
import { runningTaskDefinition } from '../../targets/ecs/index.ts'
import type { WantedDefinition } from '../../targets/ecs/request/service-request.ts'
import { type DefinitionSource, namedSource, readDefinition } from '../../task-definition/definition-source.ts'
import { containersOf, textIn } from '../../task-definition/members.ts'
import { noChanges, render } from '../../task-definition/render.ts'
import { whyUndeployable } from '../../task-definition/standing.ts'
import { setting, text, untrusted } from '../../text.ts'
import type { DeployInputs } from '../inputs/deploy-inputs.ts'
import { containerImages, type JudgeKept } from './container-images.ts'
import type { Place } from './place.ts'
import { requireValid } from './valid-definition.ts'

/** Finds the definition that the inputs mean, with the image that they name. */
export type FindDefinition = (
  service: Service | undefined,
  current: JsonObject | undefined,
  origin?: Origin | undefined,
) => Promise<WantedDefinition>

/**
 * A file is rendered and registered; an existing revision is deployed as it is, unless an image is to be put in; with
 * neither, the definition that the service runs now is the base.
 */
export function findDefinition(
  inputs: DeployInputs,
  place: Place,
  { files, log }: Runner,
  ecs: Ecs,
  judge?: JudgeKept | undefined,
): FindDefinition {
  return async (service, current, origin) => {
    const source = (await sourceOf(inputs, place, files)) ?? runningIn(service)
    const isRunning =
      current !== undefined && source.kind === 'revision' && textIn(current, 'taskDefinitionArn') === source.reference
    const original = isRunning ? { definition: current } : await readDefinition(source, { ecs, files })
    const { definition } = original
    const { environmentVariables: environment, secrets } = inputs
    const several = await containerImages(place, { definition: current, origin }, judge)
    const isOfOne = place.image !== undefined || environment.size > 0 || secrets.size > 0
    if (isOfOne || several.length > 0) {
      const container = isOfOne ? (place.container ?? containerFor(definition)) : undefined
      const one = container === undefined || place.image === undefined ? [] : [{ container, image: place.image }]
      const containers = container === undefined ? [] : [container]
      const changes = { ...noChanges, images: [...one, ...several], containers, environment, secrets }
      const rendered = render(definition, changes)
      requireValid(rendered, original, log, byPreflight)
      return { definition: rendered, original }
    }
    if (source.kind === 'file') requireValid(definition, original, log, byPreflight)
    if (!isRunning && source.kind === 'revision') checkActive(definition)
    const arn = source.kind === 'revision' ? textIn(definition, 'taskDefinitionArn') : undefined
    return { definition, original, arn }
  }
}

/** Placeholders are found by the preflight, with all else that keeps a deployment from succeeding. */
const byPreflight = { areReplaced: false }

function checkActive(definition: JsonObject): void {
  const reason = whyUndeployable(definition)
  if (reason === undefined) return
  const name = `${textIn(definition, 'family')}:${definition.revision}`
  throw new Failure({
    code: 'revision-gone',
    what: text`The revision ${untrusted(name)} can no longer be deployed`,
    why: text`${reason}, and ECS updates a service to active revisions only`,
    fix: text`Set ${setting('task-definition')} to an active revision, or to a file, which registers a new revision. Nothing has been changed.`,
    docs: 'https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeregisterTaskDefinition.html',
  })
}

function runningIn(service: Service | undefined): DefinitionSource {
  const reference = service && runningTaskDefinition(service)
  if (reference !== undefined) return { kind: 'revision', reference }
  throw new Failure({
    code: 'inputs-invalid',
    what: text`No task definition: ${setting('task-definition')} is empty, and ${service ? 'the service has none' : 'there is no service that has one'}`,
    fix: text`Set ${setting('task-definition')} (a file, a family or an ARN); or service and image, for a new image in the task definition that the service has.`,
  })
}

/** `task-definition` has precedence over `task-definition-arn`, as in the action that defined these names. */
async function sourceOf(inputs: DeployInputs, place: Place, files: Files): Promise<DefinitionSource | undefined> {
  const { taskDefinitionArn } = inputs
  if (inputs.taskDefinition === undefined && taskDefinitionArn)
    return { kind: 'revision', reference: taskDefinitionArn }
  const given = place.taskDefinition
  return given === undefined ? undefined : namedSource(given, await files.exists(given))
}

/** The container that is changed by default: the only one, or the only essential one. */
function containerFor(definition: JsonObject): string {
  const containers = containersOf(definition)
  const essential = containers.filter((container) => container.essential !== false)
  const [only] = containers.length === 1 ? containers : essential
  const name = textIn(only, 'name')
  if (name !== undefined && (containers.length === 1 || essential.length === 1)) return name
  const names = containers.map((container) => textIn(container, 'name') ?? '?').join(', ')
  throw new Failure({
    code: 'container-unknown',
    what: text`No container is named: ${setting('container-name')} is empty`,
    why: text`the task definition has several: ${untrusted(names)}`,
    fix: text`Set ${setting('container-name')} to one of them.`,
  })
}
