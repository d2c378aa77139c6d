import { parseArn } from '../../../arn.ts'
import { imagePull } from '../../../diagnosis/catalogue/image-pull.ts'
import { findEntry } from '../../../diagnosis/entry.ts'
import type { ReadFact } from '../../../diagnosis/read-fact.ts'
import { ecrPlaceOf } from '../../../image/ecr-host.ts'
import { parseReference } from '../../../image/reference.ts'
import type { ImageStore, Service } from '../../../ports.ts'
import type { Evidence, ImageTags } from '../facts/deployment-evidence.ts'
import { imageIn } from './image-in.ts'

/** The tags that there are, where an image with a tag was not found in the ECR of this account and region. */
export async function readTags(
  { stoppedTasks, serviceEvents }: Pick<Evidence, 'stoppedTasks' | 'serviceEvents'>,
  service: Service | undefined,
  store: ImageStore | undefined,
  readFact: ReadFact,
): Promise<ImageTags | undefined> {
  const said = [
    ...stoppedTasks.flatMap(({ stoppedReason, containers }) => [
      { words: stoppedReason, image: containers[0]?.image },
      ...containers.map(({ reason, image }) => ({ words: reason, image })),
    ]),
    ...serviceEvents.map(({ message }) => ({ words: message, image: undefined })),
  ]
  const missing = said.find(
    ({ words }) => words && findEntry(imagePull, words.untrusted)?.entry.code === 'image-not-found',
  )
  const image = missing && (imageIn(missing.words?.untrusted ?? '') ?? missing.image)
  const reference = image === undefined ? undefined : parseReference(image)
  const { accountId, region } = parseArn(service?.serviceArn ?? '') ?? {}
  const place = reference && ecrPlaceOf(reference.registry)
  if (store === undefined || !image || !reference || reference.digest || place === undefined) return undefined
  if (place.region !== region || place.accountId !== accountId) return undefined
  const { repository } = reference
  const seen = await readFact('ecr:DescribeImages', 'the tags of the repository', () => store.ecr.tags(repository))
  return seen?.value && { image, repository, tags: seen.value }
}
