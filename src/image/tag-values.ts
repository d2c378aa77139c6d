import { formatDate } from './date-format.ts'
import type { Flavor } from './tag-flavor.ts'
import { matchedText } from './tag-match.ts'
import type { TagRule } from './tag-rule.ts'
import { type Expression, fillTemplate, type Template } from './tag-template.ts'
import { parsePep440, parseSemver, type VersionNumber } from './version-numbers.ts'

/** What tags are made from, as far as it is known. */
export interface TagSource {
  /** `GITHUB_EVENT_NAME`. */
  readonly event?: string | undefined
  /** Full SHA of the commit that names the image. */
  readonly revision?: string | undefined
  /** Such as `refs/heads/main`, `refs/tags/v1` or `refs/pull/7/merge`. */
  readonly ref?: string | undefined
  readonly pullRequest?: number | undefined
  /** Name of the repository's default branch. */
  readonly defaultBranch?: string | undefined
  /** The branch that a tag was pushed from, or that a pull request is to be merged into, as the event names it. */
  readonly baseRef?: string | undefined
  /** Milliseconds since 1970. */
  readonly now?: number | undefined
  /** Of the commit, in milliseconds since 1970. */
  readonly committedAt?: number | undefined
  /** Digits of a short SHA. */
  readonly shortLength?: number | undefined
}

/** The tags that rules give. */
export interface RuledTags {
  /** Each once: the version first, the others in the order of their priorities, `latest` at the end. */
  readonly tags: readonly string[]
  /** The tag of the rule with the highest priority. */
  readonly version: string | undefined
  /** What `latest=auto` would add; undefined where it is nothing, or where `latest` was given. */
  readonly omitted: string | undefined
  /** Rules that give no tag although they apply, and why. Clauses without a full stop. */
  readonly notes: readonly { readonly line: number; readonly message: string }[]
}

interface Given {
  /** Without prefix and suffix. Undefined: the rule gives none. */
  readonly value?: string | undefined
  /** Whether the tag is of a release, so that `latest=auto` sets `latest`. */
  readonly isRelease?: boolean
  readonly note?: string
}

/** The tags that rules give for a source. A rule that does not apply gives none. */
export function tagsFor(rules: readonly TagRule[], flavor: Flavor, source: TagSource): RuledTags {
  const notes: { line: number; message: string }[] = []
  const given: { tag: string; isRelease: boolean }[] = []
  for (const rule of rules.toSorted((one, other) => other.priority - one.priority)) {
    if (!isEnabled(rule, source)) continue
    const { value, isRelease = false, note } = valueFor(rule, source)
    if (note !== undefined) notes.push({ line: rule.line, message: note })
    const tag = value === undefined ? undefined : asTag(decorated(value, rule, flavor, source))
    if (tag !== undefined) given.push({ tag, isRelease })
  }
  const [first] = given
  const latest = first && latestTag(flavor, source)
  const isAuto = flavor.latest === 'auto' || flavor.latest === undefined
  const isLatest = isAuto ? (first?.isRelease ?? false) : flavor.latest === 'true'
  const isSet = isLatest && flavor.latest !== undefined
  const tags = [...new Set([...given.map(({ tag }) => tag), ...(isSet && latest ? [latest] : [])])]
  const omitted = isLatest && !isSet && latest && !tags.includes(latest) ? latest : undefined
  return { tags, version: first?.tag, omitted, notes }
}

function isEnabled({ enable }: TagRule, source: TagSource): boolean {
  if (enable === 'true' || enable === 'false') return enable === 'true'
  return isDefaultBranch(source) === (enable === 'default-branch')
}

function decorated(value: string, rule: TagRule, flavor: Flavor, source: TagSource): string {
  const filled = (template: Template) => fillTags(template, source)
  return `${filled(rule.prefix ?? flavor.prefix)}${value}${filled(rule.suffix ?? flavor.suffix)}`
}

function latestTag({ prefix, suffix, prefixLatest, suffixLatest }: Flavor, source: TagSource): string | undefined {
  const [before, after] = [prefixLatest ? fillTags(prefix, source) : '', suffixLatest ? fillTags(suffix, source) : '']
  return asTag(`${before}latest${after}`)
}

/** A name made fit for a registry: what is not allowed becomes `-`. Undefined where nothing is left. */
function asTag(name: string): string | undefined {
  const fit = name
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 128)
  return fit === '' ? undefined : fit
}

function valueFor(rule: TagRule, source: TagSource): Given {
  const { branch, tag } = namesOf(source)
  switch (rule.type) {
    case 'schedule':
      return source.event === 'schedule' ? { value: fillTags(rule.pattern, source) } : {}
    case 'semver':
    case 'pep440':
      return versionValue(rule, source)
    case 'match':
      return matchedValue(rule, source)
    case 'edge':
      return branch !== undefined && branch === (rule.branch ?? source.defaultBranch) ? { value: 'edge' } : {}
    case 'ref': {
      if (rule.event === 'branch') return { value: branch }
      if (rule.event === 'tag') return { value: tag, isRelease: true }
      return { value: source.pullRequest === undefined ? undefined : String(source.pullRequest) }
    }
    case 'raw':
      return { value: fillTags(rule.value, source) }
    case 'sha':
      return { value: rule.format === 'long' ? source.revision : short(source) || undefined }
  }
}

function versionValue(rule: TagRule & { type: 'semver' | 'pep440' }, source: TagSource): Given {
  const named = rule.value === undefined ? namesOf(source).tag : fillTags(rule.value, source)
  if (named === undefined) return {}
  const found = rule.match && matchedText(named, rule.match)
  // As in docker/metadata-action, what does not match is read as it is.
  const text = (found ? (found[1] ?? '') : named).replaceAll('/', '-')
  const version = rule.type === 'semver' ? parseSemver(text) : parsePep440(text)
  if (version === undefined) {
    const kind = rule.type === 'semver' ? 'semver (https://semver.org)' : 'PEP 440 (https://peps.python.org/pep-0440)'
    return { note: `"${text}" is no version of ${kind}` }
  }
  const { isFinal } = version
  // `1.2` must not move to a prerelease of 1.2.0.
  if (!isFinal) return { value: isRaw(rule.pattern) ? version.raw : version.version }
  return {
    value: fillTemplate(rule.pattern, ({ name }) => String(version[name as keyof VersionNumber])),
    isRelease: true,
  }
}

/** True for the pattern `{{raw}}` alone. */
function isRaw([first, ...others]: Template): boolean {
  return others.length === 0 && typeof first === 'object' && first.name === 'raw'
}

function matchedValue({ value, pattern, group }: TagRule & { type: 'match' }, source: TagSource): Given {
  const named = value === undefined ? namesOf(source).tag : fillTags(value, source)
  if (named === undefined) return {}
  const found = matchedText(named, pattern)
  if (found === undefined) return { note: `"${named}" does not match ${pattern}` }
  const part = found[group]
  return part === undefined
    ? { note: `"${named}" has no group ${group} of ${pattern}` }
    : { value: part, isRelease: true }
}

/** Text with the values of its expressions. An expression without a value is empty, such as `{{branch}}` of a tag. */
export function fillTags(template: Template, source: TagSource): string {
  return fillTemplate(template, (expression) => expressionValue(expression, source))
}

function expressionValue({ name, format = '', timeZone }: Expression, source: TagSource): string {
  const { branch = '', tag = '' } = namesOf(source)
  const now = source.now ?? 0
  switch (name) {
    case 'branch':
      return branch
    case 'tag':
      return tag
    case 'sha':
      return short(source)
    case 'base_ref':
      return source.baseRef ?? ''
    case 'is_default_branch':
      return String(isDefaultBranch(source))
    case 'is_not_default_branch':
      return String(!isDefaultBranch(source))
    case 'commit_date':
      return formatDate(source.committedAt ?? now, format, timeZone)
    default:
      return formatDate(now, format, timeZone)
  }
}

function isDefaultBranch(source: TagSource): boolean {
  const { branch } = namesOf(source)
  return branch !== undefined && branch === source.defaultBranch
}

function namesOf({ ref = '' }: TagSource): { readonly branch?: string | undefined; readonly tag?: string | undefined } {
  const [, kind, name] = /^refs\/(heads|tags)\/(.+)$/s.exec(ref) ?? []
  return { branch: kind === 'heads' ? name : undefined, tag: kind === 'tags' ? name : undefined }
}

function short({ revision = '', shortLength = 7 }: TagSource): string {
  return revision.slice(0, shortLength)
}
