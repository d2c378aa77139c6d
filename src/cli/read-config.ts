import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { Failure } from '../failure.ts'
import { text, untrusted } from '../text.ts'
import type { CliWorld, Given } from './command.ts'
import { optionValue } from './given.ts'
import { readText } from './read-text.ts'

/** slipway.yml, or the file of `--config`. */
export interface ConfigFile {
  /** As it was given. */
  readonly file: string
  readonly isGiven: boolean
  readonly path: string
  readonly exists: boolean
}

/** Where slipway.yml is to be. */
export function configFile(given: Given, { directory }: CliWorld): ConfigFile {
  const named = optionValue(given, 'config')
  const file = named ?? 'slipway.yml'
  const path = resolve(directory, file)
  return { file, isGiven: named !== undefined, path, exists: existsSync(path) }
}

/** The text of slipway.yml. Throws `inputs-invalid` where there is none, and `file-unreadable`. */
export function readConfig(config: ConfigFile): string {
  if (config.exists) return readText(config.path, config.file)
  throw noConfig(config)
}

/** The failure of a command that needs slipway.yml, where there is none; `otherwise`: what does without it, such as `, or …`. */
export function noConfig({ file, isGiven, path }: ConfigFile, otherwise = ''): Failure {
  return new Failure({
    code: 'inputs-invalid',
    what: text`${isGiven ? '--config ' : ''}${untrusted(file)} does not exist`,
    why: text`there is nothing at ${untrusted(path)}`,
    fix: text`Write it with slipway init, or name the folder of the repository with --directory or the file with --config${otherwise}.`,
  })
}
