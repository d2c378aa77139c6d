import { optionValues } from '../given.ts'
import type { ImageFacts } from './container-facts.ts'
import { type Circumstances, decideEnvironments, type EnvironmentPlace } from './decide-environments.ts'
import {
  decideRepository,
  decideService,
  deploymentGroup,
  imageOptionMistakes,
  type LiveService,
  readLive,
} from './decide-services.ts'
import { plainSecrets } from './definition-text.ts'
import type { Draft, DraftEnvironment, DraftPlacement, DraftService } from './draft.ts'
import { definitionFor, imageContainer } from './find-definitions.ts'

/** A draft, with what a person has to know about it. */
export interface Composed {
  readonly draft: Draft
  readonly notes: readonly string[]
}

/** Decides everything that slipway.yml has. What is missing or wrong is in `asking`. */
export async function composeDraft(around: Circumstances): Promise<Composed> {
  const { survey, asking } = around
  const places = await decideEnvironments(around)
  for (const mistake of imageOptionMistakes(around, places)) asking.refuse(mistake)
  const live = new Map<string, LiveService>()
  const environments: DraftEnvironment[] = []
  for (const place of places) {
    const { cluster: _, ...environment } = place
    environments.push({ ...environment, placements: await placementsIn(place, places, around, live) })
  }
  for (const mistake of twice(environments)) asking.refuse(mistake)
  const notes: string[] = []
  const services = survey.images.map((image) => serviceOf(image, live.get(image.name), around, notes))
  const images = survey.images.map((image) => ({
    ...image,
    repository: decideRepository(image, live.get(image.name), around),
  }))
  return { draft: { images, services, environments }, notes }
}

function clusterOf({ account, region, cluster }: EnvironmentPlace): string {
  return `${account} ${region} ${cluster}`
}

/** A service in two places of slipway.yml would run what was deployed last. */
function twice(environments: readonly DraftEnvironment[]): readonly string[] {
  const all = environments.flatMap((environment) =>
    environment.placements.map(({ cluster, service }) => ({
      key: [environment.account, environment.region, cluster, service].join(' '),
      words: `${service} in the cluster ${cluster}`,
      environment: environment.name,
    })),
  )
  return [...Map.groupBy(all, ({ key }) => key).values()]
    .filter((same) => same.length > 1)
    .map((same) => {
      const names = [...new Set(same.map(({ environment }) => environment))].join(' and ')
      return `--service: ${names} would deploy the same service, ${same[0]?.words}; give another --service or --cluster for one of them, such as --service ${same.at(-1)?.environment}=NAME`
    })
}

async function placementsIn(
  place: EnvironmentPlace,
  places: readonly EnvironmentPlace[],
  around: Circumstances,
  live: Map<string, LiveService>,
): Promise<readonly DraftPlacement[]> {
  const { account, survey, given, asking } = around
  const isRead = account?.id === place.account && account.region === place.region && place.cluster !== ''
  const reading = isRead ? account : undefined
  const isShared = places.some((other) => other !== place && clusterOf(other) === clusterOf(place))
  const placements: DraftPlacement[] = []
  for (const image of survey.images) {
    const service = await decideService(image, place, isShared, { ...around, account: reading })
    const found = reading && (await readLive(place.cluster, service, reading))
    if (found) live.set(image.name, live.get(image.name) ?? found)
    const isNew = found === undefined && (reading !== undefined || optionValues(given, 'subnet').length > 0)
    const group = found && reading && (await deploymentGroup(found, place.cluster, reading, asking))
    const file = `deploy/${image.name}${places.length > 1 ? `.${place.name}` : ''}.service.json`
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
  { survey }: Circumstances,
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
