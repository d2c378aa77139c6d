import { type Document, parseDocument } from '../document/document.ts'
import { Failure } from '../failure.ts'
import type { Mistake } from '../mistake.ts'
import { readEach } from '../read-each.ts'
import { renderText } from '../text.ts'

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
  readEach(given.split(/\r?\n/), (line, index) => {
    const content = line.trim()
    if (content === '' || content.startsWith('#')) return
    const split = content.indexOf('=')
    if (split < 1) throw new Error(`must have lines of the form NAME=value; line ${index + 1} has no name and "="`)
    add(entries, content.slice(0, split).trim(), content.slice(split + 1).trim())
  })
  return entries
}

/** Undefined when the text is no map. */
function parseMap(given: string): ReadonlyMap<string, string> | undefined {
  const document = parsed(given)
  if (document === undefined) return undefined
  const { value, plain } = document
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const entries = new Map<string, string>()
  readEach(Object.entries(value), ([name, content]) => {
    if (typeof content === 'object' && content !== null)
      throw new Error(`must have a single value for ${name}, not a list or a map`)
    add(entries, name, content === null ? '' : (plain([name]) ?? String(content)))
  })
  return entries
}

function parsed(given: string): Document | undefined {
  try {
    return parseDocument(given, { input: '' })
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    if (!/^[{[]|:/.test(firstLine(given).trim())) return undefined
    const places = (error.parts.mistakes ?? []).map(placeOf)
    const where = places.length === 0 ? '' : `: ${places.join('; ')}`
    throw new Error(`must be NAME=value lines, or a map in JSON or YAML without mistakes and duplicates${where}`)
  }
}

/** The other texts of a message may be a value. */
function placeOf({ line, column, message }: Mistake): string {
  const told = renderText(message, (theirs) => theirs)
  const place = `line ${line ?? 1}, column ${column ?? 1}`
  return told.startsWith('the key ') ? `${place}, ${told}` : `see ${place}`
}

function add(entries: Map<string, string>, name: string, value: string): void {
  if (name === '') throw new Error('must have a name before each "="')
  if (forbidden.has(name)) throw new Error(`must not set ${name}`)
  if (entries.has(name)) throw new Error(`must not give ${name} twice`)
  entries.set(name, value)
}
