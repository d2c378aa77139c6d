import { deadlineIn } from '../../../clock.ts'
import { startPace, ticks } from '../../../deployment/pace.ts'
import type { Events } from '../../../deployment/target.ts'
import { Failure } from '../../../failure.ts'
import type { Distribution, Distributions } from '../../../ports.ts'
import { text, untrusted } from '../../../text.ts'
import { originPathOf } from '../request/release-folder.ts'
import type { SiteRequest } from '../request/site-request.ts'
import type { Hold } from './claim.ts'
import { folderFor, type SiteChange } from './site-change.ts'

/** OriginPath of a distribution, before and after a switch; kept for the post step. */
export interface Switch {
  readonly distribution: string
  readonly from: string
  readonly to: string
}

const name = 'OriginPath'

/** What a change of a site switches. */
export function switchesOf(change: SiteChange): readonly Switch[] {
  const to = originPathOf(change.request.prefix, folderFor(change))
  return change.reading.pointers.map(({ distribution, path }) => ({ distribution, from: path, to }))
}

/** Has the distributions serve the folder of the release. The first of them makes it visible. */
export async function* switchOrigins(change: SiteChange, hold: Hold): Events<void> {
  const { request, access, context } = change
  const switches = switchesOf(change)
  context.keep({ own: { switches } })
  yield { kind: 'phase', at: context.clock.now(), name, status: 'running' }
  for (const one of switches) {
    await hold.confirm()
    await setPath(access.distributions, request.bucket, one, hold.state().canary?.staging)
    const message = untrusted(`OriginPath of ${one.distribution}: ${shown(one.from)} → ${shown(one.to)}`)
    yield { kind: 'note', at: context.clock.now(), message }
  }
}

const shown = (path: string) => path || '(empty)'

/** Has the distributions serve what they served when they were read. */
export async function switchedBack(change: SiteChange, hold: Hold): Promise<void> {
  const { access, request } = change
  await switchBack(access.distributions, request.bucket, switchesOf(change), () => hold.confirm())
}

/** Has the distributions serve again what they served before. */
export async function switchBack(
  distributions: Distributions,
  bucket: string,
  switches: readonly Switch[],
  confirm: () => Promise<void>,
): Promise<void> {
  for (const { distribution, from, to } of switches) {
    await confirm()
    await setPath(distributions, bucket, { distribution, from: to, to: from })
  }
}

/** Where the first release of a site was switched to, and is not served: the distributions serve again what they served before. */
export async function forgetRelease(change: SiteChange, hold: Hold): Promise<void> {
  if (change.request.publish === 'in-place') return
  await switchedBack(change, hold)
  await hold.change({ live: undefined, pending: undefined })
}

async function setPath(
  distributions: Distributions,
  bucket: string,
  { distribution, from, to }: Switch,
  staging?: string,
): Promise<void> {
  const change = { bucket, from, to }
  const set = await (staging === undefined
    ? distributions.setOriginPath(distribution, change)
    : distributions.promote(distribution, staging, change))
  if (set.kind === 'set') return
  throw new Failure({
    code: 'site-busy',
    what: text`OriginPath of the distribution ${untrusted(distribution)} was changed by another program`,
    why: text`it is ${untrusted(shown(set.path))}, and was ${untrusted(shown(from))} when it was read`,
    fix: text`Run this job again. A stack that manages the distribution has to leave OriginPath alone.`,
  })
}

/** Waits for a change that another run has begun: until then, some edges serve what is no longer set. Throws `site-busy`. */
export async function* settled(change: SiteChange, hold: Hold): Events<void> {
  const { reading, context, terms } = change
  if (reading.distributions.every(({ status }) => status === 'Deployed')) return
  yield { kind: 'phase', at: context.clock.now(), name, status: 'running', detail: untrusted('an earlier change') }
  if (yield* untilDeployed(change, hold)) return
  throw new Failure({
    code: 'site-busy',
    what: text`A change of the distributions is still in progress after ${terms.waitMinutes} minutes`,
    why: text`Status InProgress: some edges serve releases that OriginPath no longer leads to`,
    fix: text`Run this job again once the change is complete, or raise wait-for-minutes.`,
  })
}

/** Waits until all edges have the change; false: the time is up before that. */
export async function* untilDeployed(change: SiteChange, hold: Hold): Events<boolean> {
  const isDone = await areDeployed(
    change,
    hold,
    change.reading.pointers.map(({ distribution }) => distribution),
  )
  yield { kind: 'phase', at: change.context.clock.now(), name, status: isDone ? 'succeeded' : 'failed' }
  return isDone
}

/** Waits until all edges have the changes of these distributions; false: the time is up before that. */
export async function areDeployed(change: SiteChange, hold: Hold, ids: readonly string[]): Promise<boolean> {
  const { access, context, terms } = change
  const { clock, signal } = context
  const open = new Set(ids)
  for await (const _ of ticks(clock, deadlineIn(clock, terms.waitMinutes * 60_000), startPace(clock), signal)) {
    await hold.confirm()
    for (const id of open) if ((await access.distributions.distribution(id)).status === 'Deployed') open.delete(id)
    if (open.size === 0) break
  }
  return open.size === 0
}

/** The request and the distributions as they are where a folder is served. */
export function servingFolder(
  request: SiteRequest,
  distributions: readonly Distribution[],
  folder: string | undefined,
): { readonly request: SiteRequest; readonly distributions: readonly Distribution[] } {
  if (request.publish === 'in-place') return { request, distributions }
  const { bucket, prefix } = request
  const path = originPathOf(prefix, folder ?? '')
  const isOwn = ({ domain }: { readonly domain: string }) => domain.startsWith(`${bucket}.s3`)
  return {
    request: { ...request, prefix: `${prefix}${folder ?? ''}` },
    distributions: distributions.map((one) => ({
      ...one,
      origins: one.origins.map((origin) => (isOwn(origin) ? { ...origin, path } : origin)),
    })),
  }
}
