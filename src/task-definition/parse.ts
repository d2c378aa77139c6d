import { parseObject } from '../document.ts'
import { Failure } from '../failure.ts'
import type { Json, JsonObject } from '../ports.ts'
import { text, untrusted } from '../text.ts'
import { withoutComments } from './comments.ts'
import { isList, isObject } from './members.ts'

/** Deeper nesting than any definition has; aliases may bring more than a text shows. */
const deepest = 64

/**
 * An object out of a file's text, which is JSON (comments and trailing commas allowed) or YAML 1.2. Nothing in it is ever
 * run. Throws `file-invalid` with file, line and column.
 */
export function parse(source: string, file: string): JsonObject {
  const isJson = /^\uFEFF?\s*(?:\{|\/[/*])/.test(source)
  const content = isJson ? withoutComments(source) : source
  const { value } = parseObject(content, file)
  const problem = isJson && /\.json$/i.test(file) && !isValidJson(content) ? looseJson : findProblem(value, 0)
  if (problem === undefined) return value
  throw new Failure({
    code: 'file-invalid',
    what: text`${untrusted(file)} is not right`,
    why: [problem],
    fix: text`Correct the file: it must hold one object in JSON or YAML.`,
  })
}

/** YAML forgives what is a slip of the pen in JSON, and may read it as something else than was meant. */
const looseJson = 'it is not valid JSON: a name or a value lacks its quotes, or a text goes over several lines'

function isValidJson(content: string): boolean {
  try {
    JSON.parse(content.replace(/^\uFEFF/, ''))
    return true
  } catch {
    return false
  }
}

function findProblem(value: Json, depth: number): string | undefined {
  if (depth > deepest) return `it is nested deeper than ${deepest} levels`
  if (typeof value === 'number' && !isExact(value))
    return 'it has a number that cannot be kept exactly; put it in quotes'
  if (isObject(value) && Object.getPrototypeOf(value) !== Object.prototype)
    return 'it has a value of a kind that JSON does not know (a date, a set or binary data); put it in quotes'
  const parts = isList(value) ? value : isObject(value) ? Object.values(value) : []
  for (const part of parts) {
    const problem = findProblem(part, depth + 1)
    if (problem !== undefined) return problem
  }
  return undefined
}

function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
}
