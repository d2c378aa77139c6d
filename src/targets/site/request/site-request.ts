import type { Nouns } from '../../../deployment/nouns.ts'
import type { Origin } from '../../../deployment/origin.ts'
import type { Distributions, ObjectContent, ObjectHeaders, ObjectStorage, PageReader } from '../../../ports.ts'

/** What a site and its versions are called. */
export const siteNouns: Nouns = { target: 'site', targets: 'sites', version: 'release', made: 'written' }

/** Names of the outputs of a site. */
export const siteOutputs = {
  version: 'release',
  previous: 'previous-release',
  own: { sent: '', unchanged: '', bytes: '' },
}

/** One file of a release, as it is to be served. */
export interface SiteFile {
  /** Below the prefix, with slashes: `docs/index.html`. */
  readonly path: string
  readonly size: number
  /** Hexadecimal, of the bytes that are stored. */
  readonly sha256: string
  readonly headers: ObjectHeaders
  /** Undefined: the bytes are in the bucket. */
  readonly content?: ObjectContent | undefined
}

/** All files of a release, and what is to be said about them. */
export interface SiteFiles {
  readonly files: readonly SiteFile[]
  readonly warnings: readonly string[]
}

/** Which release is to be served. */
export type Wanted =
  | { readonly kind: 'files'; read(): Promise<SiteFiles> }
  /** One that was live before: by its id, or the one before the live one. `from`: the release that it replaces, and no other. */
  | {
      readonly kind: 'release'
      readonly id: string | undefined
      readonly why?: string | undefined
      readonly from?: string | undefined
    }

/** How a part of the visitors gets a release before it is live: by continuous deployment of CloudFront. */
export interface Canary {
  /** Percent of the sessions; undefined: only requests with the header. */
  readonly weight: number | undefined
  readonly minutes: number
  /** Requests with it get the release; undefined: one of Slipway's own, for the check. */
  readonly header: { readonly name: string; readonly value: string } | undefined
}

/** What is requested of a site. */
export interface SiteRequest {
  readonly bucket: string
  /** Account that must own the bucket; undefined: it is not checked. */
  readonly owner: string | undefined
  /** Empty, or with a slash at its end. */
  readonly prefix: string
  readonly region: string
  /** Of the run; empty where there is none. */
  readonly run: string
  readonly origin: Origin | undefined
  readonly wanted: Wanted
  /** Encryption of what Slipway keeps beside the files. */
  readonly encryption: ObjectHeaders
  readonly distributions: readonly string[]
  /** How a release becomes visible: its files are written over those before, or it has a folder, and OriginPath is switched to it. */
  readonly publish: 'in-place' | 'origin-path'
  /** With OriginPath; undefined: all visitors get the release at once. */
  readonly canary: Canary | undefined
  readonly invalidation: 'changed' | 'all' | 'off'
  readonly waitForInvalidation: boolean
  /** Releases before the live one whose files stay. */
  readonly keepReleases: number
  readonly keepDays: number
  readonly deletes: boolean
  /** Whether what is served is compared with what was sent. */
  readonly check: boolean
  /** Public address; undefined: that of the first distribution. */
  readonly url: string | undefined
}

/** What a site uses of its surroundings. */
export interface SiteAccess {
  readonly storage: ObjectStorage
  readonly distributions: Distributions
  readonly pages: PageReader
}

/** Where Slipway keeps what it knows of a site: below its prefix. */
export function stateKeys(prefix: string) {
  const folder = `${prefix}.slipway/`
  return {
    folder,
    /** The live release, its history, and who deploys. */
    site: `${folder}site.json`,
    release: (id: string) => `${folder}releases/${id}.json`,
    /** Bytes that were replaced, by their SHA-256. */
    object: (sha256: string) => `${folder}objects/${sha256}`,
  }
}
