import { Failure } from '../../../failure.ts'
import type { Distributions } from '../../../ports.ts'
import { invalidationPaths } from '../plan/invalidation-paths.ts'
import type { SiteRequest } from '../request/site-request.ts'
import { viewingsOf } from './invalidate.ts'

/** What the post step has to know to invalidate; of the record of a run. */
export interface LateInvalidation {
  readonly bucket: string
  readonly prefix: string
  readonly distributions?: readonly string[] | undefined
  readonly invalidation?: SiteRequest['invalidation'] | undefined
}

/**
 * Requests the invalidation of files for which a run that was cancelled does not wait, nor does its post step: the next run does. Returns
 * whether it was requested for all distributions.
 */
export async function invalidateLate(
  { bucket, prefix, distributions: ids = [], invalidation = 'off' }: LateInvalidation,
  files: readonly string[],
  reference: string,
  distributions: Distributions,
): Promise<boolean> {
  if (files.length === 0 || invalidation === 'off' || ids.length === 0) return false
  const request = async (id: string) => {
    const found = await distributions.distribution(id, { cachePolicies: true })
    const changed = () => invalidationPaths(files, viewingsOf(found, { bucket, prefix }))
    const paths = invalidation === 'all' ? ['/*'] : changed()
    return paths.length === 0 || (await distributions.invalidate(id, paths, reference)).kind === 'created'
  }
  const done = await Promise.all(ids.map((id) => request(id).catch(notRequested)))
  return done.every((isDone) => isDone)
}

/** What is pending is in the state of the site: nothing is lost. */
function notRequested(error: unknown): false {
  if (error instanceof Failure && error.parts.code !== 'cancelled') return false
  throw error
}
