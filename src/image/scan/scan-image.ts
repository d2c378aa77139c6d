import { type Clock, type Deadline, remaining } from '../../clock.ts'
import type { EcrScans, ImageScan, Refused } from '../../ports.ts'
import { type EqualResults, isConfirmed, withResult } from './confirmation.ts'
import { isEnhanced } from './findings.ts'
import type { PlatformImage } from './platform-images.ts'
import { meaningOf } from './scan-status.ts'

/** What is known of the scan of one image when the wait is over. */
export interface ScannedImage extends PlatformImage {
  /** What was read last; undefined where nothing was. */
  readonly last?: ImageScan | Refused | undefined
  /** The answer to the request for a basic scan, where it was refused. */
  readonly startRefused?: Refused | undefined
  /** Whether `last` is a result: a scan that ended, and a list of findings that is complete. */
  readonly isResult: boolean
}

/** What a wait for scans needs. */
export interface ScanPorts {
  readonly scans: EcrScans
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Between two reads. Milliseconds. */
const pause = 5_000
/** A scan on push may begin some seconds after the push; a basic scan is not requested before that. Milliseconds. */
const startAfter = 15_000

/** A basic scan of an image can be requested so often (StartImageScan). Milliseconds. */
const betweenScans = 24 * 60 * 60_000

/**
 * Without permission for StartImageScan, a scan is awaited this long: Amazon Inspector lists a new image after one or two minutes.
 * Milliseconds.
 */
const deniedFor = 3 * 60_000

interface Watched {
  readonly image: PlatformImage
  last?: ImageScan | Refused
  equal?: EqualResults
  startRefused?: Refused | undefined
  isStarted: boolean
  /** There is a result, or never one. */
  isOver: boolean
  isResult: boolean
}

/**
 * Waits until every image has a result or can never have one, at the latest until the deadline. A basic scan is requested where
 * there is none. Throws what AWS refuses otherwise, and the signal's reason.
 */
export async function scanImages(
  repository: string,
  images: readonly PlatformImage[],
  ports: ScanPorts,
  deadline: Deadline,
): Promise<readonly ScannedImage[]> {
  const { clock, signal } = ports
  const begun = clock.monotonic()
  const all = images.map((image): Watched => ({ image, isStarted: false, isOver: false, isResult: false }))
  for (;;) {
    for (const watched of all.filter(({ isOver }) => !isOver)) await read(repository, watched, ports, begun)
    const left = remaining(clock, deadline)
    if (left <= 0 || all.every(({ isOver }) => isOver)) return all.map(scanned)
    await clock.sleep(Math.min(pause, left), signal)
  }
}

function scanned({ image, last, startRefused, isResult }: Watched): ScannedImage {
  return { ...image, last, startRefused, isResult }
}

async function read(repository: string, watched: Watched, ports: ScanPorts, begun: number): Promise<void> {
  const { scans, clock } = ports
  const last = await scans.scan(repository, watched.image.digest)
  watched.last = last
  if ('refused' in last) {
    const isTime = clock.monotonic() - begun >= startAfter
    if (last.refused === 'ScanNotFoundException' && isTime) await start(repository, watched, scans)
    if (isDenied(watched.startRefused) && clock.monotonic() - begun >= deniedFor) watched.isOver = true
    return
  }
  const meaning = meaningOf(last.status)
  watched.isOver = meaning.kind === 'none'
  if (meaning.kind !== 'ended') return
  if (isOld(last, clock)) {
    await start(repository, watched, scans)
    if (watched.startRefused === undefined) return
  }
  const moment = { wall: clock.now(), monotonic: clock.monotonic() }
  watched.equal = withResult(watched.equal, last, moment)
  watched.isResult = isConfirmed(watched.equal, last, moment)
  watched.isOver = watched.isResult
}

/** Whether the request for a basic scan was refused for want of a permission, and not for the image. */
export function isDenied(startRefused: Refused | undefined): boolean {
  return (
    startRefused !== undefined &&
    !/^(LimitExceeded|Validation|UnsupportedImageType|Image\w+)Exception$/.test(startRefused.refused)
  )
}

/** Whether a new basic scan can be requested. Enhanced scans are kept up to date by Amazon Inspector. */
function isOld(scan: ImageScan, clock: Clock): boolean {
  const { imageScanCompletedAt: completed } = scan
  return !isEnhanced(scan) && completed !== undefined && clock.now() - completed.getTime() > betweenScans
}

/**
 * Requests a basic scan, once. A registry with enhanced scanning refuses that, as ECR does for an image that it has scanned within
 * 24 hours: the scan may still appear.
 */
async function start(repository: string, watched: Watched, scans: EcrScans): Promise<void> {
  if (watched.isStarted) return
  watched.isStarted = true
  watched.startRefused = await scans.startScan(repository, watched.image.digest)
  const { refused = '' } = watched.startRefused ?? {}
  watched.isOver = refused === 'UnsupportedImageTypeException' || refused === 'ImageArchivedException'
}
