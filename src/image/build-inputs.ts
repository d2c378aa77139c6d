import { createHash } from 'node:crypto'
import type { BuildRequest } from '../ports.ts'
import { argumentsOf, contextsOf, furtherInputs, secretIds } from './key-values.ts'

/** The shortest prefix of a hash that distinguishes two values. */
export const shownDigits = 8

/** Where the files of a build come from. */
export interface BuildSource {
  /** Commit that is checked out, or that a git address names; undefined where it is not known. */
  readonly commit: string | undefined
  /** As it names the image: the head where `commit` is the merge commit of a pull request. */
  readonly revision: string | undefined
  /** `owner/name`. */
  readonly repository: string
  /** Folder within the repository, or the address without its credentials. */
  readonly context: string
  /** Over the files of the context; undefined for an address, whose files its commit names. */
  readonly files?: string | undefined
  /** Path of the Dockerfile within the repository, or within the address. */
  readonly dockerfile: string
  /** Hash of the Dockerfile's content. */
  readonly content?: string | undefined
  /** Hashes of the named contexts that are folders, by name. */
  readonly namedContexts?: Readonly<Record<string, string>> | undefined
}

/** Inputs beside the request that change the image. */
export interface BuildCircumstances {
  /** What a build without `platforms` is for. */
  readonly defaultPlatform: string
  /** Values of build arguments that are given by their name alone, and of SOURCE_DATE_EPOCH. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Id of the workflow run. */
  readonly runId: string
  /** Those of the inputs; the default ones are created from the source. */
  readonly labels: Readonly<Record<string, string>>
}

/** What the commit and the inputs of the step make of an image; `outside-inputs.ts` has the rest. */
export interface BuildInputs {
  /** SHA-256 over all of them. */
  readonly own: string
  /** By name, a value in plain text, or the beginning of a hash. */
  readonly shown: Readonly<Record<string, string>>
}

/** The one label that is no content. */
const timeLabel = 'org.opencontainers.image.created'

/**
 * What makes an image but for base images and values of secrets. Not in it: caches, and `.git`. With `no-cache` or `pull` only the
 * same run has the same.
 */
export function buildInputs(source: BuildSource, request: BuildRequest, around: BuildCircumstances): BuildInputs {
  const { clear, hashed } = membersOf(source, request, around)
  const all = present({ ...clear, ...hashed })
  const shown = present({ ...clear, ...mapped(hashed, (value) => value.slice(0, shownDigits)) })
  return { own: sha256(JSON.stringify(all)), shown: Object.fromEntries(shown) }
}

/** A hash over the same without the commit, for an image that several commits may share. */
export function hashWithoutCommit(source: BuildSource, request: BuildRequest, around: BuildCircumstances): string {
  const { clear, hashed } = membersOf(source, request, around)
  const all = { ...clear, ...hashed, commit: undefined, revision: undefined, run: undefined }
  return sha256(JSON.stringify(present(all)))
}

function membersOf(source: BuildSource, request: BuildRequest, around: BuildCircumstances) {
  const { platforms, noCache, noCacheFilters, pull } = request
  const clear = {
    commit: source.commit,
    revision: source.revision === source.commit ? undefined : source.revision,
    repository: source.repository,
    context: source.context,
    file: source.dockerfile,
    target: request.target,
    platforms: platforms.length === 0 ? around.defaultPlatform : [...platforms].sort().join(','),
    network: request.network,
    provenance: request.provenance,
    outputs: request.imageAttributes.join(','),
    secrets: secretIds(request).join(','),
    run: noCache || noCacheFilters.length > 0 || pull ? around.runId : undefined,
    ...furtherInputs(request),
  }
  const hashed = {
    files: source.files,
    Dockerfile: source.content,
    ...named('build-context', contextsOf(request, source.namedContexts ?? {})),
    ...named('build-arg', argumentsOf(request, around.environment)),
    ...named(
      'label',
      Object.entries(around.labels).filter(([name]) => name !== timeLabel),
    ),
  }
  return { clear, hashed }
}

function named(kind: string, values: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  return Object.fromEntries(values.map(([name, value]) => [`${kind} ${name}`, sha256(`${name}=${value}`)]))
}

function mapped(
  values: Readonly<Record<string, string | undefined>>,
  change: (value: string) => string,
): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value && change(value)]))
}

function present(values: Readonly<Record<string, string | undefined>>): readonly (readonly [string, string])[] {
  const entries = Object.entries(values).flatMap(([name, value]) => (value ? [[name, value] as const] : []))
  return entries.sort(([one], [other]) => (one < other ? -1 : 1))
}

function sha256(value: string): string {
  return createHash('sha256').update(value).digest('hex')
}
