import { begun } from '../begun.ts'
import { Failure } from '../failure.ts'
import type { Incomparable } from '../ports/commit-history.ts'
import type { EnvironmentEnd, EnvironmentHistory } from '../ports/environment-history.ts'
import { type Text, text, untrusted } from '../text.ts'
import type { EnvironmentOrder } from './policies.ts'

/** Begins the proof while the target is read; it is awaited before anything is changed. A dry run needs none. */
export function beginOrder(
  { order, dryRun }: { readonly order?: EnvironmentOrder | undefined; readonly dryRun: boolean },
  { environments }: { readonly environments?: EnvironmentHistory | undefined },
): Promise<void> {
  return order === undefined || dryRun ? Promise.resolve() : begun(requireOrder(order, environments))
}

type Standing =
  | { readonly isProven: true }
  /** `isUnread`: GitHub's page could not be read, so that a later try may end otherwise without another deployment. */
  | { readonly isProven: false; readonly why: Text; readonly isUnread?: boolean }

/** A service that is not proven to have been deployed. */
export interface Unproven {
  readonly service: string
  readonly why: Text
  readonly isUnread: boolean
}

/** The first service that is not proven to run the image in `order.before`; undefined where all are. */
export async function firstUnproven(
  order: EnvironmentOrder,
  history: EnvironmentHistory | undefined,
): Promise<Unproven | undefined> {
  for (const service of order.services) {
    const standing = await standingOf(service, order, history)
    if (!standing.isProven) return { service, why: standing.why, isUnread: standing.isUnread ?? false }
  }
  return undefined
}

/**
 * Proves that the environment before runs what is to be deployed here: each service ended well there with the same image,
 * in this run or in the last one. Throws `environment-order-unproven`.
 */
async function requireOrder(order: EnvironmentOrder, history: EnvironmentHistory | undefined): Promise<void> {
  const found = await firstUnproven(order, history)
  if (found !== undefined) throw unproven(order, found.service, found.why)
}

async function standingOf(
  service: string,
  order: EnvironmentOrder,
  history: EnvironmentHistory | undefined,
): Promise<Standing> {
  let isNewest = true
  for await (const end of history?.ends(order.before, service) ?? []) {
    if ('unknown' in end) return { isProven: false, why: unread(end), isUnread: true }
    const isOurs = end.run === order.run
    if (end.kind === 'rolled-back')
      return {
        isProven: false,
        why: text`run ${untrusted(end.run)} rolled it back in ${untrusted(order.before)} after that`,
      }
    if (end.kind === 'succeeded' && isSame(end, order) && (isOurs || isNewest)) return { isProven: true }
    if (isOurs) return { isProven: false, why: contradiction(end, order) }
    isNewest = false
  }
  return {
    isProven: false,
    why: text`GitHub has no successful deployment of this ${subject(order)} to ${untrusted(order.before)}`,
  }
}

function isSame({ digest, commit }: EnvironmentEnd, order: EnvironmentOrder): boolean {
  if (order.digest !== undefined) return digest === order.digest
  return order.commit !== '' && commit === order.commit
}

function contradiction({ kind, digest }: EnvironmentEnd, order: EnvironmentOrder): Text {
  if (kind === 'failed') return text`this run's deployment to ${untrusted(order.before)} failed`
  return text`this run deployed ${untrusted(digest ?? 'no image by its digest')} to ${untrusted(order.before)}, not ${untrusted(order.digest ?? order.commit)}`
}

function unread({ reason, unknown }: Incomparable): Text {
  return reason === 'denied'
    ? text`${untrusted(unknown)}; the job needs the permission deployments: read, and the input github-token`
    : text`${untrusted(unknown)}`
}

function subject({ digest, isOfSeveral, commit }: EnvironmentOrder): Text {
  if (isOfSeveral) return text`release (commit ${untrusted(commit.slice(0, 7))} with its images)`
  return digest === undefined ? text`commit (${untrusted(commit.slice(0, 7))})` : text`image (${untrusted(digest)})`
}

function unproven({ environment, before }: EnvironmentOrder, service: string, why: Text): Failure {
  return new Failure({
    code: 'environment-order-unproven',
    what: text`Not deployed to ${untrusted(environment)}: could not verify that ${untrusted(service)} was deployed successfully to ${untrusted(before)} first`,
    why,
    fix: text`Deploy to ${untrusted(before)} first (Re-run all jobs), then to ${untrusted(environment)}; or leave out after-environment to deploy without this check. Nothing has been changed.`,
  })
}
