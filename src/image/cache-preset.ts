import { createHash } from 'node:crypto'
import { csvRow } from './csv-field.ts'

/** What decides which caches a build reads and writes. */
export interface CacheSource {
  /** `GITHUB_EVENT_NAME`. */
  readonly event?: string | undefined
  /** Of the commit that is built. */
  readonly ref?: string | undefined
  readonly pullRequest?: number | undefined
  /** Name of the branch of a pull request, as the event names it. */
  readonly headBranch?: string | undefined
  /** Name of the branch that a pull request is to be merged into. */
  readonly baseRef?: string | undefined
  readonly defaultBranch?: string | undefined
}

/** Names of caches: those that are read, the nearest one first, and the one that is written. */
export interface CacheNames {
  readonly read: readonly string[]
  /** Undefined in pull requests, merge queues and builds of tags: only a branch has a cache. */
  readonly write: string | undefined
}

/** The inputs of a build whose caches have nothing in common with those of others of the same branch. */
export interface CacheVariant {
  readonly context: string
  readonly file?: string | undefined
  readonly target?: string | undefined
  readonly platforms: readonly string[]
}

/** Options of Buildx. */
export interface CacheOptions {
  readonly cacheFrom: readonly string[]
  readonly cacheTo: readonly string[]
}

/** Characters of a branch in a name; a tag has at most 128. */
const longestBranch = 80

/**
 * The cache of the branch, then that of the base branch, then that of the default branch. Code that was not merged writes none: what
 * it writes would be in the images of the branch.
 */
export function cacheNames(source: CacheSource, variant: CacheVariant): CacheNames {
  const { event = '', ref = '', pullRequest, headBranch, baseRef, defaultBranch } = source
  const [, queued] = /^refs\/heads\/gh-readonly-queue\/(.+)\/pr-\d+-[0-9a-f]+$/.exec(ref) ?? []
  const branch = queued === undefined ? /^refs\/heads\/(.+)$/.exec(ref)?.[1] : undefined
  const isTrusted = pullRequest === undefined && !event.startsWith('pull_request')
  const own = isTrusted ? branch : headBranch
  const branches = [own, queued, baseRef, defaultBranch].filter((name) => name !== undefined && name !== '')
  const read = [...new Set(branches)].map((name) => nameOf(String(name), variant))
  return { read, write: isTrusted && branch !== undefined ? nameOf(branch, variant) : undefined }
}

/** A git address names the commit, which is another one in the next build. */
const commits = /\b(?:[0-9a-f]{64}|[0-9a-f]{40})\b/g

/** Fit for a tag: `cache-main`, and with a hash where the branch or the build could be taken for another one. */
function nameOf(branch: string, { context, file, target, platforms }: CacheVariant): string {
  const fit = branch.replace(/[^\w.-]+/g, '-').slice(0, longestBranch)
  const isWhole = fit === branch
  const isUsual = context === '.' && file === undefined && target === undefined && platforms.length === 0
  const variant = isUsual
    ? ''
    : `-${hash(JSON.stringify([context.replace(commits, ''), file, target, [...platforms].sort()]))}`
  return `cache-${fit}${isWhole ? '' : `-${hash(branch)}`}${variant}`
}

function hash(value: string): string {
  return createHash('sha256').update(value).digest('hex').slice(0, 8)
}

/**
 * A cache in a registry. ECR takes one only as an image manifest with OCI media types
 * (https://docs.docker.com/build/cache/backends/registry/). `repository`: with its registry.
 */
export function registryCache({ read, write }: CacheNames, repository: string): CacheOptions {
  const to = ['mode=max', 'image-manifest=true', 'oci-mediatypes=true', 'ignore-error=true']
  return {
    cacheFrom: read.map((name) => csvRow(['type=registry', `ref=${repository}:${name}`])),
    cacheTo: write === undefined ? [] : [csvRow(['type=registry', `ref=${repository}:${write}`, ...to])],
  }
}

/** The cache of GitHub Actions (https://docs.docker.com/build/cache/backends/gha/). */
export function actionsCache({ read, write }: CacheNames): CacheOptions {
  return {
    cacheFrom: read.map((name) => csvRow(['type=gha', `scope=${name}`])),
    cacheTo: write === undefined ? [] : [csvRow(['type=gha', `scope=${write}`, 'mode=max', 'ignore-error=true'])],
  }
}

/**
 * A folder, which another step keeps. It is written beside the one that is read, and takes its place after the build: BuildKit
 * never removes what it no longer needs from a folder (https://docs.docker.com/build/ci/github-actions/cache/#local-cache).
 */
export function folderCache(
  { write }: CacheNames,
  folder: { readonly read: string; readonly write: string },
): CacheOptions {
  return {
    cacheFrom: [csvRow(['type=local', `src=${folder.read}`])],
    cacheTo: write === undefined ? [] : [csvRow(['type=local', `dest=${folder.write}`, 'mode=max'])],
  }
}
