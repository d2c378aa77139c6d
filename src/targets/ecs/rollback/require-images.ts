import { parseArn } from '../../../arn.ts'
import { unlessDenied } from '../../../deployment/optional-permission.ts'
import { ecrPlaceOf } from '../../../image/ecr-host.ts'
import { parseReference } from '../../../image/reference.ts'
import type { Ecr, JsonObject, Service } from '../../../ports.ts'
import { containersOf, textIn } from '../../../task-definition/members.ts'
import { asName, quoted, text, type Untrusted, untrusted } from '../../../text.ts'
import { shortName } from '../request/revision-version.ts'
import { revisionGone } from './find-rollback-target.ts'

interface Images {
  readonly target: { readonly arn: string; readonly definition: JsonObject }
  /** What the service runs now. */
  readonly current: JsonObject | undefined
  readonly service: Service
  readonly region: string
  readonly ecr: Pick<Ecr, 'imageDigest'>
}

/**
 * Checks that the images of a revision still exist, as far as they are in this account's and region's ECR. Throws
 * `revision-gone`; returns warnings about what is uncertain.
 */
export async function requireImages({ target, current, service, region, ecr }: Images): Promise<readonly Untrusted[]> {
  const warnings: string[] = []
  const account = parseArn(service.serviceArn ?? '')?.accountId
  const running = new Set(containersOf(current).map((container) => textIn(container, 'image')))
  for (const container of containersOf(target.definition)) {
    const image = textIn(container, 'image') ?? ''
    const reference = parseReference(image)
    if (reference && !reference.digest && running.has(image) && target.arn !== textIn(current, 'taskDefinitionArn'))
      warnings.push(
        `${shortName(target.arn)} has the same image tag as the live revision (${image}). If that tag was moved, the rollback starts the same image again.`,
      )
    const place = reference && ecrPlaceOf(reference.registry)
    if (!reference || place?.accountId !== account || place?.region !== region) continue
    const { repository, digest, tag = 'latest' } = reference
    const reading = ecr.imageDigest(repository, digest ? { digest } : { tag })
    const found = await unlessDenied(
      reading.then((value) => ({ value })),
      () => warnings.push(`Not authorized to perform ecr:DescribeImages: whether ${image} still exists is unknown.`),
    )
    if (found && found.value === undefined) {
      throw revisionGone(
        text`The image ${asName(image)} of ${asName(shortName(target.arn))} no longer exists`,
        text`ImageNotFoundException, or imageStatus ARCHIVED: deleted or archived by a lifecycle policy or manually`,
        text`Name another revision in the input ${quoted('to')}, restore the image (${quoted('aws ecr update-image-storage-class --target-storage-class STANDARD')}), or build and deploy that commit again. Nothing has been changed.`,
      )
    }
  }
  return warnings.map(untrusted)
}
