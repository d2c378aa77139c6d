import type { z } from 'zod'
import { parseObject } from '../document.ts'
import { Failure } from '../failure.ts'
import { nearest } from '../nearest.ts'
import { type Text, text, untrusted } from '../text.ts'
import { type Config, configSchema, jsonSchema, type SchemaNode } from './schema.ts'

/** A valid slipway.yml that knows where its parts stand. */
export interface LoadedConfig {
  readonly config: Config
  /** As the input `config` names it. */
  readonly file: string
  /** `line:column` of the key at a path, or of the nearest part that is there. */
  locate(path: readonly PropertyKey[]): string
}

/** Checks slipway.yml and reports every mistake at once, each with its place and the nearest valid key. */
export function loadConfig(content: string, file: string): LoadedConfig {
  const document = parseObject(content, file)
  const checked = configSchema.safeParse(document.value)
  if (checked.success) return { config: checked.data, file, locate: document.locate }
  throw new Failure({
    code: 'config-invalid',
    what: text`${untrusted(file)} is not right`,
    why: text`\n${checked.error.issues
      .flatMap(problems)
      .flatMap(({ path, problem }) => [...text`- ${untrusted(`${file}:${document.locate(path)}`)} ${problem}`, '\n'])}`,
    fix: text`Correct the file; docs/slipway-yml.md lists all keys. Nothing has been changed on AWS.`,
  })
}

function withArticle(kind: string): string {
  return `${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}`
}

interface Problem {
  readonly path: readonly PropertyKey[]
  readonly problem: Text
}

function problems(issue: z.core.$ZodIssue): readonly Problem[] {
  const at = untrusted(issue.path.map(String).join('.') || 'the file')
  if (issue.code !== 'unrecognized_keys')
    return [{ path: issue.path, problem: text`${at} ${untrusted(plain(issue.message))}` }]
  return issue.keys.map((key) => ({
    path: [...issue.path, key],
    problem: text`${at} has no key ${untrusted(key)}; ${advice(key, knownKeys(issue.path))}`,
  }))
}

/** The schema's own words where there are some; zod's in plain English. */
function plain(message: string): string {
  const [, expected, received] = /^Invalid input: expected (\w+), received (\w+)$/.exec(message) ?? []
  if (expected === undefined) return message
  return received === 'undefined'
    ? 'is missing'
    : `must be ${withArticle(expected)}, not ${withArticle(received ?? '')}`
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
