import { BakeMistake, flagOf, listOf, mapOf, membersOf, rowsOf, textOf, textsOf } from './bake-values.ts'
import { parseRemoteContext } from './git-address.ts'
import { splitFields } from './tag-fields.ts'

/** A target of a definition, in the words of the inputs of build-push. */
export interface BakedBuild {
  readonly context?: string
  readonly file?: string
  /** Content of the Dockerfile, in the place of a file. */
  readonly inlineDockerfile?: string
  readonly buildContexts?: readonly string[]
  readonly buildArgs?: readonly string[]
  readonly labels?: readonly (readonly [string, string])[]
  readonly annotations?: readonly string[]
  readonly target?: string
  readonly platforms?: readonly string[]
  readonly cacheFrom?: readonly string[]
  readonly cacheTo?: readonly string[]
  readonly secrets?: readonly BakedSecret[]
  readonly ssh?: readonly string[]
  readonly attests?: readonly string[]
  /** Values of `--output`. */
  readonly outputs?: readonly string[]
  readonly noCache?: boolean
  readonly noCacheFilters?: readonly string[]
  readonly pull?: boolean
  readonly network?: string
  readonly shmSize?: string
  readonly ulimit?: readonly string[]
  readonly addHosts?: readonly string[]
  readonly allow?: readonly string[]
  readonly call?: 'build' | 'check'
  /** With registry and repository. */
  readonly tags?: readonly string[]
}

/** The source of a secret; without one it is the variable of its id, or else the file of its id. */
export interface BakedSecret {
  readonly id: string
  readonly env?: string | undefined
  readonly path?: string | undefined
}

/** All members of a target (docker/buildx, bake/bake.go, `Target`), and what becomes of each. */
const members: Readonly<Record<string, (value: unknown) => BakedBuild>> = {
  description: () => ({}),
  annotations: (value) => ({ annotations: textsOf(value) }),
  args: (value) => ({ buildArgs: mapOf(value).map(([name, given]) => `${name}=${given}`) }),
  attest: (value) => ({ attests: rowsOf(value) }),
  'cache-from': (value) => ({ cacheFrom: rowsOf(value).map(withoutSecrets) }),
  'cache-to': (value) => ({ cacheTo: rowsOf(value).map(withoutSecrets) }),
  call: (value) => ({ call: callOf(textOf(value)) }),
  context: (value) => ({ context: placeOf(textOf(value)) }),
  contexts: (value) => ({ buildContexts: mapOf(value).map(([name, given]) => `${name}=${contextOf(name, given)}`) }),
  dockerfile: (value) => ({ file: textOf(value) }),
  'dockerfile-inline': (value) => ({ inlineDockerfile: textOf(value) }),
  entitlements: (value) => ({ allow: textsOf(value) }),
  'extra-hosts': (value) => ({ addHosts: mapOf(value).map(([host, address]) => `${host}:${address}`) }),
  labels: (value) => ({ labels: mapOf(value) }),
  network: (value) => ({ network: textOf(value) }),
  'no-cache': (value) => ({ noCache: flagOf(value) }),
  'no-cache-filter': (value) => ({ noCacheFilters: textsOf(value) }),
  output: (value) => ({ outputs: rowsOf(value) }),
  platforms: (value) => ({ platforms: textsOf(value) }),
  pull: (value) => ({ pull: flagOf(value) }),
  secret: (value) => ({ secrets: listOf(value).map(secretOf) }),
  'shm-size': (value) => ({ shmSize: textOf(value) }),
  ssh: (value) => ({ ssh: listOf(value).map(sshOf) }),
  tags: (value) => ({ tags: textsOf(value) }),
  target: (value) => ({ target: textOf(value) }),
  ulimits: (value) => ({ ulimit: textsOf(value) }),
}

/** Translates a target. `report` gets every member that is not supported, and why. */
export function readBakeTarget(
  target: Readonly<Record<string, unknown>>,
  report: (member: string, why: string) => void,
): BakedBuild {
  const parts = Object.entries(target).map(([member, value]) => {
    const read = Object.hasOwn(members, member) ? members[member] : undefined
    try {
      if (read === undefined) throw new BakeMistake(`is not supported; supported: ${Object.keys(members).join(', ')}`)
      return read(value)
    } catch (error) {
      report(member, error instanceof Error ? error.message : String(error))
      return {}
    }
  })
  return withDockerfile(Object.assign({}, ...parts))
}

/** In a definition the path of the Dockerfile is that from the context, unless that is an address. */
function withDockerfile({ file, inlineDockerfile, ...build }: BakedBuild): BakedBuild {
  if (inlineDockerfile !== undefined) return { ...build, inlineDockerfile }
  const { context = '.' } = build
  if (file === undefined || (file === 'Dockerfile' && parseRemoteContext(context) === undefined)) return build
  if (/^(?:cwd:\/\/|\/)/.test(file) || parseRemoteContext(context) !== undefined)
    return { ...build, file: placeOf(file) }
  return { ...build, file: context === '.' ? file : `${context}/${file}` }
}

/** `cwd://` is the folder in which Buildx runs. */
function placeOf(path: string): string {
  if (path === '-') throw new BakeMistake('is standard input (-), which is not supported')
  return path.replace(/^cwd:\/\/\/?/, '') || '.'
}

function contextOf(name: string, value: string): string {
  if (!value.startsWith('target:')) return placeOf(value)
  throw new BakeMistake(
    `has ${name} = "${value}": a target that is built from another one is not supported; make it a stage of the Dockerfile`,
  )
}

function callOf(value: string): 'build' | 'check' {
  if (value === 'build') return value
  if (value === 'check' || value === 'lint') return 'check'
  throw new BakeMistake(`is "${value}"; allowed: build, check`)
}

function secretOf(entry: unknown): BakedSecret {
  const given = typeof entry === 'string' ? fieldsOf(entry) : membersOf(entry)
  const { id, type, env, src, source = src, ...others } = given
  const [other] = Object.keys(others)
  if (other !== undefined) throw new BakeMistake(`has a secret with ${other}; allowed: id, env, src`)
  const [path, variable] = [source, env].map((value) => (value === undefined ? undefined : textOf(value)))
  return type === 'env' && variable === undefined
    ? { id: textOf(id), env: path }
    : { id: textOf(id), env: variable, path }
}

function sshOf(entry: unknown): string {
  if (typeof entry === 'string') return entry
  const { id, paths = [] } = membersOf(entry)
  const list = textsOf(paths)
  return list.length === 0 ? textOf(id) : `${textOf(id)}=${list.join(',')}`
}

function fieldsOf(row: string): Readonly<Record<string, string>> {
  return Object.fromEntries(splitFields(row).map(({ name = 'id', value }) => [name, value]))
}

/** A command line is visible to other processes; Buildx reads these in its environment, too. */
function withoutSecrets(row: string): string {
  const [, name] = /(?:^|,)"?(token|ghtoken|secret_access_key|session_token|secret)=/.exec(row) ?? []
  if (name === undefined) return row
  throw new BakeMistake(`has ${name}, which is passed to Buildx in the environment of the step only`)
}
