import { Failure } from '../failure.ts'
import type { CommitHistory, CommitOrder, Incomparable } from '../ports/commit-history.ts'
import { setting, type Text, text, untrusted } from '../text.ts'
import type { Context } from './context.ts'
import type { Nouns } from './nouns.ts'
import { branchName, type Origin } from './origin.ts'
import { certain, type End } from './outcomes.ts'
import type { Guard } from './policies.ts'
import type { Version } from './version.ts'

/** Whether a deployment may replace what is there. `byRuns`: why the order of runs decided, and not that of the commits. */
export type Judgement =
  | { readonly kind: 'pass'; readonly warning?: Text | undefined }
  | { readonly kind: 'older'; readonly than: Origin; readonly byRuns?: Text | undefined }

/** How our commit stands to another of the same repository, as far as that can be known. */
type Standing =
  | { readonly kind: 'newer'; readonly byRuns?: Text | undefined }
  | { readonly kind: 'older'; readonly byRuns?: Text | undefined }
  | { readonly kind: 'diverged'; readonly why: Text }
  | { readonly kind: 'unknown'; readonly why: Text; readonly fix: Text }

/** Where a version that is live, or on its way, comes from. */
export interface Provenance {
  /** As the version is marked; undefined: it is not. */
  readonly origin: Origin | undefined
  /** What it says that it is not marked, as the end of a sentence, and what has versions marked. */
  readonly unmarked: { readonly why: Text; readonly fix: Text }
}

/** One deployment's view of the order of commits. */
export interface Watchman {
  readonly guard: Guard
  /** Throws `commit-order-unproven` where the policy refuses. `there`: undefined where there is nothing to read. */
  judge(there: Provenance | undefined): Promise<Judgement>
  /** False where a version's tags may say what is newer than ours, so that they stay as they are. */
  mayMark(origin: Origin): Promise<boolean>
}

const pass: Judgement = { kind: 'pass' }

/** Judges by the tags of what is there and by GitHub's comparison of the two commits; asks GitHub once for each pair. */
export function openWatchman(guard: Guard, nouns: Nouns, { history }: Pick<Context, 'history'>): Watchman {
  const asked = new Map<string, ReturnType<CommitHistory['compare']>>()
  const compare = async (base: string) => {
    const known = asked.get(base) ?? history?.compare(base, guard.origin.commit)
    if (known === undefined) return { reason: 'denied', unknown: 'the repository is unknown' } as const
    asked.set(base, known)
    return await known
  }
  return {
    guard,
    async judge(there) {
      if (guard.allowOlder || there === undefined) return pass
      const { origin: theirs, unmarked } = there
      if (theirs === undefined) return untold(guard, nouns, unmarked)
      const elsewhere = text`the live ${nouns.version} was deployed from ${untrusted(theirs.repository)}`
      if (!isSameRepository(theirs, guard.origin)) return untold(guard, nouns, { ...unmarked, why: elsewhere })
      if (theirs.commit === guard.origin.commit) return pass
      return decide(guard, theirs, standing(guard, theirs, await compare(theirs.commit)))
    },
    async mayMark(theirs) {
      if (!isSameRepository(theirs, guard.origin)) return true
      const { kind } = standing(guard, theirs, await compare(theirs.commit))
      return kind === 'newer' || kind === 'diverged'
    },
  }
}

function standing(guard: Guard, theirs: Origin, compared: CommitOrder | Incomparable): Standing {
  switch (compared) {
    case 'ahead':
    case 'identical':
      return { kind: 'newer' }
    case 'behind':
      return { kind: 'older' }
    case 'diverged':
      return { kind: 'diverged', why: text`the commits have diverged` }
  }
  const why = text`${untrusted(compared.unknown)}`
  switch (compared.reason) {
    case 'gone':
      return { kind: 'diverged', why }
    case 'denied':
      return byRuns(guard, theirs, why)
    case 'unanswered':
      return { kind: 'unknown', why, fix: text`Run this job again when GitHub responds (https://www.githubstatus.com)` }
  }
}

/**
 * The ids of a repository's runs grow with time, and a run that is repeated keeps its own (GitHub's documentation of
 * `github.run_id`). A run may deploy an older commit than the run before it did, so this is second best.
 */
function byRuns({ mode, origin }: Guard, theirs: Origin, why: Text): Standing {
  const [ours, there] = [runIdOf(origin), runIdOf(theirs)]
  if (mode === 'strict' || ours === undefined || there === undefined)
    return { kind: 'unknown', why, fix: text`Give the job the permission contents: read, and set github-token` }
  return { kind: ours < there ? 'older' : 'newer', byRuns: why }
}

function runIdOf({ run }: Origin): bigint | undefined {
  const [, id] = /^(\d+)\//.exec(run) ?? []
  return id === undefined ? undefined : BigInt(id)
}

function decide(guard: Guard, theirs: Origin, found: Standing): Judgement {
  const [ours, there] = [short(guard.origin.commit), short(theirs.commit)]
  switch (found.kind) {
    case 'older':
      return { kind: 'older', than: theirs, byRuns: found.byRuns }
    case 'newer':
      return found.byRuns ? { kind: 'pass', warning: secondBest(guard, theirs, found.byRuns) } : pass
    case 'unknown':
      throw unproven(text`commit ${ours} is newer than the live ${there}`, found)
    case 'diverged': {
      const kept = keepsDiverged(guard, theirs)
      if (kept !== undefined) throw diverged(guard, theirs, text`${found.why}, ${kept}`)
      return {
        kind: 'pass',
        warning: text`Commit ${ours}${ofBranch(guard.origin)} does not contain the live commit ${there}${ofBranch(theirs)}, which it replaces: ${found.why}.`,
      }
    }
  }
}

/** Why a commit that has diverged is not deployed, as the end of a sentence; undefined where it is. */
function keepsDiverged({ onDiverged, origin }: Guard, theirs: Origin): Text | undefined {
  if (onDiverged === 'deploy') return undefined
  if (onDiverged === 'refuse') return text`and on-diverged is refuse`
  // A branch that is not known may be the same one, whose history a force push has changed.
  if (origin.ref === '' || theirs.ref === '')
    return text`and they may be of the same branch, as the branch of one of them is unknown`
  return origin.ref === theirs.ref
    ? text`and both are of branch ${untrusted(branchName(origin))}, as after a force push`
    : undefined
}

function ofBranch(origin: Origin): Text {
  return origin.ref === '' ? text`` : text` (${untrusted(branchName(origin))})`
}

function secondBest({ origin }: Guard, theirs: Origin, why: Text): Text {
  return text`Could not verify that commit ${short(origin.commit)} is newer than the live ${short(theirs.commit)}: ${why}. Its run is newer, so the deployment continues. To have the commits compared, give the job the permission contents: read, and set github-token.`
}

function diverged({ origin }: Guard, theirs: Origin, why: Text): Failure {
  return new Failure({
    code: 'commit-order-unproven',
    what: text`Commit ${short(origin.commit)} does not contain the live commit ${short(theirs.commit)}, so nothing was deployed`,
    why,
    fix: text`Merge ${short(theirs.commit)} and deploy the result; or set ${setting('on-diverged')} to deploy.`,
  })
}

/** What has no commit of this repository to compare with. */
function untold({ mode, origin }: Guard, { version }: Nouns, { why, fix }: Provenance['unmarked']): Judgement {
  const ours = short(origin.commit)
  if (mode === 'on')
    return {
      kind: 'pass',
      warning: text`Could not verify that commit ${ours} is newer than the live ${version}: ${why}.`,
    }
  throw unproven(text`commit ${ours} is newer than the live ${version}`, { why, fix })
}

function unproven(claim: Text, { why, fix }: { readonly why: Text; readonly fix: Text }): Failure {
  return new Failure({
    code: 'commit-order-unproven',
    what: text`Could not verify that ${claim}, so nothing was deployed`,
    why,
    fix: text`${fix}; or deploy once with ${setting('allow-older')}: true.`,
  })
}

function isSameRepository(one: Origin, other: Origin): boolean {
  return one.repository.toLowerCase() === other.repository.toLowerCase()
}

function short(commit: string) {
  return untrusted(commit.slice(0, 7))
}

/** The end of a deployment that would have put an older commit, or that of an older run, in the place of a newer one. */
export function olderThan(
  { than, byRuns }: Extract<Judgement, { kind: 'older' }>,
  { origin }: Guard,
  serving: Version | undefined,
): End {
  const [ours, there] = [short(origin.commit), short(than.commit)]
  const what = byRuns
    ? text`Commit ${ours} is of an older run than the live commit ${there}, so nothing was deployed`
    : text`Commit ${ours} is older than the live commit ${there}, so nothing was deployed`
  const run = text`run ${untrusted(than.run)} of ${untrusted(than.repository)}`
  const why = byRuns
    ? text`${run} deployed ${there} and is newer than this run; the commits could not be compared: ${byRuns}`
    : text`${run} deployed ${there} before this run`
  const fix = text`Nothing to do. To roll back on purpose, run the rollback workflow (actions/rollback), or set ${setting('allow-older')}: true.`
  return { outcome: 'superseded', serving, cause: certain('older-commit', what, why, fix) }
}
