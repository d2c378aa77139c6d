import type { Aws } from '../../aws/connect.ts'
import { type Deadline, deadlineIn } from '../../clock.ts'
import { Failure, failureInOneLine } from '../../failure.ts'
import type { PushJobKind } from '../../image/push-job-rules.ts'
import type { RepositoryRule } from '../../ports.ts'
import type { Runner } from '../../runner/action.ts'
import { asName, joined, text, untrusted } from '../../text.ts'
import type { PushJobInputs } from '../inputs/scan-inputs.ts'

/** The registry whose signatures and replicas are waited for. */
export interface PushJobPlace {
  readonly inputs: PushJobInputs
  readonly repository: string
  /** Region and account of the registry, until a moment after which no call is tried again. */
  readonly open: (deadline: Deadline) => Pick<Aws, 'region' | 'ecrPushJobs'>
  readonly runner: Runner
}

/** Rules of the registry that apply to the repository, for what is waited for. */
export type PushJobRules = ReadonlyMap<PushJobKind, readonly RepositoryRule[]>

/**
 * Minutes. Most images are replicated in less than 30 minutes (ECR user guide, "Private image replication"); AWS gives no time for
 * signatures.
 */
const longestMinutes: Readonly<Record<PushJobKind, number>> = { signing: 10, replication: 60 }
/** For the rules, and after the wait for a last read. Milliseconds. */
const shortTime = 60_000

/** Before the build: that the registry signs and replicates images of the repository, where that is waited for. */
export async function checkPushJobRules({ inputs, repository, open, runner }: PushJobPlace): Promise<PushJobRules> {
  const kinds: readonly PushJobKind[] = [
    ...(inputs.waitForSigning ? ['signing' as const] : []),
    ...(inputs.waitForReplication ? ['replication' as const] : []),
  ]
  const found = new Map<PushJobKind, readonly RepositoryRule[]>()
  if (kinds.length === 0) return found
  const { requireJobRules } = await import('../../image/push-job-rules.ts')
  const { ecrPushJobs } = open(deadlineIn(runner.clock, shortTime))
  const failed: Failure[] = []
  for (const kind of kinds) {
    try {
      found.set(kind, await requireJobRules(ecrPushJobs, kind, repository))
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      failed.push(error)
    }
  }
  const [first, second] = failed
  if (first !== undefined) throw second === undefined ? first : both(first, second)
  return found
}

/** Two failures in one, so that both are corrected at once. */
function both({ parts }: Failure, { parts: other }: Failure): Failure {
  return new Failure({
    ...parts,
    why: text`${parts.why ?? []}; ${failureInOneLine(other)}`,
    fix: text`${parts.fix ?? []} ${other.fix ?? []}`,
  })
}

/** After the push: waits for all signatures and replicas of an image. */
export async function awaitPushJobs(place: PushJobPlace, rules: PushJobRules, digest: string): Promise<void> {
  const { repository, open, runner } = place
  const { clock, signal, log } = runner
  if (rules.size === 0) return
  const { awaitJobs } = await import('../../image/await-jobs.ts')
  for (const [kind, ofKind] of rules) {
    const deadline = deadlineIn(clock, longestMinutes[kind] * 60_000)
    const { region, ecrPushJobs: jobs } = open(deadline + shortTime)
    const image = { repository, digest, region }
    log.info(
      text`Waiting for the ${kind} of ${asName(repository)}@${untrusted(digest)}, at most ${longestMinutes[kind]} minutes`,
    )
    const done = await awaitJobs(kind, image, ofKind, { jobs, clock, signal }, deadline)
    log.info(
      text`${kind === 'signing' ? 'Signed by' : 'Replicated to'} ${joined(done.map((target) => text`${asName(target)}`))}`,
    )
  }
}
