import type { z } from 'zod'
import { type Document, invalid, parseObject, type Wanted } from '../document/document.ts'
import type { Mistake } from '../mistake.ts'
import { nearest } from '../nearest.ts'
import type { JsonObject } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'
import { type Config, configSchema, jsonSchema, type SchemaNode } from './schema.ts'

const wanted: Wanted = {
  name: 'The configuration',
  code: 'config-invalid',
  fix: text`Correct the file; docs/slipway-yml.md lists all keys. Nothing has been changed on AWS.`,
  accepts: (value) => value.environments !== undefined || value.version !== undefined,
}

/** Checks slipway.yml and reports every mistake at once, each with its place and the nearest valid key. */
export function loadConfig(content: string, file: string): Config {
  const document = parseObject(content, { file }, wanted)
  const checked = configSchema.safeParse(document.value)
  if (checked.success) return checked.data
  const { issues } = checked.error
  const misspelt = issues.flatMap(misspeltKeys)
  const mistakes = issues
    .filter((issue) => !misspelt.includes(pathOf(issue.path)))
    .flatMap((issue) => mistakesOf(issue, document))
  throw invalid(mistakes, wanted)
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.map(String).join('.')
}

/** Paths of keys that are missing only because they are misspelt: a slip of the pen is one mistake. */
function misspeltKeys(issue: z.core.$ZodIssue): readonly string[] {
  if (issue.code !== 'unrecognized_keys') return []
  const known = knownKeys(issue.path)
  return issue.keys.flatMap((key) => {
    const meant = nearest(key, known)
    return meant === undefined ? [] : pathOf([...issue.path, meant])
  })
}

function mistakesOf(issue: z.core.$ZodIssue, document: Document<JsonObject>): readonly Mistake[] {
  const { at } = document
  const name = untrusted(pathOf(issue.path) || 'the file')
  if (issue.code !== 'unrecognized_keys')
    return [{ ...at(issue.path), message: text`${name} ${plain(issue.message)}${found(issue, document)}` }]
  return issue.keys.map((key) => ({
    ...at([...issue.path, key]),
    message: text`${name} has no key ${untrusted(key)}; ${advice(key, knownKeys(issue.path))}`,
  }))
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

/** The schema's own words where there are some; zod's in plain English. */
function plain(message: string): Text {
  const [, expected = '', received = ''] = /^Invalid input: expected (\w+), received (\w+)$/.exec(message) ?? []
  if (expected === '') return [untrusted(message)]
  if (received === 'undefined') return text`is missing`
  return text`must be ${kinds[expected] ?? expected}, not ${kinds[received] ?? received}`
}

/** The value that does not fit, where it is short. Nothing in slipway.yml is secret. */
function found({ code, path, message }: z.core.$ZodIssue, { value, plain: written }: Document<JsonObject>): Text {
  const given = path.reduce<unknown>((part, step) => Object(part)[step], value)
  const isNumber = code === 'invalid_type' && typeof given === 'number'
  // As it is written: a number has lost the zeros before it.
  if (isNumber && /expected string/.test(message)) return text`; put it in quotes: "${untrusted(written(path) ?? '')}"`
  const isTold = typeof given === 'string' && given.length <= 100 && code !== 'invalid_type' && code !== 'custom'
  return isTold ? text`, not "${untrusted(given)}"` : []
}

function advice(key: string, known: readonly string[]): string {
  const suggestion = nearest(key, known)
  return suggestion === undefined ? `it may have ${known.join(', ')}` : `did you mean ${suggestion}?`
}

/** The keys that the schema allows at a path. */
function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  let schema: SchemaNode | undefined = jsonSchema()
  for (const step of path) schema = schema?.properties?.[String(step)] ?? schema?.additionalProperties ?? schema?.items
  return Object.keys(schema?.properties ?? {})
}
