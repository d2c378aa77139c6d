import { isTag } from './reference.ts'

/** What git and GitHub know about the build. */
export interface GitContext {
  /** `GITHUB_SHA`. For a pull request that is GitHub's own merge commit, which is in nobody's history. */
  readonly sha: string
  /** `GITHUB_REF`, such as `refs/heads/main`. */
  readonly ref: string
  /** Head commit of the pull request that started the run. */
  readonly headSha?: string | undefined
  readonly pullRequest?: number | undefined
}

/** How a tag comes about, in the words of docker/metadata-action. */
export type TagRule =
  | { readonly type: 'raw'; readonly value: string }
  | { readonly type: 'sha'; readonly format: 'short' | 'long'; readonly prefix: string }
  | { readonly type: 'ref'; readonly event: 'branch' | 'tag' | 'pr' }
  | { readonly type: 'semver'; readonly pattern: string }

/** The commit that was built: the head of a pull request, not the merge commit that GitHub makes for it. */
export function sourceRevision(git: GitContext): string {
  return git.headSha ?? git.sha
}

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
    case 'semver':
      return { type, pattern: attribute('pattern') ?? '{{version}}' }
    default:
      throw new Error(`must be a tag, or a rule of type raw, sha, ref or semver, not "${type}"`)
  }
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

/** The tags that rules give for a build, each once, in the order of the rules. A rule that does not fit gives none. */
export function tagsFor(rules: readonly TagRule[], git: GitContext): readonly string[] {
  return [...new Set(rules.flatMap((rule) => tagOf(rule, git) ?? []))]
}

function tagOf(rule: TagRule, git: GitContext): string | undefined {
  switch (rule.type) {
    case 'raw':
      return rule.value
    case 'sha': {
      const sha = sourceRevision(git)
      return asTag(`${rule.prefix}${rule.format === 'long' ? sha : sha.slice(0, 7)}`)
    }
    case 'ref':
      return refTag(rule.event, git)
    case 'semver':
      return semverTag(rule.pattern, git.ref)
  }
}

function refTag(event: 'branch' | 'tag' | 'pr', git: GitContext): string | undefined {
  const name = /^refs\/(heads|tags|pull)\/(.+)$/s.exec(git.ref)
  const [, kind, value = ''] = name ?? []
  if (event === 'branch') return kind === 'heads' ? asTag(value) : undefined
  if (event === 'tag') return kind === 'tags' ? asTag(value) : undefined
  const number = git.pullRequest ?? (kind === 'pull' ? Number.parseInt(value, 10) : undefined)
  return number === undefined ? undefined : `pr-${number}`
}

/** A branch or git tag made fit for a registry: what is not allowed becomes `-`. */
function asTag(name: string): string | undefined {
  const fit = name
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 128)
  return isTag(fit) ? fit : undefined
}

// The grammar of semver.org, with the `v` that git tags have.
const semver = /^refs\/tags\/v?(\d+)\.(\d+)\.(\d+)(?:-([\w.-]+))?(?:\+[\w.-]+)?$/

function semverTag(pattern: string, ref: string): string | undefined {
  const [match, major = '', minor = '', patch = '', prerelease] = semver.exec(ref) ?? []
  if (match === undefined) return undefined
  const version = `${major}.${minor}.${patch}${prerelease === undefined ? '' : `-${prerelease}`}`
  // `1.2` must not move to a prerelease of 1.2.0.
  if (prerelease !== undefined && !/\{\{(version|raw)\}\}/.test(pattern)) return asTag(version)
  const words: Readonly<Record<string, string>> = { version, raw: ref.slice('refs/tags/'.length), major, minor, patch }
  return asTag(pattern.replace(/\{\{(\w+)\}\}/g, (_, name: string) => words[name] ?? ''))
}
