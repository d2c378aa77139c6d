import type { z } from 'zod'
import type { Document } from '../document/document.ts'
import type { Mistake } from '../mistake.ts'
import { nearest } from '../nearest.ts'
import type { JsonObject } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'
import { jsonSchema, type SchemaNode } from './schema.ts'

type Issue = z.core.$ZodIssue

/** Messages for issues without words of the schema's own; for zod's option `error`. */
export function worded(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? 'is missing'
        : `must be ${kinds[issue.expected] ?? issue.expected}, not ${kindOf(issue.input)}`
    case 'invalid_value':
      return `must be ${issue.values.join(' or ')}`
    case 'too_small':
      return 'must not be empty'
    default:
      return ''
  }
}

/** The mistakes of slipway.yml, each with its place and, for a key, the nearest valid one. A slip of the pen is one mistake. */
export function mistakesOf(
  issues: readonly Issue[],
  document: Document<JsonObject>,
  keysAt: (path: readonly PropertyKey[]) => readonly string[] = knownKeys,
): readonly Mistake[] {
  const single = issues.flatMap(unfolded)
  const misspelt = new Set(single.flatMap((issue) => misspeltKeys(issue, keysAt)))
  return single
    .filter(({ path }) => !misspelt.has(pathOf(path)) || valueAt(path, document) !== undefined)
    .flatMap((issue) =>
      issue.code === 'unrecognized_keys' ? unknownKeys(issue, document, keysAt) : [mistake(issue, document)],
    )
}

/** What YAML calls the kinds of values. */
const kinds: Readonly<Record<string, string>> = {
  record: 'a mapping',
  object: 'a mapping',
  array: 'a list',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  null: 'empty',
}

function kindOf(value: unknown): string {
  if (typeof value === 'number' && !Number.isInteger(value)) return String(value)
  return kinds[value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value] ?? 'something else'
}

/** The issues within one: of the name of an entry, and of that form among several which the value has. */
function unfolded(issue: Issue): readonly Issue[] {
  if (issue.code === 'invalid_key') return issue.issues.map((inner) => ({ ...inner, path: issue.path }))
  if (issue.code !== 'invalid_union' || issue.message !== '') return [issue]
  const isOfForm = (form: readonly Issue[]) =>
    form.every(({ code, path }) => code !== 'invalid_type' || path.length > 0)
  const unknown = (form: readonly Issue[]) =>
    form.reduce((count, one) => count + (one.code === 'unrecognized_keys' ? one.keys.length : 0), 0)
  const [matching] = issue.errors.filter(isOfForm).toSorted((one, other) => unknown(one) - unknown(other))
  if (matching) return matching.flatMap((inner) => unfolded({ ...inner, path: [...issue.path, ...inner.path] }))
  const forms = issue.errors.flatMap(([first]) => (first?.code === 'invalid_type' ? [kinds[first.expected]] : []))
  return [{ ...issue, message: `must be ${forms.join(' or ')}` }]
}

/** Paths of keys that are missing only because they are misspelt. */
function misspeltKeys(issue: Issue, keysAt: typeof knownKeys): readonly string[] {
  if (issue.code !== 'unrecognized_keys') return []
  const known = keysAt(issue.path)
  return issue.keys.flatMap((key) => {
    const similar = nearest(key, known)
    return similar === undefined ? [] : pathOf([...issue.path, similar])
  })
}

function unknownKeys(
  { keys, path }: z.core.$ZodIssueUnrecognizedKeys,
  { at }: Document,
  keysAt: typeof knownKeys,
): readonly Mistake[] {
  const known = keysAt(path)
  return keys.map((key) => ({
    ...at([...path, key]),
    message: text`${nameOf(path)} has no key ${untrusted(key)}; ${advice(key, known)}`,
  }))
}

function mistake(issue: Issue, document: Document<JsonObject>): Mistake {
  const { path, message } = issue
  return { ...document.at(path), message: text`${nameOf(path)} ${untrusted(message)}${given(issue, document)}` }
}

/** The value that does not fit, where it is short. Nothing in slipway.yml is secret. */
function given(issue: Issue, document: Document<JsonObject>): Text {
  const { code, path, message } = issue
  const found = valueAt(path, document)
  if (code === 'invalid_type' && issue.expected === 'string' && typeof found === 'number')
    // As it is written: a number has lost the zeros before it.
    return text`; put it in quotes: "${untrusted(document.plain(path) ?? '')}"`
  if (code === 'invalid_type' || code === 'custom') return []
  if (typeof found === 'number') return text`, not ${found}`
  if (typeof found === 'string') {
    const isOmitted = found === '' || found.length > 100 || message.includes(`"${found}"`)
    return isOmitted ? [] : text`, not "${untrusted(found)}"`
  }
  return code === 'invalid_union' || code === 'invalid_value' ? text`, not ${kindOf(found)}` : []
}

function valueAt(path: readonly PropertyKey[], { value }: Document<JsonObject>): unknown {
  return path.reduce<unknown>((part, step) => Object(part)[step], value)
}

function nameOf(path: readonly PropertyKey[]): Text {
  return [untrusted(pathOf(path) || 'the file')]
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.map(String).join('.')
}

function advice(key: string, known: readonly string[]): string {
  const suggestion = nearest(key, known)
  return suggestion === undefined ? `it may have ${known.join(', ')}` : `did you mean ${suggestion}?`
}

let schema: SchemaNode | undefined

/** The keys that the schema of slipway.yml allows at a path, whichever form the value has. */
function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  schema ??= jsonSchema()
  return keysIn(schema, path)
}

/** The same of any schema. A key of several forms is there once. */
export function keysIn(root: SchemaNode, path: readonly PropertyKey[]): readonly string[] {
  let forms = formsOf(root)
  for (const step of path)
    forms = forms.flatMap(({ properties, additionalProperties, items }) => {
      const next = properties?.[String(step)] ?? additionalProperties ?? items
      return next ? formsOf(next) : []
    })
  return [...new Set(forms.flatMap(({ properties }) => Object.keys(properties ?? {})))]
}

function formsOf(node: SchemaNode): readonly SchemaNode[] {
  return node.anyOf ?? [node]
}
