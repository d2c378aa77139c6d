import { deadlineIn } from '../../../clock.ts'
import { type Origin, tagsOf } from '../../../deployment/origin.ts'
import { ticks } from '../../../deployment/pace.ts'
import type { Events } from '../../../deployment/target.ts'
import { Failure } from '../../../failure.ts'
import type { ApplicationVersion, BundleLocation } from '../../../ports.ts'
import { joined, text, untrusted } from '../../../text.ts'
import type { BeanstalkContext, BeanstalkRequest, WantedVersion } from '../request/beanstalk-request.ts'
import { startWatchPace } from '../watch/watch-pace.ts'

/** A version that is made or found. */
export interface Obtaining {
  readonly request: BeanstalkRequest
  readonly wanted: WantedVersion
  readonly existing: ApplicationVersion | undefined
  readonly origin: Origin | undefined
}

/** The first part of the keys of our bundles. */
export const keyPrefix = 'slipway/'

/** Makes the version, or finds it, and waits until Elastic Beanstalk has validated it: before that no instance is touched. */
export async function* obtainVersion(obtaining: Obtaining, context: BeanstalkContext): Events<ApplicationVersion> {
  const { request, wanted, existing } = obtaining
  const version = existing ?? (await makeVersion(obtaining, context))
  const at = context.clock.now()
  yield { kind: 'versioned', at, version: { id: wanted.label, label: wanted.label }, reused: existing !== undefined }
  return yield* processed(version, request, context)
}

async function makeVersion(
  { request, wanted, origin }: Obtaining,
  context: BeanstalkContext,
): Promise<ApplicationVersion> {
  const { label, description, content } = wanted
  const { application } = request
  const tags = origin ? tagsOf(origin) : {}
  const of = { application, label, description, tags }
  if (content.kind === 'existing') throw new Error(`a version that exists is made: ${label}`)
  if (content.kind === 'image') return await context.beanstalk.createVersion({ ...of, content: { image: content.uri } })
  const source = await upload(request, content, context)
  return await context.beanstalk.createVersion({ ...of, content: { source } })
}

/** The name of an application in a key: letters, digits, dots, underscores and hyphens stay. */
function keyPart(name: string): string {
  return name.replace(/[^\w.-]/g, '-')
}

/** Sends the bundle under a key of its content. An object that has the key already is never used, whatever it is. */
async function upload(
  { application, bucket: given }: BeanstalkRequest,
  { bytes, sha256 }: { readonly bytes: Uint8Array; readonly sha256: string },
  { beanstalk, storages, identity, clock }: BeanstalkContext,
): Promise<BundleLocation> {
  const [bucket, { accountId }] = await Promise.all([given ?? beanstalk.storageBucket(), identity()])
  const storage = storages.bucket(bucket, accountId)
  const content = { size: bytes.length, sha256, read: async (start: number, end: number) => bytes.subarray(start, end) }
  const put = async (key: string) => {
    const object = { key, content, headers: { ContentType: 'application/zip' }, condition: { kind: 'absent' } as const }
    return (await storage.put(object)).kind === 'stored'
  }
  const key = `${keyPrefix}${keyPart(application)}/${sha256}`
  if (await put(`${key}.zip`)) return { bucket, key: `${key}.zip` }
  const suffix = Math.floor(clock.random() * 16 ** 8).toString(16)
  const other = `${key}-${suffix.padStart(8, '0')}.zip`
  if (await put(other)) return { bucket, key: other }
  throw new Failure({
    code: 'aws-rejected',
    what: text`PreconditionFailed: other objects have the keys of this bundle in the bucket ${untrusted(bucket)}`,
    fix: text`Run the job again. Check which program writes below ${untrusted(keyPrefix)} in that bucket.`,
  })
}

/** Longer than any validation; a build of an image has its own limit of at most eight hours. Milliseconds. */
const longestProcessing = 10 * 60_000

/** Unprocessed is the end for versions that AWS was not asked to validate. */
async function* processed(
  made: ApplicationVersion,
  { application }: BeanstalkRequest,
  context: BeanstalkContext,
): Events<ApplicationVersion> {
  const { clock, signal, beanstalk } = context
  let version = made
  const deadline = deadlineIn(clock, longestProcessing)
  const isOver = () => /^(Processed|Unprocessed|Failed)$/.test(version.status)
  if (!isOver()) {
    yield { kind: 'phase', at: clock.now(), name: 'Processing application version', status: 'running' }
    for await (const _ of ticks(clock, deadline, startWatchPace(clock, 3_000), signal)) {
      version = (await beanstalk.describeVersion(application, version.label)) ?? version
      if (isOver()) break
    }
    const status = version.status === 'Processed' ? 'succeeded' : 'failed'
    yield { kind: 'phase', at: clock.now(), name: 'Processing application version', status }
  }
  if (version.status === 'Failed' || !isOver()) throw await notProcessed(version, application, made, context)
  return version
}

async function notProcessed(
  { label, status }: ApplicationVersion,
  application: string,
  { createdAt }: ApplicationVersion,
  { beanstalk }: BeanstalkContext,
): Promise<Failure> {
  const events = await beanstalk.events(application, { label, since: createdAt })
  const errors = events.filter(({ severity, message }) => severity === 'ERROR' && !/^Finished processing/.test(message))
  const said = errors.map(({ message }) => text`${untrusted(message)}`)
  return new Failure({
    code: 'version-failed',
    what: text`Finished processing application version ${untrusted(label)} ${untrusted(status.toUpperCase())}`,
    why: said.length > 0 ? joined(said, '; ') : text`Elastic Beanstalk reports no reason`,
    fix: text`Correct env.yaml and the files in .ebextensions (YAML, option names), then run the job again. No instance was touched.`,
    docs: 'https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/ebextensions.html',
  })
}
