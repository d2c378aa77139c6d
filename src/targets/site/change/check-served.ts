import { createHash } from 'node:crypto'
import { type Clock, deadlineIn } from '../../../clock.ts'
import { startPace, ticks } from '../../../deployment/pace.ts'
import type { Distribution, PageReader, ServedPage } from '../../../ports.ts'
import { type Text, text, untrusted } from '../../../text.ts'
import { rankOf } from '../files/file-roles.ts'
import { encodedPath, viewerPath } from '../plan/invalidation-paths.ts'
import type { Entry } from '../release/release.ts'
import type { SiteRequest } from '../request/site-request.ts'
import { viewingsOf } from './invalidate.ts'

/** How long what is served may differ after an invalidation has completed. Milliseconds. */
const usualPatience = 60_000
const mostPages = 3

/** One page that visitors get. */
export interface Wanted {
  readonly url: string
  readonly path: string
  readonly entry: Entry
}

/** The result of the comparison from outside. `why`: what was served instead. */
export type Served =
  | { readonly kind: 'served'; readonly pages: number; readonly warnings: readonly string[] }
  | { readonly kind: 'not-served'; readonly url: string; readonly why: Text }

/** Which pages are compared: those that changed, the ones of the root first, or any where none did. */
function pagesToCheck(files: ReadonlyMap<string, Entry>, changed: readonly string[]): readonly string[] {
  const isPage = (path: string) =>
    [1, 2].includes(rankOf(path)) && files.get(path)?.headers.ContentEncoding === undefined
  const byDepth = (one: string, other: string) => one.split('/').length - other.split('/').length
  const pages = changed.filter(isPage)
  const candidates = pages.length > 0 ? pages : [...files.keys()].filter(isPage)
  return [...candidates].sort((one, other) => rankOf(other) - rankOf(one) || byDepth(one, other)).slice(0, mostPages)
}

/** The public addresses of those pages; none where the site has no address. */
export function addressesToCheck(
  files: ReadonlyMap<string, Entry>,
  changed: readonly string[],
  request: SiteRequest,
  distributions: readonly Distribution[],
): readonly Wanted[] {
  const [distribution] = distributions
  const domain = distribution && (distribution.aliases.find((alias) => !alias.includes('*')) ?? distribution.domain)
  const base = request.url ?? (domain && `https://${domain}`)
  if (base === undefined) return []
  const viewings = distribution
    ? viewingsOf(distribution, request)
    : [{ prefix: '', originPath: '', defaultRootObject: undefined, rewrites: false, queryStrings: false }]
  return pagesToCheck(files, changed).flatMap((path) => {
    const viewing = viewings.find((one) => viewerPath(path, one) !== undefined)
    const address = viewing && viewerPath(path, viewing)
    const entry = files.get(path)
    if (viewing === undefined || address === undefined || entry === undefined) return []
    const isRoot = address === `/${viewing.defaultRootObject}`
    return [{ url: `${base.replace(/\/$/, '')}${isRoot ? '/' : encodedPath(address)}`, path, entry }]
  })
}

/** How pages are requested, and for how long they may differ. */
interface Asking {
  readonly headers?: Readonly<Record<string, string>>
  /** Milliseconds. */
  readonly patience?: number
  /** Called before every request. */
  confirm?(): Promise<void>
}

/** Compares what is served with what was sent, until it is the same or the time is up. */
export async function checkServed(
  wanted: readonly Wanted[],
  pages: PageReader,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  { headers = {}, patience = usualPatience, confirm }: Asking = {},
): Promise<Served> {
  const deadline = deadlineIn(clock, patience)
  const warnings: string[] = []
  for (const page of wanted) {
    let why: Text | undefined
    for await (const _ of ticks(clock, deadline, startPace(clock), signal)) {
      await confirm?.()
      const found = await pages.read(page.url, headers)
      why = differenceOf(found, page)
      if (why === undefined) {
        if (!('unreachable' in found)) warnings.push(...headerWarnings(found, page))
        break
      }
    }
    if (why !== undefined) return { kind: 'not-served', url: page.url, why }
  }
  return { kind: 'served', pages: wanted.length, warnings }
}

/** How a response differs from a page; undefined: it does not. */
export function differenceOf(
  found: ServedPage | { readonly unreachable: string },
  { entry, path }: Wanted,
): Text | undefined {
  if ('unreachable' in found) return text`there was no response: ${untrusted(found.unreachable)}`
  if (found.status !== 200) return text`the status is ${found.status}${statusHint(found.status)}`
  const sha256 = createHash('sha256').update(found.bytes).digest('hex')
  if (sha256 === entry.sha256) return undefined
  const from = found.headers['x-cache']
  return text`its content (SHA-256 ${untrusted(sha256.slice(0, 12))}, ${found.bytes.length} bytes) is not that of ${untrusted(path)} (${untrusted(entry.sha256.slice(0, 12))}, ${entry.size} bytes)${from === undefined ? [] : text`; x-cache: ${untrusted(from)}`}`
}

function statusHint(status: number): string {
  if (status === 403)
    return ': the policy of the bucket does not allow the distribution to read the object, or the object is missing and s3:ListBucket is not allowed'
  return status === 401 ? ': the site requires a login; set check to off' : ''
}

function headerWarnings({ headers }: ServedPage, { url, entry }: Wanted): readonly string[] {
  const wanted = { 'cache-control': entry.headers.CacheControl, 'content-type': entry.headers.ContentType }
  return Object.entries(wanted)
    .filter(([name, value]) => value !== undefined && headers[name] !== value)
    .map(
      ([name, value]) =>
        `${url} returns ${name}: ${headers[name] ?? 'none'} instead of ${value}: a policy or function of the distribution changes it.`,
    )
}
