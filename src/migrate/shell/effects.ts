import { type Text, text, untrusted } from '../../text.ts'
import { type EcrImage, ecrImage, type Names } from '../image-reference.ts'
import type { Part } from '../parts.ts'
import { type Options, optionTable, readOptions } from './options.ts'

/** One image that a script builds. */
export interface Build {
  /** References as they are written, each with its tag. */
  readonly references: string[]
  readonly options: Options
  readonly pushed: Set<string>
}

/** What a script does, as far as Slipway does it. */
export interface Effects {
  readonly builds: Build[]
  readonly deployments: Deployment[]
  /** Outputs of the step: name and value. */
  readonly outputs: [name: string, value: string][]
  /** Repositories that are created where they do not exist, with the settings of the command. */
  readonly repositories: Map<string, Options>
  /** Definitions that the script holds in variables (by a token in the place of the value) and in files (by their names). */
  readonly definitions: Map<string, Definition>
  /** Parts of a site or of Elastic Beanstalk, in the order of their commands. */
  readonly parts: Part[]
  /** What `eb init` and `eb use` set for `eb deploy`. */
  readonly eb: { application?: string | undefined; environment?: string | undefined; region?: string | undefined }
  logsIn: boolean
  readonly waits: { readonly cluster: string; readonly services: readonly string[] }[]
}

/** A task definition that a script reads, changes or registers. */
export interface Definition {
  /** A file or a family; undefined: the live revision. */
  readonly definition?: string | undefined
  /** Set in its first container. */
  readonly image?: string | undefined
  readonly isRegistered?: boolean
  /** Read from AWS: the latest revision of its family. */
  readonly isRead?: boolean
}

/** One call of UpdateService. */
export interface Deployment extends Definition {
  readonly cluster: string
  readonly service: string
  readonly options: Options
}

/** An empty script. */
export function noEffects(): Effects {
  const lists = { builds: [], deployments: [], outputs: [], waits: [], parts: [] }
  return { ...lists, repositories: new Map(), definitions: new Map(), eb: {}, logsIn: false }
}

/** Whether a script has had no effect but parts of a site or of Elastic Beanstalk. */
export function hasOnlyParts(effects: Effects): boolean {
  const { builds, deployments, outputs, waits, repositories, definitions, logsIn } = effects
  const lists = [builds, deployments, outputs, waits]
  return lists.every((list) => list.length === 0) && repositories.size + definitions.size === 0 && !logsIn
}

const buildOptions = optionTable(
  'tag/t file/f build-arg target platform label no-cache! pull! push! network add-host shm-size ssh cache-from cache-to ' +
    'provenance sbom quiet/q! rm! progress builder',
)

/** `docker build`, `tag` and `push`. Undefined: done; else why not. */
export function applyDocker(words: readonly string[], effects: Effects): Text | undefined {
  const [group, ...others] = words
  const name = group === 'buildx' || group === 'image' ? others[0] : group
  const rest = group === name ? others : others.slice(1)
  if (name === 'build') return applyBuild(rest, effects)
  if (name === 'tag') return applyTag(rest, effects)
  if (name === 'push') return applyPush(rest, effects)
  if (name === 'login' || name === 'logout')
    return text`docker ${untrusted(name)} of a registry that is not certainly Amazon ECR`
  return text`docker ${untrusted(name ?? '')} has no counterpart in Slipway`
}

function applyBuild(words: readonly string[], effects: Effects): Text | undefined {
  const options = readOptions(words, buildOptions)
  if (options.unknown !== undefined)
    return text`the option ${untrusted(options.unknown)} of docker build has no counterpart in Slipway`
  if (options.operands.length !== 1 || options.operands[0] === '-')
    return text`docker build has not exactly one context`
  const references = [...(options.options.get('tag') ?? [])].map(withTag)
  if (references.length === 0) return text`docker build has no tag (-t)`
  const pushed = new Set(options.options.has('push') ? references : [])
  effects.builds.push({ references, options, pushed })
  return undefined
}

function applyTag([from = '', to = '']: readonly string[], effects: Effects): Text | undefined {
  const build = effects.builds.find(({ references }) => references.includes(withTag(from)))
  if (build === undefined) return text`docker tag of an image that this step does not build`
  build.references.push(withTag(to))
  return undefined
}

function applyPush(words: readonly string[], effects: Effects): Text | undefined {
  const { operands, options, unknown } = readOptions(words, optionTable('all-tags/a! quiet/q!'))
  const [name = ''] = operands
  if (unknown !== undefined) return text`the option ${untrusted(unknown)} of docker push has no counterpart in Slipway`
  const isMeant = (reference: string) =>
    options.has('all-tags') ? reference.startsWith(`${name}:`) : reference === withTag(name)
  const build = effects.builds.find(({ references }) => references.some(isMeant))
  if (build === undefined) return text`docker push of an image that this step does not build`
  for (const reference of build.references.filter(isMeant)) build.pushed.add(reference)
  return undefined
}

function withTag(reference: string): string {
  const plain = reference.replaceAll(/\$\{\{[\s\S]*?\}\}/g, (whole) => whole.replaceAll(/[/:]/g, '_'))
  return /:[^/]*$/.test(plain) ? reference : `${reference}:latest`
}

/** The images that a build pushes; undefined: one is not certainly in Amazon ECR. */
export function pushedImages({ pushed }: Build, names: Names): readonly (EcrImage | undefined)[] {
  return [...pushed].map((reference) => ecrImage(reference, names))
}
