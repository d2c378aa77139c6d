import { invalid, parseObject, type Wanted } from '../document/document.ts'
import type { Place } from '../mistake.ts'
import { text } from '../text.ts'
import { mistakesOf, worded } from './mistakes.ts'
import { type Config, configSchema, filled } from './schema.ts'

const wanted: Wanted = {
  name: 'The configuration',
  code: 'config-invalid',
  fix: text`Correct the file; docs/slipway-yml.md lists all keys. Nothing has been changed on AWS.`,
  accepts: (value) => value.environments !== undefined || value.version !== undefined,
}

/** A valid slipway.yml with the positions of its parts. */
export interface LoadedConfig {
  readonly config: Config
  /** As the input `config` names it. */
  readonly file: string
  /** Position of the key at a path, or of the nearest part that exists. */
  at(path: readonly PropertyKey[]): Place
}

/** Checks slipway.yml and reports every mistake at once, each with its place and the nearest valid key. */
export function loadConfig(content: string, file: string): LoadedConfig {
  const document = parseObject(content, { file }, wanted)
  const checked = configSchema.safeParse(document.value, { error: worded })
  if (checked.success) return { config: filled(checked.data), file, at: document.at }
  throw invalid(mistakesOf(checked.error.issues, document), wanted)
}
