import { type Clock, type Deadline, remaining } from '../clock.ts'
import { duration } from '../duration.ts'
import { Failure } from '../failure.ts'
import type { EcrPushJobs, RepositoryRule } from '../ports.ts'
import { asName, joined, type Text, text, untrusted } from '../text.ts'
import type { PushJobKind } from './push-job-rules.ts'

/** The image that is waited for. */
export interface JobImage {
  readonly repository: string
  readonly digest: string
  readonly region: string
}

/** What a wait needs. */
export interface JobPorts {
  readonly jobs: EcrPushJobs
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Between two reads. Milliseconds. */
const pause = 5_000

/** One signature or one replica. */
interface PushJob {
  /** The signing profile, or the destination as `eu-central-1/111122223333`. */
  readonly target: string
  readonly status: string
  readonly failure: Text
}

/**
 * Waits until the job of every target of the rules is COMPLETE. Throws `image-unsigned` or `image-not-replicated` when one failed or the
 * deadline passed, and the signal's reason.
 */
export async function awaitJobs(
  kind: PushJobKind,
  image: JobImage,
  rules: readonly RepositoryRule[],
  { jobs, clock, signal }: JobPorts,
  deadline: Deadline,
): Promise<readonly string[]> {
  const begun = clock.monotonic()
  const expected = [...new Set(rules.flatMap(({ targets }) => targets))]
  for (;;) {
    const found = await readJobs(kind, jobs, image)
    const failed = found.filter(({ status }) => status === 'FAILED')
    if (failed.length > 0) throw failureOf(kind, image, failed)
    const open = openTargets(kind, expected, found)
    if (open.length === 0) return expected
    const left = remaining(clock, deadline)
    if (left <= 0) throw late(kind, image, { open, found, waited: clock.monotonic() - begun })
    await clock.sleep(Math.min(pause, left), signal)
  }
}

/** Targets whose job is not COMPLETE; the answer may lack one whose job has not begun. */
function openTargets(kind: PushJobKind, expected: readonly string[], found: readonly PushJob[]): readonly string[] {
  const complete = found.filter(({ status }) => status === 'COMPLETE').map(({ target }) => target)
  const among = (targets: readonly string[], place: string) =>
    targets.filter((target) => placeOf(kind, target) === place).length
  return expected.filter((target) => {
    const place = placeOf(kind, target)
    return among(complete, place) < among(expected, place)
  })
}

/**
 * What a job is recognized by. Of a replica, the region alone: whether `registryId` is the account of the source or of the
 * destination, its documentation leaves open (ImageReplicationStatus, "the registry to which the image belongs").
 */
function placeOf(kind: PushJobKind, target: string): string {
  return kind === 'replication' ? target.replace(/\/.*$/, '') : target
}

async function readJobs(
  kind: PushJobKind,
  jobs: EcrPushJobs,
  { repository, digest }: JobImage,
): Promise<readonly PushJob[]> {
  if (kind === 'signing')
    return (await jobs.signing(repository, digest)).map(
      ({ signingProfileArn = 'no signingProfileArn', status = noStatus, failureCode = '', failureReason = '' }) => ({
        target: signingProfileArn,
        status,
        failure: reasonOf(failureCode, failureReason),
      }),
    )
  return (await jobs.replication(repository, digest)).map(
    ({ region = 'no region', registryId = '', status = noStatus, failureCode = '' }) => ({
      target: `${region}/${registryId}`,
      status,
      failure: reasonOf(failureCode),
    }),
  )
}

const noStatus = 'no status'

/** Every member of a response is optional. */
function reasonOf(...members: readonly string[]): Text {
  const given = members.filter((member) => member !== '')
  if (given.length === 0) return text`no failureCode`
  return joined(
    given.map((member) => text`${untrusted(member)}`),
    ': ',
  )
}

const words = {
  signing: {
    code: 'image-unsigned',
    noun: 'managed signing',
    command: 'describe-image-signing-status',
    fix: text`Allow the role of this step signer:SignPayload on the signing profile: Amazon ECR signs at the push, with the identity that pushes. Then run the job again; a reused image is not pushed again and keeps its status.`,
    docs: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/managed-signing.html',
  },
  replication: {
    code: 'image-not-replicated',
    noun: 'replication',
    command: 'describe-image-replication-status',
    fix: text`Check the registry policy of the destination (ecr:ReplicateImage, ecr:CreateRepository) and the immutability of its tags.`,
    docs: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html',
  },
} as const

function failureOf(kind: PushJobKind, image: JobImage, failed: readonly PushJob[]): Failure {
  const { code, noun, fix, docs } = words[kind]
  return new Failure({
    code,
    what: text`FAILED: ${noun} of ${imageName(image)}`,
    why: joined(
      failed.map(({ target, failure }) => text`${asName(placeOf(kind, target))}: ${failure}`),
      '; ',
    ),
    fix,
    docs,
  })
}

interface Late {
  readonly open: readonly string[]
  readonly found: readonly PushJob[]
  readonly waited: number
}

function late(kind: PushJobKind, image: JobImage, { open, found, waited }: Late): Failure {
  const { code, noun, command, docs } = words[kind]
  const statusOf = (target: string) =>
    found.find((job) => job.status !== 'COMPLETE' && placeOf(kind, job.target) === placeOf(kind, target))?.status ??
    noStatus
  const { region, repository, digest } = image
  return new Failure({
    code,
    what: text`The ${noun} of ${imageName(image)} did not complete in ${duration(waited)}`,
    why: joined(
      open.map((target) => text`${asName(target)}: ${untrusted(statusOf(target))}`),
      '; ',
    ),
    fix: text`Run the job again later, or read the status: aws ecr ${command} --region ${untrusted(region)} --repository-name ${untrusted(repository)} --image-id imageDigest=${untrusted(digest)}. An image that was pushed before the rule existed has no status.`,
    docs,
  })
}

function imageName({ repository, digest }: JobImage): Text {
  return text`${asName(repository)}@${untrusted(digest)}`
}
