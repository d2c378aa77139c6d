/** What Amazon ECR does after a push: managed signing and replication. */
import { AwsError, type Handlers, type World } from './contract.ts'
import type { ImageStore, StoredManifest } from './image-store.ts'

/** How a signature or a replica ends, and how many seconds after the push. Absent `seconds`: never. */
export interface PushJobEnd {
  readonly seconds?: number
  readonly status: 'COMPLETE' | 'FAILED'
  readonly failureCode?: string
  readonly failureReason?: string
}

export interface PushJobScenes {
  /** Of signing profiles and destinations (`eu-central-1/111122223333`), by a part of their names. COMPLETE after 20 seconds unless set. */
  end(target: string, end: PushJobEnd): void
}

interface Filtered {
  readonly repositoryFilters?: readonly { readonly filter: string }[]
}

interface SigningRule extends Filtered {
  readonly signingProfileArn: string
}

interface ReplicationRule extends Filtered {
  readonly destinations: readonly { readonly region: string; readonly registryId: string }[]
}

interface ImageId {
  readonly imageDigest?: string
  readonly imageTag?: string
}

interface Input {
  readonly repositoryName: string
  readonly imageId: ImageId
}

/** A job appears some seconds after the push. */
const delay = 4_000

export function createPushJobs(
  world: World,
  { region }: ImageStore,
  imageOf: (repositoryName: string, id: ImageId) => StoredManifest,
): { readonly handlers: Handlers; readonly scenes: PushJobScenes } {
  const ends: { target: string; end: PushJobEnd }[] = []
  let signing: { readonly rules: readonly SigningRule[]; readonly since: number } | undefined
  let replication: { readonly rules: readonly ReplicationRule[]; readonly since: number } = { rules: [], since: 0 }
  const statusOf = (target: string, { pushedAt }: StoredManifest) => {
    const found = ends.find((one) => target.includes(one.target))?.end
    const { seconds, status, failureCode, failureReason }: PushJobEnd = found ?? { seconds: 20, status: 'COMPLETE' }
    const isOver = seconds !== undefined && world.clock.now() >= pushedAt + seconds * 1000
    return isOver ? { status, failureCode, failureReason } : { status: 'IN_PROGRESS' }
  }
  /** Only images that are pushed after the rule is made (user guide, "Private image replication"). */
  const hasJob = ({ pushedAt }: StoredManifest, since: number) =>
    pushedAt >= since && world.clock.now() >= pushedAt + delay
  const about = (input: Input, { digest }: StoredManifest) => ({
    repositoryName: input.repositoryName,
    imageId: { ...input.imageId, imageDigest: digest },
  })
  return {
    scenes: { end: (target, end) => void ends.unshift({ target, end }) },
    handlers: {
      PutSigningConfiguration({ signingConfiguration }: { signingConfiguration: { rules: SigningRule[] } }) {
        signing = { rules: signingConfiguration.rules, since: world.clock.now() }
        return { signingConfiguration }
      },
      GetSigningConfiguration() {
        if (signing === undefined)
          throw new AwsError(
            'SigningConfigurationNotFoundException',
            `Signing configuration does not exist in the registry with id '${world.accountId}'`,
          )
        return { registryId: world.accountId, signingConfiguration: { rules: signing.rules } }
      },
      DescribeImageSigningStatus(input: Input) {
        const image = imageOf(input.repositoryName, input.imageId)
        const rules = (signing?.rules ?? []).filter(matching(input.repositoryName, wildcard))
        const signingStatuses = rules.map(({ signingProfileArn }) => ({
          signingProfileArn,
          ...statusOf(signingProfileArn, image),
        }))
        const isKnown = hasJob(image, signing?.since ?? 0)
        return { ...about(input, image), registryId: world.accountId, signingStatuses: isKnown ? signingStatuses : [] }
      },
      PutReplicationConfiguration(input: { replicationConfiguration: { rules: ReplicationRule[] } }) {
        const { rules } = input.replicationConfiguration
        const isOwn = rules.some(({ destinations }) =>
          destinations.some((one) => one.region === region && one.registryId === world.accountId),
        )
        if (isOwn)
          throw new AwsError(
            'ValidationException',
            'Invalid replication configuration: the destination is the source registry',
          )
        replication = { rules, since: world.clock.now() }
        return input
      },
      DescribeRegistry: () => ({
        registryId: world.accountId,
        replicationConfiguration: { rules: replication.rules },
      }),
      DescribeImageReplicationStatus(input: Input) {
        const image = imageOf(input.repositoryName, input.imageId)
        const rules = replication.rules.filter(matching(input.repositoryName, prefix))
        const replicationStatuses = rules
          .flatMap(({ destinations }) => destinations)
          .map(({ region: name, registryId }) => {
            const { status, failureCode } = statusOf(`${name}/${registryId}`, image)
            // "The registry to which the image belongs" (ImageReplicationStatus): that of the source, which tells less.
            return { region: name, registryId: world.accountId, status, failureCode }
          })
        const isKnown = hasJob(image, replication.since)
        return { ...about(input, image), replicationStatuses: isKnown ? replicationStatuses : [] }
      },
    },
  }
}

function matching(repository: string, matches: (filter: string, repository: string) => boolean) {
  return ({ repositoryFilters }: Filtered) =>
    repositoryFilters === undefined || repositoryFilters.some(({ filter }) => matches(filter, repository))
}

const prefix = (filter: string, repository: string) => repository.startsWith(filter)

const wildcard = (filter: string, repository: string) =>
  new RegExp(`^${filter.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(repository)
