import { createHash } from 'node:crypto'
import type { Origin } from '../../../deployment/origin.ts'
import type { ObjectHeaders } from '../../../ports.ts'
import { headerText } from '../files/header-rules.ts'

/** A file as it lies in the bucket. */
export interface Entry {
  readonly size: number
  readonly sha256: string
  readonly headers: ObjectHeaders
  /** As S3 returned it. */
  readonly etag: string
}

/** When something was last a part of the live release. */
export interface Gone {
  /** Number of the release that was without it first. */
  readonly in: number
  /** Milliseconds since 1970. */
  readonly at: number
}

/** A file of an earlier release, or of one that is to come. */
export type KeptEntry = Entry & { readonly gone: Gone }

/** All that is known of a release. */
export interface Release {
  readonly id: string
  /** Counted from 1, higher with every change of the live release. */
  readonly number: number
  /** Milliseconds since 1970. */
  readonly at: number
  /** Of a rollback: the number of the release whose files it has. */
  readonly restores?: number | undefined
  /** Below the prefix, with a slash at its end: where its files lie, with OriginPath. Undefined: in place. */
  readonly folder?: string | undefined
  /** Of files and headers: equal for equal releases. */
  readonly digest: string
  readonly origin: Origin | undefined
  readonly files: ReadonlyMap<string, Entry>
  /** Files of earlier releases that pages already loaded may ask for. */
  readonly kept: ReadonlyMap<string, KeptEntry>
  /** Replaced bytes, by their SHA-256. */
  readonly replaced: ReadonlyMap<string, Gone>
}

/** SHA-256 over paths, bytes and headers. */
export function digestOf(files: Iterable<readonly [string, Pick<Entry, 'sha256' | 'headers'>]>): string {
  const lines = [...files].map(([path, { sha256, headers }]) => `${path}\0${sha256}\0${headerText(headers)}\n`)
  return createHash('sha256').update(lines.sort().join('')).digest('hex')
}
