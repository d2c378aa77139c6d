import { type DockerfileText, type Instruction, readDockerfile } from './dockerfile-text.ts'
import { expandWord, splitWords, type Variables } from './dockerfile-words.ts'

/** What decides the base images beside the Dockerfile. */
export interface BaseCircumstances {
  readonly buildArgs: ReadonlyMap<string, string>
  /** `linux/amd64`; empty for that of the builder, which is unknown. */
  readonly platforms: readonly string[]
  /** Named contexts, by name. */
  readonly contexts: ReadonlyMap<string, string>
}

/** The images that a build starts from or copies from, and its frontend; or why they cannot be known. */
export type Bases =
  | {
      readonly kind: 'known'
      /** Each once, the frontend included. */
      readonly images: readonly string[]
      readonly frontend?: string | undefined
      /** Why the image can be another one although all of these are the same. */
      readonly changeable?: string | undefined
    }
  | { readonly kind: 'unknown'; readonly why: string }

/** A larger one is not read. UTF-16 units. */
const largest = 1024 * 1024
/** https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope */
const platforms = /^(linux|windows)\/(amd64|arm64|arm|386|ppc64le|s390x|riscv64|loong64)(?=\/|$)/
const platformArgument = /^(?:TARGET|BUILD)(?:PLATFORM|OS|OSVERSION|ARCH|VARIANT|STAGE)$/

/**
 * The base images of a Dockerfile: of FROM, COPY --from and RUN --mount, those of unused stages included, of named contexts, and the
 * frontend. Whatever is not understood makes the answer unknown, so that no image is missed.
 */
export function dockerfileBases(content: string, around: BaseCircumstances): Bases {
  try {
    if (content.length > largest) throw new Error(`it is larger than ${largest} characters`)
    const file = readDockerfile(content)
    const syntax = frontend(file, around)
    const found = new Set<string>(syntax === undefined ? [] : [syntax])
    for (const value of around.contexts.values())
      if (value.startsWith('docker-image://')) found.add(value.slice('docker-image://'.length))
    const platforms = around.platforms.length === 0 ? [undefined] : around.platforms
    for (const platform of platforms) for (const image of imagesOf(file, around, platform)) found.add(image)
    const changeable = changingSource(file)
    const further = { ...(syntax && { frontend: syntax }), ...(changeable && { changeable }) }
    return { kind: 'known', images: [...found].sort(), ...further }
  } catch (error) {
    return { kind: 'unknown', why: error instanceof Error ? error.message : String(error) }
  }
}

/** Another frontend than Docker's reads another language. */
function frontend({ syntax }: DockerfileText, { buildArgs }: BaseCircumstances): string | undefined {
  const image = buildArgs.get('BUILDKIT_SYNTAX') ?? syntax
  if (image === undefined) return undefined
  if (!/(?:^|\/)docker\/dockerfile(?:-upstream)?(?:[:@]|$)/.test(image))
    throw new Error(`its frontend ${image} is not docker/dockerfile`)
  return image
}

interface Stages {
  readonly names: Set<string>
  count: number
}

function imagesOf(file: DockerfileText, around: BaseCircumstances, platform: string | undefined): readonly string[] {
  const { escaping, instructions } = file
  const values = new Map<string, string>()
  const variables: Variables = (name) => {
    if (!platformArgument.test(name) || around.buildArgs.has(name)) return values.get(name)
    return targetValue(name, platform)
  }
  const stages: Stages = { names: new Set(), count: 0 }
  const images: string[] = []
  for (const instruction of instructions) {
    if (instruction.name === 'ARG' && stages.count === 0) setArguments(instruction, values, variables, around, escaping)
    if (instruction.name === 'FROM') images.push(...fromImage(instruction, stages, around, variables, escaping))
    else for (const name of copiedFrom(instruction, escaping)) if (!isStage(name, stages, around)) images.push(name)
  }
  return images
}

/** That of the builder, and of a build without `platforms`, is not known here. */
function targetValue(name: string, platform: string | undefined): string {
  const [, os, arch] = platforms.exec(platform ?? '') ?? []
  // Which variant a platform has is a rule of containerd.
  const value = name === 'TARGETOS' ? os : name === 'TARGETARCH' ? arch : undefined
  if (value === undefined) throw new Error(`the value of ${name} is unknown`)
  return value
}

function setArguments(
  { rest }: Instruction,
  values: Map<string, string>,
  variables: Variables,
  { buildArgs }: BaseCircumstances,
  escaping: string,
): void {
  for (const word of splitWords(rest, escaping)) {
    const [name = ''] = word.split('=', 1)
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new Error(`ARG ${name.slice(0, 80)} is not understood`)
    if (platformArgument.test(name) && word !== name) throw new Error(`ARG ${name} has a default`)
    const given = buildArgs.get(name)
    if (given !== undefined) values.set(name, given)
    else if (word !== name) values.set(name, expandWord(word.slice(name.length + 1), variables, escaping))
  }
}

function fromImage(
  { rest }: Instruction,
  stages: Stages,
  around: BaseCircumstances,
  variables: Variables,
  escaping: string,
): readonly string[] {
  const [given = '', as = '', name = '', ...others] = rest.split(/\s+/).filter((word) => !word.startsWith('--'))
  if (others.length > 0 || (as !== '' && (as.toUpperCase() !== 'AS' || name === '')))
    throw new Error(`FROM ${rest.slice(0, 80)} is not understood`)
  const image = expandWord(given, variables, escaping)
  if (!/^[\w][\w.:/@-]*$/.test(image)) throw new Error(`FROM ${given.slice(0, 80)} names no image`)
  const isOwn = image === 'scratch' || stages.names.has(image.toLowerCase()) || around.contexts.has(image)
  stages.count++
  if (name !== '') stages.names.add(name.toLowerCase())
  return isOwn ? [] : [image]
}

/** Names of stages, contexts or images. */
function copiedFrom(instruction: Instruction, escaping: string): readonly string[] {
  const { name, rest } = instruction
  if (name === 'ONBUILD') {
    const [, inner = '', innerRest = ''] = /^(\S+)\s*([\s\S]*)$/.exec(rest) ?? []
    return copiedFrom({ name: inner.toUpperCase(), rest: innerRest }, escaping)
  }
  if (name !== 'COPY' && name !== 'RUN' && name !== 'ADD') return []
  if (name === 'RUN' && !rest.startsWith('--')) return []
  const words = name === 'RUN' ? flagsOf(rest) : splitWords(rest, escaping)
  const flags = words.filter((word) => word.startsWith('--'))
  return flags.flatMap((flag) => sourceOf(flag))
}

/** The flags of a RUN, whose command has the quotes of a shell. */
function flagsOf(rest: string): readonly string[] {
  const [flags = ''] = /^(?:--\S+\s*)+/.exec(rest) ?? []
  return flags.split(/\s+/).filter((word) => word !== '')
}

function sourceOf(flag: string): readonly string[] {
  const [, name, value = ''] = /^--([a-z-]+)(?:=(.*))?$/is.exec(flag) ?? []
  if (name === undefined) throw new Error(`${flag.slice(0, 80)} is not understood`)
  const fields = name === 'from' ? [`from=${value}`] : name === 'mount' ? value.split(',') : []
  if (fields.length > 0 && /["'\\`]/.test(value)) throw new Error(`${flag.slice(0, 80)} has quotes or escapes`)
  const images = fields.flatMap((field) => /^\s*from\s*=\s*(.*?)\s*$/is.exec(field)?.[1] ?? [])
  if (images.some((image) => image.includes('$'))) throw new Error(`${flag.slice(0, 80)} has a variable`)
  return images
}

/** What ADD fetches may be something else each time, unless its checksum is given. */
function changingSource({ instructions, escaping }: DockerfileText): string | undefined {
  for (const { name, rest } of instructions) {
    const added = name === 'ADD' ? rest : name === 'ONBUILD' ? /^ADD\s([\s\S]*)$/i.exec(rest)?.[1] : undefined
    const words = added === undefined ? [] : splitWords(added, escaping)
    if (words.some((word) => /^--checksum=[^$]+$/.test(word))) continue
    const remote = words.find((word) => /^["'[]*(?:https?:|git:|ssh:|git@|github\.com\/|\$)/i.test(word))
    if (remote !== undefined) return `ADD ${remote.slice(0, 80)} has no --checksum, so its content can change`
  }
  return undefined
}

function isStage(name: string, { names, count }: Stages, { contexts }: BaseCircumstances): boolean {
  return names.has(name.toLowerCase()) || (/^\d+$/.test(name) && Number(name) < count) || contexts.has(name)
}
