import type { Text } from '../text.ts'

/** Files of a folder that one command sends to a bucket. */
export interface SyncPart {
  readonly kind: 'sync'
  /** Relative to the workspace. */
  readonly folder: string
  readonly bucket: string
  /** Without slashes at its ends. */
  readonly prefix: string
  /** Patterns of the AWS CLI: all files but these, or these alone. */
  readonly selection: { readonly but: readonly string[] } | { readonly only: readonly string[] }
  readonly deletes: boolean
  readonly settings: ObjectSettings
}

/** One file that is sent to a bucket: a file of a site, or a source bundle. */
export interface CopyPart {
  readonly kind: 'copy'
  readonly file: string
  readonly bucket: string
  /** Ends with a slash where the name of the file is added. */
  readonly key: string
  readonly settings: ObjectSettings
}

/** What the objects of a command get. */
export interface ObjectSettings {
  readonly cacheControl?: string | undefined
  readonly contentType?: string | undefined
  readonly encryption?: string | undefined
  readonly kmsKey?: string | undefined
  readonly region?: string | undefined
  readonly isDryRun: boolean
}

/** An invalidation of CloudFront. */
export interface InvalidationPart {
  readonly kind: 'invalidation'
  readonly distribution: string
  readonly paths: readonly string[]
}

/** A wait for the invalidation before it. */
export interface InvalidatedPart {
  readonly kind: 'invalidated'
}

/** An application version of Elastic Beanstalk. */
export interface VersionPart {
  readonly kind: 'version'
  readonly application: string
  readonly label: string
  readonly description?: string | undefined
  readonly bucket: string
  readonly key: string
  readonly region?: string | undefined
}

/** A version that an environment gets. */
export interface UpdatePart {
  readonly kind: 'update'
  readonly application?: string | undefined
  readonly environment: string
  readonly label: string
  readonly region?: string | undefined
}

/** A wait for the update of environments. */
export interface UpdatedPart {
  readonly kind: 'updated'
  readonly environments: readonly string[]
}

/** `eb deploy`. */
export interface EbPart {
  readonly kind: 'eb'
  readonly folder: string
  readonly application: string
  readonly environment: string
  readonly label?: string | undefined
  readonly description?: string | undefined
  readonly minutes?: string | undefined
  readonly isWatched: boolean
  readonly region?: string | undefined
}

/** A part of a deployment of a site or to Elastic Beanstalk, which several steps may have together. */
export type Part =
  | SyncPart
  | CopyPart
  | InvalidationPart
  | InvalidatedPart
  | VersionPart
  | UpdatePart
  | UpdatedPart
  | EbPart

/** One input of the new step. */
export interface Pair {
  readonly name: string
  readonly value: string
}

/** The step that some parts become. */
export interface Composed {
  readonly action: 'deploy-site' | 'deploy-beanstalk'
  readonly inputs: readonly Pair[]
  readonly why: Text
  readonly advice: readonly Text[]
}

/** An input where there is a value. */
export function pair(name: string, value: string | undefined): readonly Pair[] {
  return value === undefined ? [] : [{ name, value }]
}

/** Distinct values, in their order. */
export function distinct(values: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(values.filter((value) => value !== undefined))]
}
