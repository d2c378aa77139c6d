import { isMap, isScalar, parseDocument } from 'yaml'

const forbidden = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Reads `NAME=value` lines, or a map in JSON or YAML, into a map in the given order. Only the first `=` splits, so that
 * tokens and addresses stay whole; a line that begins with `#` is a comment. Throws an `Error` that says what is wrong,
 * to follow the name of the input; it never shows a value.
 */
export function parseAssignments(given: string): ReadonlyMap<string, string> {
  const trimmed = given.trim()
  if (trimmed === '') return new Map()
  const asMap = /^[{]/.test(trimmed) || !/^[^:\n]*=/.test(firstLine(trimmed)) ? parseMap(trimmed) : undefined
  return asMap ?? parseLines(trimmed)
}

function firstLine(given: string): string {
  return given.split('\n').find((line) => line.trim() !== '' && !line.trim().startsWith('#')) ?? ''
}

function parseLines(given: string): ReadonlyMap<string, string> {
  const entries = new Map<string, string>()
  for (const [index, line] of given.split(/\r?\n/).entries()) {
    const content = line.trim()
    if (content === '' || content.startsWith('#')) continue
    const split = content.indexOf('=')
    if (split < 1) throw new Error(`must have lines of the form NAME=value; line ${index + 1} has no name and "="`)
    add(entries, content.slice(0, split).trim(), content.slice(split + 1).trim())
  }
  return entries
}

/** Undefined when the text is no map. */
function parseMap(given: string): ReadonlyMap<string, string> | undefined {
  const document = parseDocument(given, { uniqueKeys: true, prettyErrors: false })
  if (!isMap(document.contents)) return undefined
  if (document.errors.length > 0)
    throw new Error('must be NAME=value lines, or a map in JSON or YAML without mistakes and duplicates')
  const entries = new Map<string, string>()
  for (const { key, value } of document.contents.items) {
    const name = isScalar(key) ? String(key.value) : ''
    if (!isScalar(value) && value !== null) throw new Error(`must have a single value for ${name}, not a list or a map`)
    add(entries, name, isScalar(value) && value.value !== null ? String(value.source ?? value.value) : '')
  }
  return entries
}

function add(entries: Map<string, string>, name: string, value: string): void {
  if (name === '') throw new Error('must have a name before each "="')
  if (forbidden.has(name)) throw new Error(`must not set ${name}`)
  if (entries.has(name)) throw new Error(`must not give ${name} twice`)
  entries.set(name, value)
}
