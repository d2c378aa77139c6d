import { parseArn } from '../../arn.ts'
import { ecrPlaceOf } from '../../image/ecr.ts'
import { parseReference } from '../../image/reference.ts'
import type { Ecr, JsonObject, Service } from '../../ports.ts'
import { containersOf, textIn } from '../../task-definition/members.ts'
import { asName, text, type Untrusted, untrusted } from '../../text.ts'
import { shortName } from '../end.ts'
import { unlessDenied } from '../permitted.ts'
import { gone } from './target.ts'

interface Images {
  readonly target: { readonly arn: string; readonly definition: JsonObject }
  /** What the service runs now. */
  readonly current: JsonObject | undefined
  readonly service: Service
  readonly region: string
  readonly ecr: Pick<Ecr, 'imageDigest'>
}

/**
 * Looks whether the images of a revision are still there, as far as they are in this account's and region's ECR. Throws
 * `revision-gone`; returns warnings about what is not certain.
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
        `${shortName(target.arn)} names its image by the same tag as what runs now (${image}). If that tag was moved, the same image comes back.`,
      )
    const place = reference && ecrPlaceOf(reference.registry)
    if (!reference || place?.accountId !== account || place?.region !== region) continue
    const { repository, digest, tag = 'latest' } = reference
    const look = ecr.imageDigest(repository, digest ? { digest } : { tag })
    const found = await unlessDenied(
      look.then((value) => ({ value })),
      () =>
        warnings.push(
          `The credentials do not allow ecr:DescribeImages, so it is not known whether ${image} still exists.`,
        ),
    )
    if (found && found.value === undefined) {
      throw gone(
        text`The image ${asName(image)} of ${asName(shortName(target.arn))} is gone`,
        text`Amazon ECR has no such image any more, or has archived it (imageStatus ARCHIVED): by a lifecycle policy or by hand`,
        text`Name another revision in the input to, restore the image (aws ecr update-image-storage-class --target-storage-class STANDARD), or build and deploy that commit again. Nothing has been changed.`,
      )
    }
  }
  return warnings.map(untrusted)
}
