/** What the guard makes of two commits: of their tags, and of GitHub's comparison of them. */
import { describe, expect, test } from '@jest/globals'
import { olderThan, openWatchman } from '../../src/deployment/commit-guard.ts'
import { type Origin, tagsOf } from '../../src/deployment/origin.ts'
import type { Guard } from '../../src/deployment/policies.ts'
import type { CommitOrder, Incomparable, JsonObject } from '../../src/ports.ts'
import { provenanceOf } from '../../src/targets/ecs/facts/origin-tags.ts'
import { serviceNouns } from '../../src/targets/ecs/request/service-nouns.ts'
import { failure, plain } from '../refusal.ts'

const ours: Origin = { commit: 'a'.repeat(40), repository: 'acme/api', run: '200/1', ref: 'refs/heads/main' }
const theirs: Origin = { ...ours, commit: 'b'.repeat(40), run: '100/1' }

const definitionOf = (origin: Origin): JsonObject => ({
  tags: Object.entries(tagsOf(origin)).map(([key, value]) => ({ key, value })),
})

type Answer = CommitOrder | Incomparable

/** The guard of our commit. `asked`: the pairs that GitHub compared. */
function guarding(answer: Answer | undefined, policy: Partial<Guard> = {}) {
  const guard: Guard = { mode: 'on', onDiverged: 'other-branch', allowOlder: false, origin: ours, ...policy }
  const asked: string[] = []
  const compare = async (base: string, head: string) => {
    asked.push(`${base.slice(0, 1)}...${head.slice(0, 1)}`)
    return answer as Answer
  }
  return { guard, asked, watchman: openWatchman(guard, serviceNouns, { history: answer && { compare } }) }
}

/** What becomes of a deployment: `pass`, its warning, `older`, or why it is refused and what to do. */
async function judged(answer: Answer | undefined, policy: Partial<Guard>, there: JsonObject | undefined) {
  const { watchman, guard, asked } = guarding(answer, policy)
  const told = await watchman.judge(provenanceOf(there)).then(
    (judgement) => {
      if (judgement.kind === 'pass') return plain(judgement.warning) || 'pass'
      const { outcome, serving, cause } = olderThan(judgement, guard, { id: 'api:1', label: 'api:1' })
      return `${outcome} ${serving?.label}: ${plain(cause?.what)}. ${plain(cause?.why)}. ${plain(cause?.fix)}`
    },
    async (error: unknown) => {
      const { code, what, why, fix } = await failure(Promise.reject(error))
      return `${code}: ${what}: ${why}. ${fix}`
    },
  )
  return { told, asked }
}

const gone: Incomparable = { reason: 'gone', unknown: 'commit bbbbbbb no longer exists on GitHub' }
const denied: Incomparable = { reason: 'denied', unknown: 'github-token lacks contents: read' }
const unanswered: Incomparable = { reason: 'unanswered', unknown: 'GitHub returned HTTP 503' }
const other = { ref: 'refs/heads/hotfix' }

describe('what is there', () => {
  test.each<[string, Answer, Partial<Origin>, Partial<Guard>, RegExp]>([
    ['is contained in ours: goes on', 'ahead', {}, {}, /^pass$/],
    ['is the same by another name: goes on', 'identical', {}, {}, /^pass$/],
    [
      'contains ours: superseded',
      'behind',
      {},
      {},
      /^superseded api:1: Commit aaaaaaa is older than the live commit bbbbbbb, so nothing was deployed\. run 100\/1 of acme\/api deployed bbbbbbb before this run\. Nothing to do\. To roll back on purpose, run the rollback workflow \(actions\/rollback\), or set the input allow-older: true\.$/,
    ],
    ['contains ours, and allow-older: goes on', 'behind', {}, { allowOlder: true }, /^pass$/],
    [
      'has diverged on another branch: goes on with a warning',
      'diverged',
      other,
      {},
      /^Commit aaaaaaa \(main\) does not contain the live commit bbbbbbb \(hotfix\), which it replaces: the commits have diverged\.$/,
    ],
    [
      'has diverged on the same branch: refused',
      'diverged',
      {},
      {},
      /^commit-order-unproven: Commit aaaaaaa does not contain the live commit bbbbbbb, so nothing was deployed: the commits have diverged, and both are of branch main, as after a force push\. Merge bbbbbbb and deploy the result; or set the input on-diverged to deploy\.$/,
    ],
    [
      'has diverged on the same branch, and on-diverged is deploy: goes on with a warning',
      'diverged',
      {},
      { onDiverged: 'deploy' },
      /^Commit aaaaaaa \(main\) does not contain the live commit bbbbbbb \(main\)/,
    ],
    [
      'has diverged on another branch, and on-diverged is refuse: refused',
      'diverged',
      other,
      { onDiverged: 'refuse' },
      /^commit-order-unproven: .*: the commits have diverged, and on-diverged is refuse\./,
    ],
    [
      'has diverged and does not say its branch: refused',
      'diverged',
      { ref: '' },
      {},
      /^commit-order-unproven: .*: the commits have diverged, and they may be of the same branch, as the branch of one of them is unknown\./,
    ],
    [
      'has diverged, and our branch is not known: refused',
      'diverged',
      other,
      { origin: { ...ours, ref: '' } },
      /^commit-order-unproven: .*, and they may be of the same branch/,
    ],
    [
      'has diverged from a branch that is not known, and on-diverged is deploy: goes on with a warning',
      'diverged',
      { ref: '' },
      { onDiverged: 'deploy' },
      /^Commit aaaaaaa \(main\) does not contain the live commit bbbbbbb, which it replaces/,
    ],
    [
      'is not known to GitHub: counts as diverged',
      gone,
      other,
      {},
      /^Commit aaaaaaa \(main\) does not contain the live commit bbbbbbb \(hotfix\), which it replaces: commit bbbbbbb no longer exists on GitHub\.$/,
    ],
    [
      'cannot be compared as GitHub does not answer: refused',
      unanswered,
      {},
      {},
      /^commit-order-unproven: Could not verify that commit aaaaaaa is newer than the live bbbbbbb, so nothing was deployed: GitHub returned HTTP 503\. Run this job again when GitHub responds \(https:\/\/www\.githubstatus\.com\); or deploy once with the input allow-older: true\.$/,
    ],
    [
      'may not be compared, and its run came before ours: goes on with a warning',
      denied,
      {},
      {},
      /^Could not verify that commit aaaaaaa is newer than the live bbbbbbb: github-token lacks contents: read\. Its run is newer, so the deployment continues\. To have the commits compared, give the job the permission contents: read, and set github-token\.$/,
    ],
    [
      'may not be compared, and its run is ours: goes on with a warning',
      denied,
      { run: '200/1' },
      {},
      /Its run is newer, so the deployment continues/,
    ],
    [
      'may not be compared, and its run has a shorter number',
      denied,
      { run: '99/2' },
      {},
      /Its run is newer, so the deployment continues/,
    ],
    [
      'may not be compared, and its run came after ours: superseded',
      denied,
      { run: '1000/1' },
      {},
      /^superseded api:1: Commit aaaaaaa is of an older run than the live commit bbbbbbb, so nothing was deployed\. run 1000\/1 of acme\/api deployed bbbbbbb and is newer than this run; the commits could not be compared: github-token lacks contents: read\. Nothing to do\./,
    ],
    [
      'may not be compared, and says no run: refused',
      denied,
      { run: 'local' },
      {},
      /^commit-order-unproven: .*: github-token lacks contents: read\. Give the job the permission contents: read, and set github-token; or deploy once/,
    ],
    [
      'may not be compared, and ours is of no run: refused',
      denied,
      {},
      { origin: { ...ours, run: 'x200/1' } },
      /^commit-order-unproven: .*set github-token/,
    ],
    [
      'may not be compared, and the guard is strict: refused',
      denied,
      {},
      { mode: 'strict' },
      /^commit-order-unproven: .*set github-token/,
    ],
  ])('%s', async (_, answer, there, policy, said) => {
    const { told } = await judged(answer, policy, definitionOf({ ...theirs, ...there }))
    expect(told).toMatch(said)
  })

  test.each<[string, JsonObject | undefined, RegExp, RegExp]>([
    ['is nothing', undefined, /^pass$/, /^pass$/],
    [
      'has no tag of a commit',
      { family: 'api' },
      /^Could not verify that commit aaaaaaa is newer than the live revision: the live revision has no tag slipway:commit, so it was not deployed by Slipway\.$/,
      /^commit-order-unproven: Could not verify that commit aaaaaaa is newer than the live revision, so nothing was deployed: the live revision has no tag slipway:commit, so it was not deployed by Slipway\. Allow ecs:TagResource; or deploy once with the input allow-older: true\.$/,
    ],
    [
      'is of another repository',
      definitionOf({ ...theirs, repository: 'acme/web' }),
      /^Could not verify that commit aaaaaaa is newer than the live revision: the live revision was deployed from acme\/web\.$/,
      /^commit-order-unproven: .*: the live revision was deployed from acme\/web\./,
    ],
    ['is of our commit', definitionOf(ours), /^pass$/, /^pass$/],
  ])('%s: GitHub is not asked', async (_, there, on, strict) => {
    for (const [mode, said] of [['on', on] as const, ['strict', strict] as const]) {
      const { told, asked } = await judged('behind', { mode }, there)
      expect(told).toMatch(said)
      expect(asked).toEqual([])
    }
  })

  test('is compared where the repository was written in other letters, as GitHub does not tell them apart', async () => {
    const { told } = await judged('ahead', {}, definitionOf({ ...theirs, repository: 'Acme/API' }))
    expect(told).toBe('pass')
  })

  test('is judged by the order of runs where there is no repository to ask', async () => {
    const { told } = await judged(undefined, {}, definitionOf(theirs))
    expect(told).toMatch(/the repository is unknown\. Its run is newer/)
  })

  test('is compared with ours once, however often it is judged', async () => {
    const { watchman, asked } = guarding('ahead')
    for (let count = 0; count < 3; count++) await watchman.judge(provenanceOf(definitionOf(theirs)))
    await watchman.mayMark(theirs)
    expect(asked).toEqual(['b...a'])
    await watchman.judge(provenanceOf(definitionOf({ ...theirs, commit: 'c'.repeat(40) })))
    expect(asked).toEqual(['b...a', 'c...a'])
  })
})

describe('a revision that is taken again', () => {
  test.each<[string, Answer | undefined, Partial<Origin>, boolean]>([
    ['gets the tags of a newer commit', 'ahead', {}, true],
    ['gets those of a commit that has diverged', 'diverged', {}, true],
    ['gets those in the place of a commit that GitHub does not know', gone, {}, true],
    ['gets those in the place of an older run, where nothing can be compared', denied, {}, true],
    ['gets those in the place of another repository', 'behind', { repository: 'acme/web' }, true],
    ['keeps those of a newer commit', 'behind', {}, false],
    ['keeps those of a newer run, where nothing can be compared', denied, { run: '300/1' }, false],
    ['keeps its own where GitHub does not answer', unanswered, {}, false],
    ['keeps those of a newer commit of a repository in other letters', 'behind', { repository: 'ACME/api' }, false],
  ])('%s', async (_, answer, there, expected) => {
    expect(await guarding(answer).watchman.mayMark({ ...theirs, ...there })).toBe(expected)
  })
})
