import { createHash } from 'node:crypto'
import type { ObjectContent, ObjectHeaders, ObjectStorage } from '../../../ports.ts'
import { stateKeys } from '../request/site-request.ts'
import type { Release } from './release.ts'
import { releaseIn, releaseText } from './release-json.ts'
import { noState, type SiteState, stateIn, stateText } from './site-state.ts'

/** The state of a site with its place in the order of writes. */
export interface FoundState {
  readonly state: SiteState
  /** Undefined: there is no object yet. */
  readonly etag: string | undefined
  /** When it was written, by the clock of S3. Milliseconds since 1970. */
  readonly at: number
}

/** What Slipway keeps of a site in its bucket. */
export interface StateStore {
  read(): Promise<FoundState>
  /** Writes over the state with this ETag alone; undefined: another run was first. */
  write(state: SiteState, over: string | undefined): Promise<string | undefined>
  readRelease(id: string): Promise<Release | undefined>
  writeRelease(release: Release): Promise<void>
}

/** Text as the content of an object. */
export function textContent(source: string): ObjectContent {
  const bytes = new TextEncoder().encode(source)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { size: bytes.length, sha256, read: async (start, end) => bytes.subarray(start, end) }
}

/** Opens the state of a site. `encryption`: headers for the objects of it. */
export function openState(storage: ObjectStorage, prefix: string, encryption: ObjectHeaders): StateStore {
  const keys = stateKeys(prefix)
  const headers = { ContentType: 'application/json; charset=utf-8', CacheControl: 'no-store', ...encryption }
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
  return {
    async read() {
      const found = await storage.get(keys.site)
      if (found === undefined) return { state: noState, etag: undefined, at: 0 }
      return { state: stateIn(decode(found.bytes), keys.site), etag: found.etag, at: found.at }
    },
    async write(state, over) {
      const condition = over === undefined ? ({ kind: 'absent' } as const) : ({ kind: 'etag', etag: over } as const)
      const stored = await storage.put({ key: keys.site, content: textContent(stateText(state)), headers, condition })
      return stored.kind === 'stored' ? stored.etag : undefined
    },
    async readRelease(id) {
      const key = keys.release(id)
      const found = await storage.get(key)
      return found && releaseIn(decode(found.bytes), key)
    },
    async writeRelease(release) {
      await storage.put({ key: keys.release(release.id), content: textContent(releaseText(release)), headers })
    },
  }
}
