import type { JsonObject } from './json.ts'

/** Headers that an object is stored with, in the names of PutObject. */
export interface ObjectHeaders {
  readonly ContentType?: string | undefined
  readonly CacheControl?: string | undefined
  readonly ContentEncoding?: string | undefined
  readonly ContentDisposition?: string | undefined
  readonly ContentLanguage?: string | undefined
  /** Only for a bucket's website endpoint: the address that it redirects to. */
  readonly WebsiteRedirectLocation?: string | undefined
  /** `x-amz-meta-…`, without that. */
  readonly Metadata?: Readonly<Record<string, string>> | undefined
  readonly StorageClass?: string | undefined
  /** Undefined: the bucket's default encryption. */
  readonly ServerSideEncryption?: 'AES256' | 'aws:kms' | 'aws:kms:dsse' | undefined
  readonly SSEKMSKeyId?: string | undefined
}

/** The bytes of an object, read when they are sent. */
export interface ObjectContent {
  readonly size: number
  /** Hexadecimal, of all bytes. */
  readonly sha256: string
  /** `into`: memory that may be used for the bytes, where they fit into it. */
  read(start: number, end: number, into?: Uint8Array): Promise<Uint8Array>
}

/** What must be true of the object that is there. */
export type WriteCondition = { readonly kind: 'absent' } | { readonly kind: 'etag'; readonly etag: string }

/** One object to be stored. */
export interface NewObject {
  readonly key: string
  readonly content: ObjectContent
  readonly headers?: ObjectHeaders | undefined
  readonly condition?: WriteCondition | undefined
}

/** `refused`: the condition does not hold (412 PreconditionFailed), nothing was written. */
export type Stored = { readonly kind: 'stored'; readonly etag: string } | { readonly kind: 'refused' }

/** An object in a list. */
export interface ListedObject {
  readonly key: string
  readonly etag: string
  readonly size: number
  /** Milliseconds since 1970. */
  readonly at: number
}

/** A small object with its bytes. */
export interface ReadObject {
  readonly bytes: Uint8Array
  readonly etag: string
  /** When it was stored. Milliseconds since 1970. */
  readonly at: number
  readonly headers: ObjectHeaders
}

/** A copy inside the bucket. */
export interface ObjectCopy {
  readonly from: string
  readonly to: string
  /** Of the source: other content is not copied. */
  readonly etag?: string | undefined
  /** Hexadecimal, of the bytes: by it a copy whose reply was lost is found again. */
  readonly sha256?: string | undefined
  /** Of what is overwritten. */
  readonly condition?: WriteCondition | undefined
  /** Undefined: those of the source. */
  readonly headers?: ObjectHeaders | undefined
}

/** `changed`: an ETag or the condition does not hold. `absent`: there is no source. */
export type Copied =
  | { readonly kind: 'copied'; readonly etag: string }
  | { readonly kind: 'changed' }
  | { readonly kind: 'absent' }

/** An object to delete. `etag`: what it has to be; another one stays. */
export interface Unwanted {
  readonly key: string
  readonly etag?: string | undefined
}

/** An object that could not be deleted, in the words of S3. */
export interface NotDeleted {
  readonly key: string
  readonly code: string
  readonly message: string
}

/** One bucket of Amazon S3, whose owner is checked by every request where it is known. */
export interface ObjectStorage {
  /** In parts where it is long. Integrity is checked by S3 with SHA-256. */
  put(object: NewObject): Promise<Stored>
  /** Undefined: there is none. At most 32 MiB. */
  get(key: string): Promise<ReadObject | undefined>
  /** ETag and size of an object; undefined: there is none. */
  head(key: string): Promise<ListedObject | undefined>
  /** All objects with a prefix, in the order of S3; undefined: `s3:ListBucket` is not allowed. */
  list(prefix: string): Promise<readonly ListedObject[] | undefined>
  /** The policy of the bucket; empty where it has none. */
  policy(): Promise<JsonObject>
  copy(copy: ObjectCopy): Promise<Copied>
  /** Any number. Those that are not there, or are others by now, are no error. `confirm`: awaited before every request, retries included. */
  remove(objects: readonly Unwanted[], confirm?: () => Promise<void>): Promise<readonly NotDeleted[]>
}

/** Opens buckets over one connection. `owner`: the account that must own it; undefined: it is not checked. */
export interface ObjectStorages {
  bucket(name: string, owner?: string): ObjectStorage
}
