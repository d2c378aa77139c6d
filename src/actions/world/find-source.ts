import { Failure } from '../../failure.ts'
import { type CopyPlan, planCopy } from '../../image/copy.ts'
import { isDigest } from '../../image/reference.ts'
import { nameOf } from '../../image/source-image.ts'
import { text, untrusted } from '../../text.ts'
import type { OpenEnd } from './open-copy-end.ts'

/** The image to promote, by digest or tag. Throws `image-not-found` or `repository-not-found`, with the reason if ECR knows it. */
export async function findSource(source: OpenEnd, reference: string, referrers: boolean): Promise<CopyPlan> {
  const plan = await planCopy(source, reference, referrers)
  if (plan !== undefined) return plan
  const status = source.isForeign ? undefined : await statusOf(source, reference)
  if (status === undefined && !source.isForeign && (await isRepositoryMissing(source)))
    throw new Failure({
      code: 'repository-not-found',
      what: text`RepositoryNotFoundException: the source repository ${untrusted(nameOf(source))} does not exist`,
      fix: text`Correct image, repository, aws-region or role-to-assume. Nothing has been copied.`,
    })
  throw missingImage(source, reference, status)
}

function missingImage(source: OpenEnd, reference: string, status: string | undefined): Failure {
  const name = untrusted(nameOf(source))
  const what = text`ImageNotFoundException: ${name} has no image ${untrusted(reference)}`
  if (status === undefined)
    return new Failure({
      code: 'image-not-found',
      what,
      fix: text`Check the ${isDigest(reference) ? 'digest' : 'tag'}, or push the image again: a lifecycle policy may have deleted it. Nothing has been copied.`,
    })
  const id = `${isDigest(reference) ? 'imageDigest' : 'imageTag'}=${reference}`
  return new Failure({
    code: 'image-not-found',
    what: text`${what} that can be pulled`,
    why: text`its imageStatus is ${untrusted(status)}`,
    fix: text`Restore it: aws ecr update-image-storage-class --repository-name ${untrusted(source.repository)} --image-id ${untrusted(id)} --target-storage-class STANDARD. Nothing has been copied.`,
  })
}

/** Explains a failure only, so a missing permission does not take its place. */
async function statusOf({ ecr, repository }: OpenEnd, reference: string): Promise<string | undefined> {
  const id = isDigest(reference) ? { digest: reference } : { tag: reference }
  return unlessDenied(ecr.imageStatus(repository, id), undefined)
}

function isRepositoryMissing({ ecr, repository }: OpenEnd): Promise<boolean> {
  return unlessDenied(
    ecr.describeRepository(repository).then((found) => found === undefined),
    false,
  )
}

function unlessDenied<Value>(asked: Promise<Value>, otherwise: Value): Promise<Value> {
  return asked.catch((error: unknown) => {
    if (error instanceof Failure && error.parts.code === 'permission-missing') return otherwise
    throw error
  })
}
