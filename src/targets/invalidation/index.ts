import { createHash } from 'node:crypto'
import { deadlineIn, remaining } from '../../clock.ts'
import type { Changed, Obstacle } from '../../deployment/conflict.ts'
import type { Context } from '../../deployment/context.ts'
import { causeOf, certain, type End } from '../../deployment/outcomes.ts'
import { startPace, ticks } from '../../deployment/pace.ts'
import type { Events, Prepared, Target } from '../../deployment/target.ts'
import type { Terms } from '../../deployment/terms.ts'
import type { Version } from '../../deployment/version.ts'
import { Failure } from '../../failure.ts'
import type { Distribution, Distributions } from '../../ports.ts'
import { quoted, renderText, text, untrusted } from '../../text.ts'

/** What is invalidated after a deployment. */
export interface Invalidation {
  readonly distribution: string
  readonly paths: readonly string[]
  /** Of the run, without its attempt: however often it finds the version live, it makes one invalidation for that. */
  readonly run: string
  /** True for a rollback: the service is as it was, whether or not edges are stale, so a failure is a warning. */
  readonly isBack?: boolean | undefined
}

const name = 'Invalidation'
/** How long other invalidations of the distribution are waited for, and ours, after the deployment. Milliseconds. */
const patience = 15 * 60_000
const busyPause = 10_000
const unwatched = untrusted('after.invalidate is left out, as the deployment is not watched to its end.')

/**
 * A target behind a distribution: once a version of it was deployed, or was live already, paths are invalidated and awaited. Where that
 * fails the deployment has failed: edges may serve responses of the version before. A rollback invalidates as well.
 */
export function invalidatingTarget(target: Target, what: Invalidation, access: Distributions): Target {
  const back = (one: Target) => invalidatingTarget(one, { ...what, isBack: true }, access)
  const { earlier } = target
  return {
    ...target,
    async *lookAhead(terms, context) {
      requireTags(what, await access.distribution(what.distribution))
      return target.lookAhead && (yield* target.lookAhead(terms, context))
    },
    async *prepare(terms, context, watchman) {
      if (tagsOf(what).length > 0) requireTags(what, await access.distribution(what.distribution))
      return invalidating(yield* target.prepare(terms, context, watchman), { what, access, terms, context })
    },
    ...(earlier && { earlier: (goal) => back(earlier.call(target, goal)) }),
  }
}

const tagsOf = ({ paths }: Invalidation) => paths.filter((path) => path.startsWith('#'))

/** CloudFront accepts cache tags for any distribution, and invalidates nothing where it has no header for them. */
function requireTags(what: Invalidation, { id, cacheTagHeader }: Distribution): void {
  const [tag] = tagsOf(what)
  if (tag === undefined || cacheTagHeader !== undefined) return
  throw new Failure({
    code: 'inputs-invalid',
    what: text`after.invalidate has the cache tag ${quoted(tag)}, but the distribution ${untrusted(id)} has no CacheTagConfig`,
    why: text`CloudFront ignores cache tags of such a distribution: nothing would be invalidated`,
    fix: text`Name the header with which the origin gives cache tags in CacheTagConfig of the distribution, or invalidate paths. Nothing has been changed on AWS.`,
    docs: 'https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-by-tags.html',
  })
}

interface Scene {
  readonly what: Invalidation
  readonly access: Distributions
  readonly terms: Terms
  readonly context: Context
}

function invalidating(prepared: Prepared, scene: Scene): Prepared {
  const { plan, confirm, ready } = prepared
  const { distribution, paths } = scene.what
  const value = text`${untrusted(paths.join(' '))} of ${untrusted(distribution)}, afterwards`
  const fact = { label: 'Invalidation', value, line: text`invalidate ${value}` }
  return {
    ...prepared,
    warnings: scene.terms.wait ? prepared.warnings : [...prepared.warnings, unwatched],
    plan: { ...plan, facts: [...plan.facts, fact] },
    async *confirm() {
      const end = confirm ? yield* confirm() : ({ outcome: 'unchanged', serving: plan.from } as const)
      return scene.terms.dryRun ? end : yield* afterEnd(end, scene)
    },
    async ready() {
      const { change, ...rest } = await ready()
      return {
        ...rest,
        async *change() {
          return yield* afterEnd(yield* change(), scene)
        },
      }
    },
  }
}

/** The end of a deployment, once what edges have of it is invalidated. Only a good one is followed by an invalidation. */
async function* afterEnd<Ending extends End | Obstacle | Changed>(end: Ending, scene: Scene): Events<Ending | End> {
  if (!('outcome' in end) || !['succeeded', 'unchanged'].includes(end.outcome)) return end
  const { context } = scene
  try {
    yield { kind: 'phase', at: context.clock.now(), name, status: 'running' }
    const id = yield* invalidate(scene, referenceOf(scene, end.outcome, end.serving))
    yield { kind: 'phase', at: context.clock.now(), name, status: id === undefined ? 'failed' : 'succeeded' }
    return id === undefined ? yield* failed(end, late(scene.what), scene) : end
  } catch (error) {
    if (context.signal.aborted || !(error instanceof Failure)) throw error
    yield { kind: 'phase', at: context.clock.now(), name, status: 'failed' }
    return yield* failed(end, causeOf(error), scene)
  }
}

/** The id of the invalidation once it is complete; undefined: it was not in time. */
async function* invalidate({ what, access, context }: Scene, reference: string): Events<string | undefined> {
  const { clock, signal } = context
  const { distribution, paths } = what
  const deadline = deadlineIn(clock, patience)
  for (;;) {
    const made = await access.invalidate(distribution, paths, reference)
    if (made.kind === 'created') {
      const message = untrusted(`invalidation ${made.id} of ${distribution}: ${paths.join(', ')}`)
      yield { kind: 'note', at: clock.now(), message }
      for await (const _ of ticks(clock, deadline, startPace(clock), signal))
        if (await access.isInvalidated(distribution, made.id)) return made.id
      return undefined
    }
    if (remaining(clock, deadline) === 0) return undefined
    await clock.sleep(Math.min(busyPause, remaining(clock, deadline)), signal)
  }
}

/**
 * `CallerReference` (CloudFront API reference, InvalidationBatch). A deployment that has changed something is followed by an invalidation
 * of its own, also where the same run had deployed this version before; a job that is repeated and finds the version live has one for
 * the run.
 */
function referenceOf({ what, context }: Scene, outcome: string, serving: Version | undefined): string {
  const { run, distribution, paths } = what
  const changed = outcome === 'unchanged' ? undefined : context.clock.now()
  const parts = JSON.stringify([run, serving?.id, distribution, paths, changed])
  return `slipway-${createHash('sha256').update(parts).digest('hex').slice(0, 32)}`
}

type Cause = NonNullable<End['cause']>

function late({ distribution }: Invalidation): Cause {
  return certain(
    'timed-out',
    text`the invalidation of CloudFront distribution ${untrusted(distribution)} did not complete within ${patience / 60_000} minutes`,
    text`CloudFront reports it as InProgress`,
    text`Run this job again: it invalidates once more, and waits again.`,
  )
}

async function* failed<Ending extends End>(end: Ending, cause: Cause, { what, context }: Scene): Events<Ending | End> {
  const { distribution, paths, isBack } = what
  const stale = `edges of ${distribution} may serve earlier responses of ${paths.join(', ')} until their TTL is over`
  if (!isBack) return { ...end, outcome: 'failed', cause, left: text`Until then, ${untrusted(stale)}.` }
  const reason = renderText(cause.what, (theirs) => theirs)
  yield { kind: 'warning', at: context.clock.now(), message: untrusted(`${reason}: ${stale}.`) }
  return end
}
