import { Failure } from '../failure.ts'
import type { CommitOrder, JsonObject } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'
import { certain, type End } from './end.ts'
import type { Journey } from './journey.ts'
import { type Origin, originOf } from './origin.ts'

/** What keeps an older commit from replacing a newer one. */
export interface Guard {
  /** `on`: goes on, with a warning, where the order cannot be proven. `strict`: refuses there. */
  readonly mode: 'on' | 'strict'
  /** What is done when neither commit contains the other. */
  readonly onDiverged: 'deploy' | 'refuse'
  /** True: an older commit is wanted. */
  readonly allowOlder: boolean
  /** Of what is to be deployed. */
  readonly origin: Origin
}

/** Whether a deployment may replace what is there. */
export type Judgement =
  | { readonly kind: 'pass'; readonly warning?: Text | undefined }
  | { readonly kind: 'older'; readonly than: Origin }

type Compared = CommitOrder | { readonly unknown: string }

/** One deployment's view of the order of commits. */
export interface Watchman {
  /** Throws `commit-order-unproven` where the policy refuses. `there`: the definition that runs or is being deployed. */
  judge(there: JsonObject | undefined): Promise<Judgement>
  /** True when a revision's tags say what is newer than ours, so that they stay as they are. */
  isNewer(origin: Origin): Promise<boolean>
}

const pass: Judgement = { kind: 'pass' }

/** Judges by the tags of what is there and by GitHub's comparison of the two commits; asks GitHub once for each pair. */
export function openWatchman(guard: Guard, { history }: Pick<Journey, 'history'>): Watchman {
  const asked = new Map<string, Promise<Compared>>()
  const compare = (base: string) => {
    const known = asked.get(base) ?? history?.compare(base, guard.origin.commit)
    if (known === undefined) return Promise.resolve<Compared>({ unknown: 'there is no repository to ask' })
    asked.set(base, known)
    return known
  }
  return {
    async judge(there) {
      if (guard.allowOlder || there === undefined) return pass
      const theirs = originOf(there)
      if (theirs === undefined)
        return unproven(guard, text`what runs now has no tag slipway:commit, so it was not deployed by Slipway`)
      if (!isSameRepository(theirs, guard.origin))
        return unproven(guard, text`what runs now was deployed from ${untrusted(theirs.repository)}`)
      if (theirs.commit === guard.origin.commit) return pass
      return decide(guard, theirs, await compare(theirs.commit))
    },
    async isNewer(origin) {
      return isSameRepository(origin, guard.origin) && (await compare(origin.commit)) === 'behind'
    },
  }
}

function decide(guard: Guard, theirs: Origin, compared: Compared): Judgement {
  if (typeof compared !== 'string') return unproven(guard, text`${untrusted(compared.unknown)}`)
  switch (compared) {
    case 'ahead':
    case 'identical':
      return pass
    case 'behind':
      return { kind: 'older', than: theirs }
    case 'diverged':
      return diverged(guard, theirs)
  }
}

function diverged(guard: Guard, theirs: Origin): Judgement {
  const [ours, there] = [short(guard.origin.commit), short(theirs.commit)]
  if (guard.onDiverged === 'deploy')
    return { kind: 'pass', warning: text`The commit ${ours} does not contain ${there}, which it replaces.` }
  throw new Failure({
    code: 'commit-order-unproven',
    what: text`The commit ${ours} does not contain the commit ${there} that runs now, so nothing was deployed`,
    why: text`the two have diverged, and on-diverged is refuse`,
    fix: text`Merge what runs now and deploy the result; or set on-diverged: deploy where branches take turns.`,
  })
}

function unproven({ mode, origin }: Guard, why: Text): Judgement {
  const ours = short(origin.commit)
  if (mode === 'on')
    return { kind: 'pass', warning: text`It is not proven that ${ours} is newer than what it replaces: ${why}.` }
  throw new Failure({
    code: 'commit-order-unproven',
    what: text`It is not proven that the commit ${ours} is newer than what runs now, so nothing was deployed`,
    why,
    fix: text`Give github-token with contents: read and allow ecs:TagResource; or deploy this once with allow-older: true.`,
  })
}

function isSameRepository(one: Origin, other: Origin): boolean {
  return one.repository.toLowerCase() === other.repository.toLowerCase()
}

function short(commit: string) {
  return untrusted(commit.slice(0, 7))
}

/** The end of a deployment that would have put an older commit in the place of a newer one. */
export function olderThan(than: Origin, { origin }: Guard, serving: string | undefined): End {
  return {
    outcome: 'superseded',
    serving,
    cause: certain(
      'older-commit',
      text`The commit ${short(origin.commit)} is older than ${short(than.commit)}, which is there already, so nothing was changed`,
      text`run ${untrusted(than.run)} of ${untrusted(than.repository)} came first with the newer one`,
      text`Nothing has to be done. To go back on purpose, set allow-older: true.`,
    ),
  }
}
