import { type Clock, deadlineIn, remaining } from '../../../clock.ts'
import type { DeploymentEvent } from '../../../deployment/events.ts'
import { startPace, ticks } from '../../../deployment/pace.ts'
import { Failure, failureInOneLine } from '../../../failure.ts'
import type { Distribution } from '../../../ports.ts'
import { renderText, untrusted } from '../../../text.ts'
import { invalidationPaths, type Viewing } from '../plan/invalidation-paths.ts'
import type { SiteAccess, SiteRequest } from '../request/site-request.ts'

/** An invalidation that was requested. */
export interface Requested {
  readonly distribution: string
  readonly id: string
}

/** What an invalidation is of. */
interface Invalidating {
  readonly files: readonly string[]
  /** The same for the same files of the same try: CloudFront makes one invalidation of it. */
  readonly reference: string
  readonly distributions: readonly Distribution[]
  readonly minutes: number
  /** Keeps the claim while CloudFront is waited for. */
  confirm(): Promise<void>
}

/** How the origins of a distribution that have this bucket are reached, that of the default behavior first: each may have another path. */
export function viewingsOf(
  { origins, defaultRootObject, rewrites }: Distribution,
  { bucket, prefix }: Pick<SiteRequest, 'bucket' | 'prefix'>,
): readonly Viewing[] {
  const own = origins.filter(({ domain }) => domain.startsWith(`${bucket}.s3`))
  const used = own.length > 0 ? own : origins.slice(0, 1)
  return [...new Set(used.map(({ path }) => path))].map((originPath) => {
    const queryStrings = used.some((origin) => origin.path === originPath && origin.queryStrings)
    return { prefix, originPath, defaultRootObject, rewrites, queryStrings }
  })
}

/**
 * Takes what has changed from the edges of every distribution, and waits until that has completed. Returns false where the time is up
 * before that.
 */
export async function* invalidate(
  { files, reference, distributions, minutes, confirm }: Invalidating,
  request: SiteRequest,
  access: SiteAccess,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): AsyncGenerator<DeploymentEvent, Invalidation> {
  const requested: Requested[] = []
  if (files.length === 0 || request.invalidation === 'off' || distributions.length === 0)
    return { requested, isDone: true }
  const deadline = deadlineIn(clock, minutes * 60_000)
  const name = 'Invalidation'
  yield { kind: 'phase', at: clock.now(), name, status: 'running' }
  for (const distribution of distributions) {
    const { id } = distribution
    const paths = request.invalidation === 'all' ? ['/*'] : invalidationPaths(files, viewingsOf(distribution, request))
    if (paths.length === 0) continue
    const created = await createWhenFree(id, paths, reference)
    if ('busy' in created) return { requested, isDone: false, busy: created.busy }
    requested.push({ distribution: id, id: created.id })
    yield {
      kind: 'note',
      at: clock.now(),
      message: untrusted(`invalidation ${created.id} of ${id}: ${countText(paths)}`),
    }
  }
  if (!request.waitForInvalidation) return { requested, isDone: true }
  const open = new Set(requested)
  let silence: string | undefined
  for await (const _ of ticks(clock, deadline, startPace(clock), signal)) {
    await confirm()
    for (const one of open) {
      const answer = await answerOf(access.distributions.isInvalidated(one.distribution, one.id))
      silence = answer.silence
      if (answer.value) open.delete(one)
    }
    if (open.size === 0) break
  }
  yield { kind: 'phase', at: clock.now(), name, status: open.size === 0 ? 'succeeded' : 'failed' }
  return { requested, isDone: open.size === 0, busy: silence }

  /** Waits for those in progress, as CloudFront takes a limited number. `busy`: why it took none until the time was up. */
  async function createWhenFree(id: string, paths: readonly string[], caller: string) {
    for (;;) {
      await confirm()
      const { value: made, silence: none } = await answerOf(access.distributions.invalidate(id, paths, caller))
      if (made?.kind === 'created') return { id: made.id }
      if (remaining(clock, deadline) === 0) return { busy: none ?? tooMany }
      await clock.sleep(Math.min(busyPause, remaining(clock, deadline)), signal)
    }
  }
}

/** What CloudFront answered, or why it did not: an outage is no reason to take a good release back. */
async function answerOf<T>(calling: Promise<T>): Promise<{ readonly value?: T; readonly silence?: string }> {
  try {
    return { value: await calling }
  } catch (error) {
    if (!(error instanceof Failure) || error.parts.code !== 'aws-unreachable') throw error
    return { silence: renderText(failureInOneLine(error.parts), (theirs) => theirs) }
  }
}

/** What became of an invalidation. */
interface Invalidation {
  readonly requested: readonly Requested[]
  readonly isDone: boolean
  /** Why CloudFront took none, or did not answer, until the time was up. */
  readonly busy?: string | undefined
}

const tooMany =
  'TooManyInvalidationsInProgress: CloudFront takes no more invalidations until one in progress has completed'
const busyPause = 10_000
const mostNamed = 5

/** `3 paths (/a, /b, /c), 1,000 a month are free`. */
function countText(paths: readonly string[]): string {
  const named = paths.slice(0, mostNamed).join(', ')
  const more = paths.length > mostNamed ? ', …' : ''
  return `${paths.length} ${paths.length === 1 ? 'path' : 'paths'} (${named}${more}); the first 1,000 paths of a month are free, each further one costs 0.005 USD`
}
