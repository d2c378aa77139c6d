import { globalExpressions } from './tag-attributes.ts'
import { contentLines, type Parsed, TagMistake, type TextMistake } from './tag-fields.ts'
import { parseTemplate, type Template } from './tag-template.ts'

/**
 * Reads the input `labels`: lines `name=value`, whose values may have the expressions of tags. Finds all mistakes. What may be
 * secret about a line stays out of the messages.
 */
export function parseTagLabels(text: string): Parsed<readonly (readonly [string, Template])[]> {
  const mistakes: TextMistake[] = []
  const value = contentLines(text).flatMap(({ content, line }) => {
    const [, before = '', name, given] = /^(\s*)([^=\s]+)=(.*)$/s.exec(content) ?? []
    if (name === undefined || !given) {
      mistakes.push({ message: 'has no name or no value; allowed: name=value', line, column: 1 })
      return []
    }
    try {
      return [[name, parseTemplate(given, globalExpressions, before.length + name.length + 2)] as const]
    } catch (error) {
      if (!(error instanceof TagMistake)) throw error
      mistakes.push({ message: error.message, line, column: error.column })
      return []
    }
  })
  return { value, mistakes }
}
