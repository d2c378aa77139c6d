import type { BuildRequest } from '../ports.ts'
import { withoutCredentials } from './reference.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The two parts of `name=value`. */
export function nameAndValue(given: string): readonly [name: string, value: string] {
  const [name = ''] = given.split('=', 1)
  return [name, given.slice(name.length + 1)]
}

/** Inputs that most builds do not have, as a key has them. What is not given is undefined, so that it changes no key. */
export function furtherInputs(request: BuildRequest): Readonly<Record<string, string | undefined>> {
  const list = (values: readonly string[]) => [...values].sort().join(',')
  return {
    sbom: request.sbom,
    attests: list(request.attests),
    annotations: list(request.annotations),
    ssh: list(request.ssh.map((given) => nameAndValue(given)[0])),
    'add-hosts': list(request.addHosts),
    allow: list(request.allow),
    ulimit: list(request.ulimits),
    'shm-size': request.shmSize,
    'cgroup-parent': request.cgroupParent,
    'rewrite-timestamp': request.rewriteTimestamp ? 'true' : undefined,
  }
}

/** Whether BuildKit reads private git contexts with the secret of this id; such a secret is in no image. */
export function isGitSecret(id: string): boolean {
  return /^GIT_AUTH_(?:TOKEN|HEADER)\b/.test(id)
}

/** Ids of the secrets that a build step may use, sorted. */
export function secretIds({ secrets, secretFiles }: BuildRequest): readonly string[] {
  const ids = [...secrets, ...secretFiles].map(({ id }) => id)
  return ids.filter((id) => !isGitSecret(id)).sort()
}

/** Named contexts: a folder by the hash of its files (`folders`, by name), anything else by its address. */
export function contextsOf(
  { buildContexts }: BuildRequest,
  folders: Readonly<Record<string, string>>,
): readonly (readonly [string, string])[] {
  return buildContexts.map((context) => {
    const [name, value] = nameAndValue(context)
    return [name, folders[name] ?? withoutCredentials(value)]
  })
}

/** A name alone takes its value from the environment, as `docker build` does; and Buildx passes SOURCE_DATE_EPOCH on. */
export function argumentsOf(
  { buildArgs }: BuildRequest,
  environment: Environment,
): readonly (readonly [string, string])[] {
  const { SOURCE_DATE_EPOCH: epoch } = environment
  const implied: readonly [string, string][] = epoch ? [['SOURCE_DATE_EPOCH', epoch]] : []
  const given = buildArgs.flatMap((argument): readonly (readonly [string, string])[] => {
    if (argument.includes('=')) return [nameAndValue(argument)]
    const value = environment[argument]
    return value === undefined ? [] : [[argument, value]]
  })
  return [...implied, ...given]
}
