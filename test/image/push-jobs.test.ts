/** The wait for what Amazon ECR does after a push, managed signing and replication: when it ends, and its failures. */
import { describe, expect, test } from '@jest/globals'
import type { Clock } from '../../src/clock.ts'
import { awaitJobs } from '../../src/image/await-jobs.ts'
import { type PushJobKind, requireJobRules } from '../../src/image/push-job-rules.ts'
import type { EcrPushJobs, ReplicationStatus, RepositoryRule, SigningStatus } from '../../src/ports.ts'
import { failure, said } from '../refusal.ts'

const profile = (name: string) => `arn:aws:signer:eu-west-1:111122223333:/signing-profiles/${name}`
const [release, audit] = [profile('release'), profile('audit')]
const [frankfurt, london] = ['eu-central-1/111122223333', 'eu-west-2/444455556666']
const image = { repository: 'team/api', digest: 'sha256:abc', region: 'eu-west-1' }

const rule = (...targets: readonly string[]): RepositoryRule => ({ filters: [], targets })
const signature = (signingProfileArn: string, status: string): SigningStatus => ({ signingProfileArn, status })
const replica = (target: string, status: string): ReplicationStatus => {
  const [region, registryId] = target.split('/')
  return { region, registryId, status }
}

/** A registry with its answers by the second from which they hold, and the seconds at which it was read. */
function registry<Status>(answers: Readonly<Record<number, readonly Status[]>>) {
  const begun = 7_000_000
  let now = begun
  const clock: Clock = {
    now: () => 0,
    monotonic: () => now,
    random: () => 0,
    sleep: async (milliseconds, signal) => {
      signal?.throwIfAborted()
      now += milliseconds
    },
  }
  const reads: number[] = []
  const read = async (repository: string, digest: string) => {
    const second = (now - begun) / 1000
    if (repository !== image.repository || digest !== image.digest)
      throw new Error(`${repository}@${digest} was not pushed`)
    if (reads.push(second) > 99) throw new Error('the wait does not end')
    return Object.entries(answers).findLast(([from]) => Number(from) <= second)?.[1] ?? []
  }
  const jobs = { signing: read, replication: read } as unknown as EcrPushJobs
  const wait = (
    kind: PushJobKind,
    rules: readonly RepositoryRule[],
    { seconds = 60, signal = new AbortController().signal } = {},
  ) => awaitJobs(kind, image, rules, { jobs, clock, signal }, begun + seconds * 1000)
  return { wait, reads }
}

describe('the wait', () => {
  test('ends with the first read in which every profile has signed, and names each once', async () => {
    const { wait, reads } = registry({
      0: [],
      4: [signature(release, 'COMPLETE'), signature(audit, 'IN_PROGRESS')],
      8: [signature(release, 'COMPLETE'), signature(audit, 'COMPLETE')],
    })
    expect(await wait('signing', [rule(release), rule(audit), rule(release)])).toEqual([release, audit])
    expect(reads).toEqual([0, 5, 10])
  })

  test('does not count the signature of a profile that no rule names', async () => {
    const { wait } = registry({
      0: [signature(release, 'COMPLETE'), signature(profile('old'), 'COMPLETE')],
      5: [signature(release, 'COMPLETE'), signature(profile('old'), 'COMPLETE'), signature(audit, 'COMPLETE')],
    })
    expect(await wait('signing', [rule(release, audit)])).toEqual([release, audit])
  })

  test('reads once more at its deadline, and not after it', async () => {
    const late = registry({ 11: [signature(release, 'COMPLETE')] })
    await late.wait('signing', [rule(release)], { seconds: 12 })
    expect(late.reads).toEqual([0, 5, 10, 12])
    const tooLate = registry({ 13: [signature(release, 'COMPLETE')] })
    expect((await failure(tooLate.wait('signing', [rule(release)], { seconds: 12 }))).what).toBe(
      'The managed signing of team/api@sha256:abc did not complete in 12s',
    )
    expect(tooLate.reads).toEqual([0, 5, 10, 12])
  })

  test('ends when the job is cancelled', async () => {
    const { wait } = registry({})
    const cancelled = new Error('cancelled')
    await expect(wait('signing', [rule(release)], { signal: AbortSignal.abort(cancelled) })).rejects.toBe(cancelled)
  })

  // ImageReplicationStatus: "registryId" may be the account of the source or of the destination.
  test('recognizes a replica by its region, whichever account is named', async () => {
    const { wait, reads } = registry({
      0: [replica(frankfurt, 'COMPLETE'), replica('eu-west-2/111122223333', 'IN_PROGRESS')],
      5: [replica(frankfurt, 'COMPLETE'), replica('eu-west-2/111122223333', 'COMPLETE')],
    })
    expect(await wait('replication', [rule(frankfurt, london)])).toEqual([frankfurt, london])
    expect(reads).toEqual([0, 5])
  })

  test('needs as many replicas in a region as there are destinations in it', async () => {
    const { wait, reads } = registry({
      0: [replica(frankfurt, 'COMPLETE'), replica(london, 'COMPLETE')],
      5: [replica(frankfurt, 'COMPLETE'), replica(frankfurt, 'COMPLETE')],
    })
    await wait('replication', [rule(frankfurt), rule('eu-central-1/444455556666')])
    expect(reads).toEqual([0, 5])
  })
})

test.each<[PushJobKind, readonly string[], readonly object[], string, RegExp]>([
  [
    'signing',
    [release, audit, profile('late')],
    [signature(audit, 'IN_PROGRESS'), signature(profile('late'), 'COMPLETE'), signature(release, 'PENDING')],
    `${release}: PENDING; ${audit}: IN_PROGRESS`,
    /aws ecr describe-image-signing-status --region eu-west-1 --repository-name team\/api --image-id imageDigest=sha256:abc\. .*\/managed-signing\.html/s,
  ],
  [
    'replication',
    [frankfurt, london],
    [replica('eu-west-2/111122223333', 'IN_PROGRESS')],
    `${frankfurt}: no status; ${london}: IN_PROGRESS`,
    /aws ecr describe-image-replication-status --region eu-west-1 --repository-name team\/api --image-id imageDigest=sha256:abc\. .*\/replication\.html/s,
  ],
  [
    'replication',
    [frankfurt, 'eu-central-1/444455556666'],
    [replica(frankfurt, 'COMPLETE'), replica('eu-central-1/444455556666', 'IN_PROGRESS')],
    `${frankfurt}: IN_PROGRESS; eu-central-1/444455556666: IN_PROGRESS`,
    /replication\.html/,
  ],
])('%s that is late names what is open, and the command that reads it', async (kind, targets, statuses, why, how) => {
  const wait = () => registry({ 0: statuses }).wait(kind, [rule(...targets)])
  expect((await failure(wait())).why).toBe(why)
  expect(await wait().catch(said)).toMatch(how)
})

test.each<[PushJobKind, string, readonly object[], string, RegExp]>([
  [
    'signing',
    'image-unsigned',
    [
      { ...signature(release, 'FAILED'), failureCode: 'AccessDenied', failureReason: 'not authorized' },
      { ...signature(audit, 'FAILED'), failureCode: 'ProfileNotFound', failureReason: 'no such profile' },
    ],
    `${release}: AccessDenied: not authorized; ${audit}: ProfileNotFound: no such profile`,
    /FAILED: managed signing of team\/api@sha256:abc.*signer:SignPayload.*\/managed-signing\.html/s,
  ],
  [
    'replication',
    'image-not-replicated',
    [replica(frankfurt, 'COMPLETE'), { ...replica(london, 'FAILED'), failureCode: 'AccessDenied' }],
    'eu-west-2: AccessDenied',
    /FAILED: replication of team\/api@sha256:abc.*ecr:ReplicateImage.*\/replication\.html/s,
  ],
])(
  '%s that fails ends the wait at once, with every failure and what to do',
  async (kind, code, statuses, why, what) => {
    const { wait, reads } = registry({ 0: statuses })
    const targets = kind === 'signing' ? [release, audit] : [frankfurt, london]
    const waiting = wait(kind, [rule(...targets)])
    expect(await failure(waiting)).toMatchObject({ code, why })
    expect(await waiting.catch(said)).toMatch(what)
    expect(reads).toEqual([0])
  },
)

// Every member of ImageSigningStatus and ImageReplicationStatus is optional.
test.each<[PushJobKind, object, RegExp]>([
  ['signing', { status: 'FAILED' }, /^no signingProfileArn: no failureCode$/],
  ['signing', { status: 'FAILED', failureCode: 'AccessDenied' }, /^no signingProfileArn: AccessDenied$/],
  ['replication', { status: 'FAILED' }, /^no region: no failureCode$/],
  ['signing', { signingProfileArn: release }, /release: no status$/],
  ['replication', { region: 'eu-central-1' }, /^eu-central-1\/111122223333: no status$/],
])('a status of %s without all its members is no success, and nothing is invented: %j', async (kind, status, why) => {
  const { wait } = registry({ 0: [status] })
  expect((await failure(wait(kind, [rule(kind === 'signing' ? release : frankfurt)]))).why).toMatch(why)
})

describe('the rules of a registry', () => {
  const rules = (...filters: readonly (readonly string[])[]): readonly RepositoryRule[] =>
    filters.map((each, index) => ({ filters: each, targets: [`target-${index}`] }))
  const given = (found: readonly RepositoryRule[] | undefined, other: readonly RepositoryRule[] = []) => ({
    signing: { signingRules: async () => found, replicationRules: async () => other } as EcrPushJobs,
    replication: { signingRules: async () => other, replicationRules: async () => found } as EcrPushJobs,
  })

  test.each<[PushJobKind, string, readonly (readonly string[])[], readonly number[]]>([
    ['signing', 'no filter is every repository', [[]], [0]],
    ['signing', 'one of the filters is enough', [['web', 'team/*', 'x']], [0]],
    ['signing', 'a wildcard covers slashes', [['*'], ['t*i'], ['*/web']], [0, 1]],
    ['signing', 'a filter is the whole name', [['team/ap'], ['team/api'], ['eam/api']], [1]],
    ['replication', 'no filter is every repository', [['web'], []], [1]],
    ['replication', 'one of the filters is enough', [['web', 'team/']], [0]],
    ['replication', 'a filter is a prefix of the name', [['team/ap'], ['api'], ['team/api']], [0, 2]],
  ])('%s: %s', async (kind, _, filters, fitting) => {
    const all = rules(...filters)
    const found = await requireJobRules(given(all)[kind], kind, 'team/api')
    expect(found).toEqual(all.filter((_, index) => fitting.includes(index)))
  })

  test.each<[PushJobKind, readonly RepositoryRule[] | undefined, string]>([
    ['signing', undefined, 'SigningConfigurationNotFoundException: the registry has no signing configuration'],
    ['signing', [], 'the signing configuration has no rules'],
    [
      'signing',
      rules(['web', 'api'], ['team']),
      'the signing configuration has no rule for it, only for web, api, team',
    ],
    ['replication', [], 'the registry has no rules'],
    ['replication', rules(['web'], ['*']), 'the registry has no rule for it, only for web, *'],
    // A wildcard is a character of a prefix, and a prefix is no wildcard.
    ['replication', rules(['team/*']), 'the registry has no rule for it, only for team/*'],
    ['signing', rules(['team/']), 'the signing configuration has no rule for it, only for team/'],
  ])('%s without one for the repository: %j', async (kind, found, why) => {
    const jobs = given(found, rules([]))[kind]
    expect((await failure(requireJobRules(jobs, kind, 'team/api'))).why).toBe(why)
  })

  test.each<[PushJobKind, string, RegExp]>([
    [
      'signing',
      'image-unsigned',
      /signs no images of the repository "team\/api".*aws ecr put-signing-configuration.*remove wait-for-signing.*\/managed-signing\.html/s,
    ],
    [
      'replication',
      'image-not-replicated',
      /replicates no images of the repository "team\/api".*aws ecr put-replication-configuration.*remove wait-for-replication.*\/replication\.html/s,
    ],
  ])('%s: how to add one, or not to wait', async (kind, code, words) => {
    const require = () => requireJobRules(given([])[kind], kind, 'team/api')
    expect((await failure(require())).code).toBe(code)
    expect(await require().catch(said)).toMatch(words)
  })
})
