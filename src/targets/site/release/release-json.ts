import type { Origin } from '../../../deployment/origin.ts'
import { Failure } from '../../../failure.ts'
import type { ObjectHeaders } from '../../../ports.ts'
import { text, untrusted } from '../../../text.ts'
import { headerText } from '../files/header-rules.ts'
import type { Entry, Gone, Release } from './release.ts'

const format = 1

type Row = readonly [size: number, sha256: string, headers: number, etag: string]

interface Written {
  readonly slipway: number
  readonly id: string
  readonly number: number
  readonly at: number
  readonly restores?: number
  readonly folder?: string
  readonly digest: string
  readonly origin?: Origin
  /** Each once: thousands of files share a few. */
  readonly headers: readonly ObjectHeaders[]
  readonly files: Readonly<Record<string, Row>>
  readonly kept: Readonly<Record<string, readonly [...Row, gone: Gone]>>
  readonly replaced: Readonly<Record<string, Gone>>
}

/** A release as the text of its object. */
export function releaseText(release: Release): string {
  const headers: ObjectHeaders[] = []
  const known = new Map<string, number>()
  const indexOf = (given: ObjectHeaders) => {
    const key = headerText(given)
    const index = known.get(key) ?? headers.push(given) - 1
    known.set(key, index)
    return index
  }
  const row = ({ size, sha256, headers: given, etag }: Entry): Row => [size, sha256, indexOf(given), etag]
  const { id, number, at, restores, folder, digest, origin } = release
  const files = Object.fromEntries([...release.files].map(([path, entry]) => [path, row(entry)]))
  const kept = Object.fromEntries(
    [...release.kept].map(([path, entry]) => [path, [...row(entry), entry.gone]] as const),
  )
  const replaced = Object.fromEntries(release.replaced)
  const written: Written = {
    slipway: format,
    id,
    number,
    at,
    digest,
    ...(restores !== undefined && { restores }),
    ...(folder !== undefined && { folder }),
    ...(origin && { origin }),
    headers,
    files,
    kept,
    replaced,
  }
  return JSON.stringify(written)
}

/** Reads what `releaseText` wrote. Throws `site-state-invalid`. */
export function releaseIn(source: string, key: string): Release {
  const { headers, files, kept, replaced, ...written } = parseState<Written>(source, key)
  const { id, number, at, restores, folder, digest, origin } = written
  const entry = ([size, sha256, index, etag]: Row): Entry => ({ size, sha256, headers: headers[index] ?? {}, etag })
  return {
    ...{ id, number, at, digest, origin },
    ...(restores !== undefined && { restores }),
    ...(folder !== undefined && { folder }),
    files: new Map(Object.entries(files).map(([path, row]) => [path, entry(row)])),
    kept: new Map(
      Object.entries(kept).map(([path, [size, sha256, index, etag, gone]]) => [
        path,
        { ...entry([size, sha256, index, etag]), gone },
      ]),
    ),
    replaced: new Map(Object.entries(replaced)),
  }
}

/** The value of an object that Slipway wrote. Throws `site-state-invalid`. */
export function parseState<T>(source: string, key: string): T {
  try {
    const value: unknown = JSON.parse(source)
    if (typeof value === 'object' && value !== null && (value as { slipway?: unknown }).slipway === format)
      return value as T
  } catch {}
  throw new Failure({
    code: 'site-state-invalid',
    what: text`The object ${untrusted(key)} of the bucket is not what this version of Slipway writes`,
    why: text`another program, or a newer version, has changed it`,
    fix: text`Use the version that wrote it; or delete the object to begin anew: all files are then sent, and no earlier release is known.`,
  })
}
