import { createHash } from 'node:crypto'
import { deadlineIn } from '../../../clock.ts'
import { startPace, ticks } from '../../../deployment/pace.ts'
import type { Text } from '../../../text.ts'
import { differenceOf, type Wanted } from './check-served.ts'
import type { Hold } from './claim.ts'
import type { SiteChange } from './site-change.ts'

/** Between two looks at a page. Milliseconds. */
const interval = 30_000
/** How long a page may be wrong: edges change one after the other. Milliseconds. */
const patience = 60_000

/** What visitors of the canary got instead of the release. */
export interface Refused {
  readonly url: string
  readonly why: Text
  /** The request had it, as no visitor's has. */
  readonly header?: string
}

interface Watched {
  readonly wanted: readonly Wanted[]
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Waits for the minutes of a canary, and compares what visitors get meanwhile: the page of the release, or without the header that of the
 * live one. Returns the page that was neither for a minute.
 */
export async function watchCanary(
  { access, context, reading }: SiteChange,
  hold: Hold,
  { wanted, headers }: Watched,
  minutes: number,
): Promise<Refused | undefined> {
  const { clock, signal } = context
  const end = deadlineIn(clock, minutes * 60_000)
  const isByHeader = Object.keys(headers).length > 0
  const lives = wanted.filter(({ path }) => isByHeader || reading.live?.files.has(path))
  const wrongSince = new Map<string, number>()
  let lookedAt = clock.monotonic()
  for await (const _ of ticks(clock, end, startPace(clock), signal)) {
    await hold.confirm()
    if (clock.monotonic() - lookedAt < interval) continue
    lookedAt = clock.monotonic()
    for (const page of lives) {
      const found = await access.pages.read(page.url, headers)
      const why = differenceOf(found, page)
      const sha256 = isByHeader ? undefined : reading.live?.files.get(page.path)?.sha256
      const isRight = why === undefined || ('bytes' in found && found.status === 200 && hashOf(found.bytes) === sha256)
      const since = wrongSince.get(page.url) ?? clock.monotonic()
      if (isRight) wrongSince.delete(page.url)
      else wrongSince.set(page.url, since)
      if (!isRight && clock.monotonic() - since >= patience) return { url: page.url, why }
    }
  }
  return undefined
}

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
