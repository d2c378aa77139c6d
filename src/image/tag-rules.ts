import { withoutCredentials } from './reference.ts'
import { RuleReader } from './tag-attributes.ts'
import { contentLines, type Parsed, splitFields, type TagField, TagMistake, type TextMistake } from './tag-fields.ts'
import { defaultPriorities, type TagRule, type TagRuleType } from './tag-rule.ts'

const types = Object.keys(defaultPriorities)

/**
 * Reads the input `tags`: a line is a plain tag, or a rule such as `type=sha,format=long`. Lines that begin with `#` are comments.
 * Finds all mistakes.
 */
export function parseTagRules(text: string): Parsed<readonly TagRule[]> {
  const parsed = contentLines(text).map(({ content, line }) => parseRule(content, line))
  return { value: parsed.flatMap(({ value }) => value ?? []), mistakes: parsed.flatMap(({ mistakes }) => mistakes) }
}

function parseRule(content: string, line: number): Parsed<TagRule | undefined> {
  const mistakes: TextMistake[] = []
  const report = ({ message, column }: TagMistake) => mistakes.push({ message, line, column })
  try {
    // A line that is quoted as a whole is a rule, too. Its columns stay.
    const fields = splitFields(content.replace(/^(\s*)"(type=[^"]*)"$/, '$1 $2'))
    requireNoReference(fields, content)
    const type = typeOf(fields)
    const reader = new RuleReader(type, fields, report)
    const value = { line, ...reader.common(defaultPriorities[type]), ...specific(type, reader) }
    return { value, mistakes }
  } catch (error) {
    if (!(error instanceof TagMistake)) throw error
    report(error)
    return { value: undefined, mistakes }
  }
}

function typeOf(fields: readonly TagField[]): TagRuleType {
  const field = fields.findLast(({ name }) => name === 'type')
  if (field === undefined) return 'raw'
  if (isType(field.value)) return field.value
  throw new TagMistake(`has type=${field.value}; allowed: ${types.join(', ')}`, field.column)
}

function isType(value: string): value is TagRuleType {
  return Object.hasOwn(defaultPriorities, value)
}

/** The input `tags` of docker/build-push-action has references, which would become tags such as `registry-api-v1`. */
function requireNoReference(fields: readonly TagField[], content: string): void {
  if (fields.some(({ name }) => name !== undefined)) return
  if (!/\/.*[:@]|\.amazonaws\.com/.test(content.replace(/\{\{.*?\}\}/g, ''))) return
  throw new TagMistake(
    `has "${withoutCredentials(content.trim())}", and must be a tag alone, without registry and repository`,
    1,
  )
}

function specific(type: TagRuleType, reader: RuleReader) {
  switch (type) {
    case 'schedule':
      return { type, pattern: reader.pattern('nightly') }
    case 'semver':
    case 'pep440':
      return { type, pattern: reader.pattern('{{version}}'), value: reader.value(), match: reader.match() }
    case 'match':
      return { type, ...reader.matching(), value: reader.value() }
    case 'edge':
      return { type, branch: reader.text('branch') || undefined }
    case 'ref':
      return { type, event: reader.word('event', ['branch', 'tag', 'pr']) }
    case 'raw':
      return { type, value: reader.rawValue() }
    case 'sha':
      return { type, format: reader.word('format', ['short', 'long'], 'short') }
  }
}
