import { resourceName } from '../../arn.ts'
import type { Config } from '../../config/schema.ts'
import { selectTargets } from '../../config/select-target.ts'
import { isRepositoryName, parseReference } from '../../image/reference.ts'
import type { JsonObject, Service } from '../../ports.ts'
import { runningTaskDefinition } from '../../targets/ecs/index.ts'
import { containersOf, textIn } from '../../task-definition/members.ts'
import { optionValues } from '../given.ts'
import type { Asking } from './asking.ts'
import type { ImageFacts } from './container-facts.ts'
import type { Circumstances, EnvironmentPlace } from './decide-environments.ts'
import type { DraftPlacement } from './draft.ts'
import { namedMistakes, valueFor } from './given-names.ts'
import type { Account } from './read-account.ts'

/** An existing service with what it runs. */
export interface LiveService {
  readonly service: Service
  readonly definition: JsonObject | undefined
}

/** Name of the ECS service of an image in an environment; `isShared`: another environment has the same cluster. */
export async function decideService(
  { name: image }: ImageFacts,
  place: EnvironmentPlace,
  isShared: boolean,
  { given, survey, account, asking }: Circumstances,
): Promise<string> {
  const names = survey.images.map((one) => one.name)
  const options = optionValues(given, 'service')
  const ofEnvironment = options.find((one) => one.startsWith(`${place.name}=`))?.slice(place.name.length + 1)
  const option = ofEnvironment ?? valueFor(options, image)
  const wanted = option ?? (names.length === 1 ? survey.variable('ECS_SERVICE') : undefined)
  const name = isShared ? `${image}-${place.name}` : image
  if (wanted !== undefined || account === undefined) return wanted ?? name
  const existing = await account.read(() => account.aws.inventory.services(place.cluster))
  if (existing === undefined || existing.length === 0 || existing.includes(name)) return name
  const answer = await asking.choose({
    option: names.length === 1 ? '--service' : `--service ${image}=`,
    what: `ECS service that runs the image ${image} in ${place.cluster}; another name is a new service`,
    candidates: existing,
    otherwise: name,
  })
  return answer ?? name
}

/** Mistakes in the options that are given for each image. */
export function imageOptionMistakes(
  { given, survey: { images } }: Circumstances,
  places: readonly EnvironmentPlace[],
): readonly string[] {
  const names = images.map(({ name }) => name)
  const repositories = optionValues(given, 'repository').map((one) => one.replace(/^[^=]*=/, ''))
  return [
    ...namedMistakes('repository', optionValues(given, 'repository'), names),
    ...namedMistakes('service', optionValues(given, 'service'), [...names, ...places.map(({ name }) => name)]),
    ...repositories
      .filter((name) => !isRepositoryName(name))
      .map(
        (name) =>
          `--repository must be the name of an ECR repository without its registry, such as team/api, not ${name}`,
      ),
  ]
}

/** The service as the account has it; undefined where there is none. */
export async function readLive(
  cluster: string,
  name: string,
  { aws, read }: Account,
): Promise<LiveService | undefined> {
  const service = await read(() => aws.ecs.describeService(cluster, name))
  if (service === undefined || service.status === 'INACTIVE') return undefined
  const reference = runningTaskDefinition(service)
  const definition = reference === undefined ? undefined : await read(() => aws.ecs.describeTaskDefinition(reference))
  return { service, definition }
}

/** Of AWS CodeDeploy, where the names are not the default ones; undefined for a service that Amazon ECS deploys. */
export async function deploymentGroup(
  { service }: LiveService,
  cluster: string,
  { aws, read }: Account,
  asking: Asking,
): Promise<DraftPlacement['group']> {
  const type = service.deploymentController?.type ?? 'ECS'
  const name = resourceName(service.serviceArn ?? service.serviceName ?? '')
  if (type === 'EXTERNAL')
    asking.refuse(`--service ${name}: its deployment controller is EXTERNAL, which Slipway does not deploy`)
  if (type !== 'CODE_DEPLOY') return undefined
  const found = await read(() => aws.codeDeploy.findDeploymentGroups(cluster, name))
  const [group] = found?.groups ?? []
  if (group === undefined) return undefined
  const { applicationName: application = '', deploymentGroupName = '' } = group
  const isUsual = application === `AppECS-${cluster}-${name}` && deploymentGroupName === `DgpECS-${cluster}-${name}`
  return isUsual ? undefined : { application, deploymentGroup: deploymentGroupName }
}

/** The ECR repository of an image: that of the option, of the workflow, of the live image, or named like the image. */
export function decideRepository(
  { name }: ImageFacts,
  live: LiveService | undefined,
  { given, survey }: Circumstances,
): string {
  const names = survey.images.map((image) => image.name)
  const ofLive = containersOf(live?.definition)
    .map((container) => parseReference(textIn(container, 'image') ?? ''))
    .find((image) => image?.registry?.includes('.dkr.ecr.'))
  return (
    valueFor(optionValues(given, 'repository'), name) ??
    (names.length === 1 ? survey.variable('ECR_REPOSITORY') : undefined) ??
    ofLive?.repository ??
    name
  )
}

/** Services of slipway.yml that AWS CodeDeploy deploys and whose names of CodeDeploy are not in the file. */
export async function codeDeployServices(config: Config, account: Account | undefined): Promise<readonly string[]> {
  const names = new Set<string>()
  for (const target of selectTargets(config, Object.keys(config.environments))) {
    if (account?.id !== target.accountId || account.region !== target.region || target.codeDeployApplication) continue
    const live = await readLive(target.cluster, target.service, account)
    if (live?.service.deploymentController?.type === 'CODE_DEPLOY') names.add(target.name)
  }
  return [...names]
}
