import type { AttachedSettings, Json, Repository, RepositoryEncryption, RepositorySettings } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'

/**
 * How an existing repository differs from the settings beside its tag mutability, one clause each; what the settings leave open does not count. `attached`:
 * undefined where it could not be read.
 */
export function repositoryDifferences(
  repository: Repository,
  settings: RepositorySettings,
  attached: AttachedSettings | undefined,
): readonly Text[] {
  const { encryption, scanOnPush, tags, lifecyclePolicy, repositoryPolicy } = settings
  const found: Text[] = []
  const add = (name: string, is: string, input: string) =>
    found.push(text`${name} is ${untrusted(is)}, input: ${untrusted(input)}`)
  if (encryption !== undefined && !isSameEncryption(repository.encryption, encryption))
    add('encryption', encryptionWords(repository.encryption), encryptionWords(encryption))
  if (scanOnPush !== undefined && repository.scanOnPush !== scanOnPush)
    add('scan on push', String(repository.scanOnPush ?? false), String(scanOnPush))
  if (attached === undefined) return found
  for (const [key, value] of Object.entries(tags ?? {}))
    if (attached.tags?.[key] !== value) add(`tag ${key}`, attached.tags?.[key] ?? 'not set', value)
  if (lifecyclePolicy !== undefined && !isSameJson(attached.lifecyclePolicy, lifecyclePolicy))
    found.push(text`its lifecycle policy ${attached.lifecyclePolicy === undefined ? 'is not set' : 'is another one'}`)
  if (repositoryPolicy !== undefined && !isSameJson(attached.repositoryPolicy, repositoryPolicy))
    found.push(text`its repository policy ${attached.repositoryPolicy === undefined ? 'is not set' : 'is another one'}`)
  return found
}

/** The same for its tag mutability alone. */
export function mutabilityDifference(repository: Repository, settings: RepositorySettings): readonly Text[] {
  const [is, wanted] = [mutability(repository), mutability(settings)]
  return is === wanted ? [] : [text`tag mutability is ${untrusted(is)}, input: ${untrusted(wanted)}`]
}

/** In AWS's word, with the exclusions: `IMMUTABLE_WITH_EXCLUSION (latest, dev-*)`. */
function mutability({
  immutableTags,
  tagExclusions = [],
}: Pick<Repository, 'immutableTags' | 'tagExclusions'>): string {
  const word = immutableTags ? 'IMMUTABLE' : 'MUTABLE'
  return tagExclusions.length === 0 ? word : `${word}_WITH_EXCLUSION (${tagExclusions.toSorted().join(', ')})`
}

/** AWS returns the ARN of the key. An alias names another ARN, so which key it is stays open. */
function isSameEncryption(is: RepositoryEncryption | undefined, wanted: RepositoryEncryption): boolean {
  if (is?.type !== wanted.type) return false
  const { kmsKey = '' } = wanted
  if (kmsKey === '' || kmsKey.includes('alias/')) return true
  return is.kmsKey === kmsKey || (is.kmsKey ?? '').endsWith(`:key/${kmsKey}`)
}

function encryptionWords(encryption: RepositoryEncryption | undefined): string {
  const { type = 'unknown', kmsKey } = encryption ?? {}
  return kmsKey === undefined ? type : `${type} with ${kmsKey}`
}

/** Policies are the same whatever the order of members and of lists, and with a list of one in the place of a text (IAM JSON grammar). */
function isSameJson(is: string | undefined, wanted: string): boolean {
  return is !== undefined && canonical(is) === canonical(wanted)
}

function canonical(json: string): string {
  try {
    return JSON.stringify(sorted(JSON.parse(json)))
  } catch {
    return json
  }
}

function sorted(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  if (!Array.isArray(value))
    return Object.fromEntries(
      Object.entries(value as Readonly<Record<string, Json>>)
        .toSorted(([one], [other]) => (one < other ? -1 : 1))
        .map(([name, member]) => [name, sorted(member)]),
    )
  const [only, ...others] = (value as readonly Json[]).map(sorted).toSorted((one, other) => {
    return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1
  })
  return others.length === 0 && only !== undefined ? only : [...(only === undefined ? [] : [only]), ...others]
}
