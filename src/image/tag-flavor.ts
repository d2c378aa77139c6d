import { globalExpressions } from './tag-attributes.ts'
import { contentLines, type Parsed, splitFields, type TagField, TagMistake, type TextMistake } from './tag-fields.ts'
import { parseTemplate, type Template } from './tag-template.ts'

/** What all tags have in common, in the words of docker/metadata-action. */
export interface Flavor {
  /** Whether the tag `latest` is added; undefined where it was not given, and there is none. */
  readonly latest: 'auto' | 'true' | 'false' | undefined
  readonly prefix: Template
  readonly suffix: Template
  /** Whether `latest` has them, too. */
  readonly prefixLatest: boolean
  readonly suffixLatest: boolean
}

/** No prefix, no suffix and no `latest`. */
export const plainFlavor: Flavor = {
  latest: undefined,
  prefix: [],
  suffix: [],
  prefixLatest: false,
  suffixLatest: false,
}

/** Reads the input `flavor`, such as `latest=auto` and `prefix=web-,onlatest=true` on lines of their own. Finds all mistakes. */
export function parseFlavor(text: string): Parsed<Flavor> {
  const mistakes: TextMistake[] = []
  let flavor = plainFlavor
  for (const { content, line } of contentLines(text)) {
    try {
      let last: 'prefix' | 'suffix' | undefined
      for (const field of splitFields(content)) {
        flavor = { ...flavor, ...readField(field, last) }
        if (field.name === 'prefix' || field.name === 'suffix') last = field.name
      }
    } catch (error) {
      if (!(error instanceof TagMistake)) throw error
      mistakes.push({ message: error.message, line, column: error.column })
    }
  }
  return { value: flavor, mistakes }
}

function readField(field: TagField, last: 'prefix' | 'suffix' | undefined): Partial<Flavor> {
  const { name, value, column, valueColumn } = field
  switch (name) {
    case 'latest':
      return { latest: oneOf(field, ['auto', 'true', 'false']) }
    case 'prefix':
    case 'suffix':
      return { [name]: parseTemplate(value, globalExpressions, valueColumn) }
    case 'onlatest': {
      if (last === undefined)
        throw new TagMistake('has onlatest= without prefix= or suffix= before it in the line', column)
      return { [`${last}Latest`]: oneOf(field, ['true', 'false']) === 'true' }
    }
    default:
      throw new TagMistake(
        `has "${name ?? value}"; allowed: latest=auto|true|false, prefix=<text>, suffix=<text>, each of these with onlatest=true|false`,
        column,
      )
  }
}

function oneOf<const Word extends string>({ name, value, column }: TagField, allowed: readonly Word[]): Word {
  const word = allowed.find((candidate) => candidate === value)
  if (word === undefined) throw new TagMistake(`has ${name}=${value}; allowed: ${allowed.join(', ')}`, column)
  return word
}
