import type { Config } from '../../config/schema.ts'
import { type ImageTarget, selectImages } from '../../config/select-images.ts'
import { publicNameOf } from '../../image/ecr-host.ts'
import { partitionOf } from '../../partitions.ts'
import { repositoryArn } from './definition-facts.ts'

/** Whether the image is in Amazon ECR Public. */
export function isPublic({ repository }: Pick<ImageTarget, 'repository'>): boolean {
  return publicNameOf(repository) !== undefined
}

/** ARN of an image's repository; of a public one without region and alias (Service Authorization Reference, "Amazon ECR Public"). */
export function imageArn(image: ImageTarget): string {
  const publicName = publicNameOf(image.repository)
  if (publicName === undefined) return repositoryArn(image.repository, image)
  const name = publicName.slice(publicName.indexOf('/') + 1)
  return `arn:${partitionOf(image.region).id}:ecr-public::${image.accountId}:repository/${name}`
}

/** ARNs of the repositories that tasks need a permission to pull from: everyone pulls from a public one. */
export function privateArns(config: Config): readonly string[] {
  return selectImages(config)
    .filter((image) => !isPublic(image))
    .map(imageArn)
}
