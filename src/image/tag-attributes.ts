import { type TagField, TagMistake } from './tag-fields.ts'
import type { TagRule, TagRuleType } from './tag-rule.ts'
import { parseTemplate, type Template, type Vocabulary } from './tag-template.ts'

/** Expressions of values, prefixes, suffixes and labels. */
export const globalExpressions: Vocabulary = {
  names: ['branch', 'tag', 'sha', 'base_ref', 'is_default_branch', 'is_not_default_branch'],
  dates: ['date', 'commit_date'],
}

const patterns: Readonly<Record<'schedule' | 'semver' | 'pep440', Vocabulary>> = {
  schedule: { names: [], dates: ['date', 'commit_date'] },
  semver: { names: ['version', 'raw', 'major', 'minor', 'patch', 'prerelease', 'build'], dates: [] },
  pep440: { names: ['version', 'raw', 'major', 'minor', 'patch'], dates: [] },
}

const common = ['type', 'enable', 'priority', 'prefix', 'suffix'] as const

const own: Readonly<Record<TagRuleType, readonly string[]>> = {
  schedule: ['pattern'],
  semver: ['pattern', 'value', 'match'],
  pep440: ['pattern', 'value', 'match'],
  match: ['pattern', 'group', 'value'],
  edge: ['branch'],
  ref: ['event'],
  raw: ['value'],
  sha: ['format'],
}

const enabling: Readonly<Record<string, TagRule['enable']>> = {
  true: 'true',
  false: 'false',
  '{{is_default_branch}}': 'default-branch',
  '{{is_not_default_branch}}': 'other-branch',
}

/** Reads the attributes of one rule. Mistakes are passed on, and reading goes on with a stand-in. */
export class RuleReader {
  readonly #type: TagRuleType
  readonly #fields: ReadonlyMap<string, TagField>
  readonly #report: (mistake: TagMistake) => void

  constructor(type: TagRuleType, fields: readonly TagField[], report: (mistake: TagMistake) => void) {
    this.#type = type
    this.#report = report
    for (const field of fields) this.#requireAttribute(field)
    // Of several, the last one counts, as in docker/metadata-action.
    this.#fields = new Map(fields.map((field) => [field.name ?? 'value', field]))
  }

  #requireAttribute({ name, value, column }: TagField): void {
    const type = this.#type
    if (name === undefined && type !== 'raw') {
      const hint = value === '' ? 'an attribute is empty' : 'quote an attribute that contains a comma: "name=value"'
      this.#report(new TagMistake(`has "${value}" without a name; ${hint}`, column))
      return
    }
    const allowed = [...common, ...own[type]]
    if (name === undefined || allowed.includes(name)) return
    this.#report(
      new TagMistake(`has the attribute "${name}"; a rule of type ${type} has ${allowed.slice(1).join(', ')}`, column),
    )
  }

  /** An attribute as it is written; undefined where there is none. */
  text(name: string): string | undefined {
    return this.#fields.get(name)?.value
  }

  /** The attributes that every rule has. */
  common(defaultPriority: number): Pick<TagRule, 'enable' | 'priority' | 'prefix' | 'suffix'> {
    const usual =
      this.#type === 'sha' ? 'sha-' : this.#type === 'ref' && this.text('event') === 'pr' ? 'pr-' : undefined
    return {
      enable: this.#enable(),
      priority: this.#priority(defaultPriority),
      prefix: this.#template('prefix', globalExpressions) ?? (usual === undefined ? undefined : [usual]),
      suffix: this.#template('suffix', globalExpressions),
    }
  }

  /** One of a few words. */
  word<const Word extends string>(name: string, allowed: readonly [Word, ...Word[]], fallback?: Word): Word {
    const given = this.text(name)
    const word = given === undefined ? fallback : allowed.find((candidate) => candidate === given)
    if (word === undefined) this.#wrong(name, given === undefined ? `needs ${name}=` : `has ${name}=${given}`, allowed)
    return word ?? allowed[0]
  }

  /** The attribute `pattern` of types whose pattern is a template. */
  pattern(fallback: string): Template {
    const vocabulary = patterns[this.#type as keyof typeof patterns]
    return this.#template('pattern', vocabulary) ?? parseTemplate(fallback, vocabulary, 1)
  }

  /** The attribute `value`; undefined where it is empty, too. */
  value(): Template | undefined {
    return this.text('value') === '' ? undefined : this.#template('value', globalExpressions)
  }

  /** The value of a plain tag. It may be empty, as where a variable has none: then the rule gives no tag. */
  rawValue(): Template {
    const field = this.#fields.get('value')
    if (field === undefined) this.#wrong('type', 'has no value', ['value=<tag>'])
    // A prefix may make a tag of it.
    if (/^[.-]/.test(field?.value ?? '') && !this.#fields.has('prefix'))
      this.#report(
        new TagMistake(
          `has "${field?.value}"; a tag is at most 128 letters, digits, "_", "." and "-", not starting with "." or "-"`,
          field?.valueColumn ?? 1,
        ),
      )
    return this.#template('value', globalExpressions) ?? []
  }

  /** The attribute `match`, whose first group is the version. */
  match(): RegExp | undefined {
    const given = this.text('match')
    if (!given) return undefined
    const found = this.#regex('match', given, '')
    if (found !== undefined && groupsOf(found) === 0) this.#wrong('match', `has match=${given}`, ['one group, (…)'])
    return found
  }

  /** What `type=match` has: `pattern` as a regular expression, or as `/expression/flags`, and the number of a group. */
  matching(): { readonly pattern: RegExp; readonly group: number } {
    const given = this.text('pattern')
    if (!given)
      this.#wrong('pattern', given === '' ? 'has an empty pattern=' : 'needs pattern=', ['a regular expression'])
    const [, source = given ?? '', flags = ''] = /^\/(.+)\/(.*)$/.exec(given ?? '') ?? []
    const pattern = this.#regex('pattern', source, flags) ?? /$^/
    const groups = groupsOf(pattern)
    const text = this.text('group') ?? '0'
    const isThere = /^\d+$/.test(text) && (pattern.global || Number(text) <= groups)
    if (!isThere)
      this.#wrong('group', `has group=${text}`, [groups === 0 ? '0' : `0 to ${groups}, the groups of the pattern`])
    return { pattern, group: isThere ? Number(text) : 0 }
  }

  #enable(): TagRule['enable'] {
    const given = (this.text('enable') ?? 'true').replace(/^\{\{\{?\s*(\w+)\s*\}?\}\}$/, '{{$1}}')
    const known = Object.hasOwn(enabling, given) ? enabling[given] : undefined
    if (known === undefined) this.#wrong('enable', `has enable=${given}`, Object.keys(enabling))
    return known ?? 'true'
  }

  #priority(fallback: number): number {
    const given = this.text('priority')
    if (given === undefined) return fallback
    if (/^-?\d+(?:\.\d+)?$/.test(given)) return Number(given)
    this.#wrong('priority', `has priority=${given}`, ['a number, such as 900'])
    return fallback
  }

  #template(name: string, vocabulary: Vocabulary): Template | undefined {
    const field = this.#fields.get(name)
    if (field === undefined) return undefined
    try {
      return parseTemplate(field.value, vocabulary, field.valueColumn)
    } catch (error) {
      if (!(error instanceof TagMistake)) throw error
      this.#report(error)
      return []
    }
  }

  #regex(name: string, source: string, flags: string): RegExp | undefined {
    try {
      return new RegExp(source, flags)
    } catch (error) {
      const reason = error instanceof Error ? error.message : ''
      this.#wrong(name, `has ${name}=${this.text(name)} (${reason})`, ['a regular expression of JavaScript'])
      return undefined
    }
  }

  #wrong(name: string, what: string, allowed: readonly string[]): void {
    const field = this.#fields.get(name)
    this.#report(new TagMistake(`${what}; allowed: ${allowed.join(', ')}`, field?.column ?? 1))
  }
}

function groupsOf(pattern: RegExp): number {
  return (new RegExp(`${pattern.source}|`, pattern.flags.replace(/[gy]/g, '')).exec('')?.length ?? 1) - 1
}
