import type { Source } from '../source.ts'
import { isTag } from './reference.ts'

/** What tags are made from, as far as it is known. */
export type TagSource = Partial<Pick<Source, 'revision' | 'ref' | 'pullRequest'>>

/** The kind of a tag rule, in the words of docker/metadata-action. */
export type TagRule =
  | { readonly type: 'raw'; readonly value: string }
  | { readonly type: 'sha'; readonly format: 'short' | 'long'; readonly prefix: string }
  | { readonly type: 'ref'; readonly event: 'branch' | 'tag' | 'pr' }
  | { readonly type: 'semver'; readonly pattern: string }

/**
 * Reads one line of the input `tags`: a plain tag, or a rule such as `type=sha,format=long`, `type=ref,event=branch`,
 * `type=semver,pattern={{major}}.{{minor}}`. Throws an `Error` that says what is allowed and follows the line.
 */
export function parseTagRule(line: string): TagRule {
  if (!line.startsWith('type=')) return { type: 'raw', value: requireTag(line) }
  const attributes = new Map(line.split(',').map((pair) => splitPair(pair.trim())))
  const attribute = (name: string) => {
    const value = attributes.get(name)
    attributes.delete(name)
    if (name !== 'pattern') requireTemplates(value, [], `the attribute "${name}"`)
    return value
  }
  const rule = readRule(attribute)
  const unknown = [...attributes.keys()][0]
  if (unknown !== undefined)
    throw new Error(`has the attribute "${unknown}", which a rule of type ${rule.type} does not have`)
  return rule
}

function readRule(attribute: (name: string) => string | undefined): TagRule {
  const type = attribute('type')
  switch (type) {
    case 'raw':
      return { type, value: requireTag(attribute('value') ?? '') }
    case 'sha':
      return {
        type,
        format: one(attribute('format'), ['short', 'long'], 'short'),
        prefix: attribute('prefix') ?? 'sha-',
      }
    case 'ref':
      return { type, event: one(attribute('event'), ['branch', 'tag', 'pr']) }
    case 'semver': {
      const pattern = attribute('pattern') ?? '{{version}}'
      requireTemplates(pattern, semverWords, 'a pattern')
      return { type, pattern }
    }
    default:
      throw new Error(`must be a tag, or a rule of type raw, sha, ref or semver, not "${type}"`)
  }
}

/** A template that is not known would leave a hole in the tag, or stay in it as it is. */
function requireTemplates(value: string | undefined, known: readonly string[], where: string): void {
  const unknown = [...(value ?? '').matchAll(/\{\{[^{}]*\}?\}?/g)].find(
    ([template]) => !known.some((word) => template === `{{${word}}}`),
  )
  if (unknown === undefined) return
  const allowed = known.length === 0 ? 'has no templates' : `has ${known.map((word) => `{{${word}}}`).join(', ')}`
  throw new Error(`has the template ${unknown[0]}; ${where} ${allowed}`)
}

function splitPair(pair: string): [string, string] {
  const equals = pair.indexOf('=')
  return equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
}

function one<const Word extends string>(given: string | undefined, allowed: readonly Word[], fallback?: Word): Word {
  const word = given === undefined ? fallback : allowed.find((candidate) => candidate === given)
  if (word === undefined) throw new Error(`must have one of ${allowed.join(', ')}, not "${given ?? ''}"`)
  return word
}

function requireTag(value: string): string {
  if (isTag(value)) return value
  if (value.includes('/')) throw new Error('must be a tag alone, without registry and repository')
  throw new Error('must be a tag: at most 128 letters, digits, "_", "." and "-", not starting with "." or "-"')
}

/** The tags that rules give for a source, each once, in the order of the rules. A rule that does not fit gives none. */
export function tagsFor(rules: readonly TagRule[], source: TagSource): readonly string[] {
  return [...new Set(rules.flatMap((rule) => tagOf(rule, source) ?? []))]
}

function tagOf(rule: TagRule, source: TagSource): string | undefined {
  switch (rule.type) {
    case 'raw':
      return rule.value
    case 'sha':
      return (
        source.revision && asTag(`${rule.prefix}${source.revision.slice(0, rule.format === 'long' ? undefined : 7)}`)
      )
    case 'ref':
      return refTag(rule.event, source)
    case 'semver':
      return semverTag(rule.pattern, source.ref ?? '')
  }
}

function refTag(event: 'branch' | 'tag' | 'pr', { ref, pullRequest }: TagSource): string | undefined {
  const [, kind, name = ''] = /^refs\/(heads|tags)\/(.+)$/s.exec(ref ?? '') ?? []
  if (event === 'branch') return kind === 'heads' ? asTag(name) : undefined
  if (event === 'tag') return kind === 'tags' ? asTag(name) : undefined
  return pullRequest === undefined ? undefined : `pr-${pullRequest}`
}

/** A branch or git tag made fit for a registry: what is not allowed becomes `-`. */
function asTag(name: string): string | undefined {
  const fit = name
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 128)
  return isTag(fit) ? fit : undefined
}

const semverWords = ['version', 'raw', 'major', 'minor', 'patch'] as const

// The grammar of semver.org, with the `v` that git tags have.
const semver = /^refs\/tags\/v?(\d+)\.(\d+)\.(\d+)(?:-([\w.-]+))?(?:\+[\w.-]+)?$/

function semverTag(pattern: string, ref: string): string | undefined {
  const [match, major = '', minor = '', patch = '', prerelease] = semver.exec(ref) ?? []
  if (match === undefined) return undefined
  const version = `${major}.${minor}.${patch}${prerelease === undefined ? '' : `-${prerelease}`}`
  // `1.2` must not move to a prerelease of 1.2.0.
  if (prerelease !== undefined && !/\{\{(version|raw)\}\}/.test(pattern)) return asTag(version)
  const raw = ref.slice('refs/tags/'.length)
  const words: Readonly<Record<(typeof semverWords)[number], string>> = { version, raw, major, minor, patch }
  return asTag(semverWords.reduce((tag, word) => tag.replaceAll(`{{${word}}}`, words[word]), pattern))
}
