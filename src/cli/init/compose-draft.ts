import type { Given } from '../command.ts'
import { optionValues } from '../given.ts'
import type { Asking } from './asking.ts'
import type { ImageFacts } from './container-facts.ts'
import { decideEnvironments, type EnvironmentPlace } from './decide-environments.ts'
import {
  decideRepository,
  decideService,
  deploymentGroup,
  imageOptionMistakes,
  type LiveService,
  readLive,
  type ServiceCircumstances,
} from './decide-services.ts'
import { plainSecrets } from './definition-text.ts'
import type { Draft, DraftEnvironment, DraftPlacement, DraftService } from './draft.ts'
import { definitionFor, imageContainer } from './find-definitions.ts'
import type { Account } from './read-account.ts'
import type { Survey } from './survey.ts'

/** A draft, with what a person has to know about it. */
export interface Composed {
  readonly draft: Draft
  readonly notes: readonly string[]
}

/** Decides everything that slipway.yml has. What is missing or wrong is in `asking`. */
export async function composeDraft(
  given: Given,
  survey: Survey,
  account: Account | undefined,
  asking: Asking,
): Promise<Composed> {
  for (const mistake of imageOptionMistakes(given, survey)) asking.refuse(mistake)
  const around = { given, survey, account, asking }
  const places = await decideEnvironments(given, survey, account, asking)
  const live = new Map<string, LiveService>()
  const environments: DraftEnvironment[] = []
  for (const place of places) {
    const { cluster: _, ...environment } = place
    environments.push({ ...environment, placements: await placementsIn(place, places.length > 1, around, live) })
  }
  const notes: string[] = []
  const services = survey.images.map((image) => serviceOf(image, live.get(image.name), around, notes))
  const images = survey.images.map((image) => ({
    ...image,
    repository: decideRepository(image, live.get(image.name), around),
  }))
  return { draft: { images, services, environments }, notes }
}

async function placementsIn(
  place: EnvironmentPlace,
  isOneOfSeveral: boolean,
  around: ServiceCircumstances,
  live: Map<string, LiveService>,
): Promise<readonly DraftPlacement[]> {
  const { account, survey, given, asking } = around
  const isRead = account?.id === place.account && account.region === place.region && place.cluster !== ''
  const reading = isRead ? account : undefined
  const placements: DraftPlacement[] = []
  for (const image of survey.images) {
    const service = await decideService(image, place, { ...around, account: reading })
    const found = reading && (await readLive(place.cluster, service, reading))
    if (found) live.set(image.name, live.get(image.name) ?? found)
    const isNew = found === undefined && (reading !== undefined || optionValues(given, 'subnet').length > 0)
    const group = found && reading && (await deploymentGroup(found, place.cluster, reading, asking))
    const file = `deploy/${image.name}${isOneOfSeveral ? `.${place.name}` : ''}.service.json`
    placements.push({
      name: image.name,
      cluster: place.cluster,
      service,
      ...(isNew && { serviceDefinition: file }),
      ...(group && { group }),
    })
  }
  return placements
}

/** The task definition of a service: a file of the repository, one that is to be written, or the live revision. */
function serviceOf(
  { name }: ImageFacts,
  live: LiveService | undefined,
  { survey }: ServiceCircumstances,
  notes: string[],
): DraftService {
  const isOnly = survey.images.length === 1
  const variable = (of: string) => (isOnly ? survey.variable(of) : undefined)
  const path = variable('ECS_TASK_DEFINITION')
  const file = survey.definitions.find((one) => one.path === path) ?? definitionFor(name, survey.definitions, isOnly)
  const container = variable('CONTAINER_NAME') ?? name
  if (file) return { name, taskDefinition: file.path, container: imageContainer(file.definition, container) }
  if (live === undefined) return { name, taskDefinition: path ?? `deploy/${name}.json`, container }
  const { definition } = live
  if (definition === undefined) return { name, taskDefinition: undefined, container }
  const secrets = plainSecrets(definition)
  if (secrets.length > 0)
    notes.push(
      `${name}: the live task definition has ${secrets.join(', ')} in plain text, so it is not written to a file: each deployment starts from the live revision.`,
    )
  return {
    name,
    taskDefinition: secrets.length > 0 ? undefined : (path ?? `deploy/${name}.json`),
    container: imageContainer(definition, container),
  }
}
