import { join, normalize } from 'node:path'
import type { Given } from '../command.ts'
import { optionValue } from '../given.ts'
import { shellText } from './shell-text.ts'

/** `--slipway` where it is not given. */
export const defaultSlipway = 'your-org/slipway@v1'

/** Where and how printed commands are going to be run. */
export interface Standing {
  /** `your-org/slipway@v1`. */
  readonly slipway: string
  /** Folder of the repository, as it was given with `--directory`; undefined where the person is in it. */
  readonly folder: string | undefined
  /** AWS profile of the command itself. */
  readonly profile: string | undefined
}

/** Where the person who gave these options is. */
export function standingOf(given: Given): Standing {
  return {
    slipway: optionValue(given, 'slipway') ?? defaultSlipway,
    folder: folderIn(optionValue(given, 'directory')),
    profile: optionValue(given, 'profile'),
  }
}

function folderIn(given: string | undefined): string | undefined {
  const folder = given === undefined ? '.' : normalize(given).replace(/(?<=.)[\\/]$/, '')
  if (folder === '.') return undefined
  return folder.startsWith('-') ? `./${folder}` : folder
}

/** A command of Slipway, from the repository and version that the workflow uses. */
export function slipwayCommand({ slipway, folder }: Standing, name: string, ...words: readonly string[]): string {
  const [repository = '', ref = ''] = slipway.split('@')
  const program = slipway === defaultSlipway ? `github:${repository}` : `github:${repository}#${ref}`
  return shellText('npx', program, name, ...inFolder(folder), ...words)
}

/** A command of git in the repository. */
export function gitCommand({ folder }: Standing, ...words: readonly string[]): string {
  return shellText('git', ...inFolder(folder), ...words)
}

/** A path of the repository from where the person is. */
export function pathFrom({ folder }: Standing, path: string): string {
  return folder === undefined ? path : join(folder, path)
}

/** Commands of the AWS CLI, with the credentials that the command itself had. */
export function withProfile({ profile }: Standing, commands: readonly string[]): readonly string[] {
  return profile === undefined ? commands : [`export AWS_PROFILE=${shellText(profile)}`, ...commands]
}

function inFolder(folder: string | undefined): readonly string[] {
  return folder === undefined ? [] : ['-C', folder]
}
