import { parseArn, resourceName } from '../../../arn.ts'
import type { DeploymentEvent } from '../../../deployment/events.ts'
import { readBesideWatch } from '../../../deployment/time-limits.ts'
import { Failure, failureInOneLine } from '../../../failure.ts'
import { ecrPlaceOf } from '../../../image/ecr-host.ts'
import { parseManifest } from '../../../image/manifest.ts'
import { parseReference } from '../../../image/reference.ts'
import type { Task } from '../../../ports.ts'
import { containersOf, textIn } from '../../../task-definition/members.ts'
import { renderText, untrusted } from '../../../text.ts'
import type { EcsContext, EcsPorts } from '../request/ecs-context.ts'
import { shortName } from '../request/revision-version.ts'
import type { ServiceRequest } from '../request/service-request.ts'
import type { Reading } from './read-target.ts'

/** An image that a container of the running revision names by a tag. */
interface Tagged {
  readonly container: string
  readonly image: string
  readonly repository: string
  readonly tag: string
  /** In the Amazon ECR of the service's account and region, the only one that is read. */
  readonly isNear: boolean
}

type Read<T> = { readonly value: T } | { readonly unreadReason: string }

/** All tasks of a deployment run the digest that the first one pulled (ECS developer guide, "container image resolution"). */
const enough = 100
const unknown =
  'so a tag that was moved since the last deployment is not detected; to pull it anyway, set force-new-deployment: true'

/**
 * The request for a service that runs the wanted content already: forced where a tag that the content names leads to another
 * image now than the running tasks have, as only a new deployment pulls that. Asks AWS three times or so, for seconds at most;
 * what cannot be read is a warning.
 */
export async function* forceWhereMoved(
  prepared: Reading,
  context: EcsContext,
): AsyncGenerator<DeploymentEvent, ServiceRequest> {
  const { request } = prepared
  const warning = (message: string) =>
    ({ kind: 'warning', at: context.clock.now(), message: untrusted(message) }) as const
  const tagged = taggedImages(prepared)
  for (const { image } of tagged.filter(({ isNear, tag }) => !isNear && tag === 'latest'))
    yield warning(`${image} is not in this account's Amazon ECR in ${request.region}, ${unknown}.`)
  const near = tagged.filter(({ isNear }) => isNear)
  if (near.length === 0) return request
  const [tasks, ...digests] = await Promise.all([
    read(context, 'ecs:ListTasks and ecs:DescribeTasks', (aws) => runningTasks(prepared, aws)).then(
      unlessMissing(prepared),
    ),
    ...near.map(({ repository, tag }) =>
      read(context, 'ecr:DescribeImages', ({ ecr }) => ecr.imageDigest(repository, { tag })),
    ),
  ])
  const unreadReason = [tasks, ...digests].flatMap((found) => ('unreadReason' in found ? found.unreadReason : []))
  for (const reason of new Set(unreadReason)) yield warning(`${reason}, ${unknown}.`)
  const differing =
    'unreadReason' in tasks ? [] : near.flatMap((one, index) => moveOf(one, digests[index], tasks.value))
  const parts = await Promise.all(differing.map((move) => isForPlatform(move, context)))
  const moves = differing.filter((_, index) => !parts[index])
  for (const move of moves) yield warning(moveText(move))
  return moves.length === 0 ? request : { ...request, forceNewDeployment: true }
}

function taggedImages({ stored, service, request }: Reading): readonly Tagged[] {
  const account = parseArn(service.serviceArn ?? '')?.accountId
  return containersOf(stored).flatMap((container) => {
    const image = textIn(container, 'image') ?? ''
    const reference = parseReference(image)
    if (reference === undefined || reference.digest !== undefined) return []
    const { repository, registry, tag = 'latest' } = reference
    const place = ecrPlaceOf(registry)
    const isNear = place !== undefined && place.accountId === account && place.region === request.region
    return [{ container: textIn(container, 'name') ?? '', image, repository, tag, isNear }]
  })
}

async function runningTasks({ request, service, running }: Reading, { ecs }: EcsPorts): Promise<readonly Task[]> {
  const name = service.serviceName ?? resourceName(request.service)
  const tasks = await ecs.listTasks(request.cluster, { service: name, desiredStatus: 'RUNNING', atMost: enough })
  return tasks.filter(({ taskDefinitionArn }) => taskDefinitionArn === running)
}

/** A service that has tasks and shows none is read too early, or too late. */
function unlessMissing({ service: { runningCount = 0 }, running }: Reading) {
  return (found: Read<readonly Task[]>): Read<readonly Task[]> =>
    'value' in found && found.value.length === 0 && runningCount > 0
      ? { unreadReason: `ecs:ListTasks returned no running task of ${shortName(running ?? '')}` }
      : found
}

async function read<T>(context: EcsContext, action: string, request: (aws: EcsPorts) => Promise<T>): Promise<Read<T>> {
  try {
    const found = await readBesideWatch(context, async (aws) => ({ value: await request(aws) }))
    return found ?? { unreadReason: `AWS did not respond to ${action} in time` }
  } catch (error) {
    if (!(error instanceof Failure) || context.signal.aborted) throw error
    if (error.parts.code === 'permission-missing') return { unreadReason: `Not authorized to perform ${action}` }
    return { unreadReason: renderText(failureInOneLine(error.parts), (theirs) => theirs) }
  }
}

/** A tag that leads to another digest than a task has. */
interface Move extends Tagged {
  readonly was: string
  readonly now: string
}

/** Nothing for a tag that leads to what runs, or that is gone. */
function moveOf(tagged: Tagged, found: Read<string | undefined> | undefined, tasks: readonly Task[]): Move[] {
  const now = found && 'value' in found ? found.value : undefined
  const was = tasks
    .flatMap(({ containers = [] }) => containers.filter(({ name }) => name === tagged.container))
    .map(({ imageDigest }) => imageDigest)
    .find((digest) => digest !== undefined && digest !== now)
  return now === undefined || was === undefined ? [] : [{ ...tagged, was, now }]
}

/**
 * Whether what runs is the part for one platform of what the tag leads to. Container instances show the digest of the whole
 * (aws/amazon-ecs-agent#3576); for Fargate, which of the two is undocumented. Where the image may not be read, it is the
 * whole.
 */
async function isForPlatform({ repository, was, now }: Move, { images, signal }: EcsContext): Promise<boolean> {
  try {
    const stored = await images?.registry.manifest(repository, now)
    return stored !== undefined && parseManifest(stored.content).manifests.some(({ digest }) => digest === was)
  } catch (error) {
    if (signal.aborted) throw error
    return false
  }
}

function moveText({ image, was, now }: Move): string {
  const [before, after] = [was, now].map((digest) => digest.slice(0, 'sha256:'.length + 12))
  return `The tag of ${image} was moved (${before} → ${after}): deploying the same revision again to pull it.`
}
