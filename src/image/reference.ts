/** Image references, as Docker and registries write them: `registry:port/path/name:tag@digest`. */

/** The parts of an image reference, as Docker writes it: `registry/repository:tag@digest`. */
export interface ImageReference {
  /** Host, with port if any; undefined for Docker Hub's short names. */
  readonly registry?: string | undefined
  readonly repository: string
  readonly tag?: string | undefined
  /** `sha256:…` */
  readonly digest?: string | undefined
}

// Grammar: github.com/distribution/reference, reference.go.
const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const pathPattern = new RegExp(`^${component}(?:/${component})*$`)
const tagPattern = /^\w[\w.-]{0,127}$/
const digestPattern = /^sha256:[0-9a-f]{64}$/
const registryPattern = /^(?:\[[0-9a-fA-F:.]+\]|[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?)(?::\d{1,5})?$/

/** True for what a tag may be: at most 128 letters, digits, `_`, `.` and `-`, not starting with `.` or `-`. */
export function isTag(value: string): boolean {
  return tagPattern.test(value)
}

/** True for `sha256:` and 64 lower-case hexadecimal digits. */
export function isDigest(value: string): boolean {
  return digestPattern.test(value)
}

/** True for a repository's name without its registry, such as `team/api`. ECR allows 2 to 256 characters. */
export function isRepositoryName(value: string): boolean {
  return value.length >= 2 && value.length <= 256 && pathPattern.test(value)
}

/** Reads a reference of any form; undefined when it is none. Nothing is added: `nginx` stays without registry and tag. */
export function parseReference(value: string): ImageReference | undefined {
  const [named = '', digest, ...more] = value.split('@')
  const colon = named.lastIndexOf(':')
  const tag = colon > named.lastIndexOf('/') ? named.slice(colon + 1) : undefined
  const name = tag === undefined ? named : named.slice(0, colon)
  const slash = name.indexOf('/')
  const first = slash < 0 ? '' : name.slice(0, slash)
  const registry = isRegistry(first) ? first : undefined
  const repository = registry === undefined ? name : name.slice(slash + 1)
  const valid =
    more.length === 0 &&
    pathPattern.test(repository) &&
    (registry === undefined || registryPattern.test(registry)) &&
    (tag === undefined || isTag(tag)) &&
    (digest === undefined || isDigest(digest))
  return valid ? { registry, repository, tag, digest } : undefined
}

/** Docker's rule: the first part is a registry when it has a dot, a port or a capital letter, or is `localhost`. */
function isRegistry(first: string): boolean {
  return /[.:A-Z]/.test(first) || first === 'localhost'
}

/** The reference as text. `parseReference(formatReference(r))` is `r` again. */
export function formatReference({ registry, repository, tag, digest }: ImageReference): string {
  const name = registry === undefined ? repository : `${registry}/${repository}`
  return `${name}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`
}

/** The user, with or without a password, before the registry of `https://user:password@host/x`; a digest is no user's host. */
const credentials = /^((?:[a-z][\w+.-]{0,20}:\/\/)?).*@(?!sha\d*:?)(?=.)/is

/** True where a reference contains credentials. No registry has such a name, and showing it would show them. */
export function hasCredentials(value: string): boolean {
  return credentials.test(value)
}

/** The reference without them, for messages. */
export function withoutCredentials(value: string): string {
  return value.replace(credentials, '$1***@')
}
