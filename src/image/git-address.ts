import { isCommit } from '../source.ts'

/** A build context that is not a folder: BuildKit fetches it. */
export interface RemoteContext {
  /** Without user and password. */
  readonly address: string
  /** Address of the repository alone, where it is one. */
  readonly repository: string | undefined
  /** Full SHA, where the address names one: another time, a branch or a tag may be another commit. */
  readonly commit: string | undefined
}

/**
 * Reads a context as `docker buildx build` does: `https://host/owner/name.git#ref:folder`, `git@host:owner/name.git`,
 * `ssh://…`, `git://…`, `github.com/owner/name`, or the `https` address of an archive. Undefined for a path.
 * https://docs.docker.com/build/concepts/context/#remote-context
 */
export function parseRemoteContext(context: string): RemoteContext | undefined {
  if (!/^(https?:\/\/|git:\/\/|ssh:\/\/|git@|github\.com\/)/.test(context)) return undefined
  const address = context.replace(/^(\w+:\/\/)[^@/]*@/, '$1')
  const [before = '', fragment = ''] = splitAt(address, '#')
  const [repository = '', query = ''] = splitAt(before, '?')
  if (/^https?:/.test(repository) && !repository.endsWith('.git')) {
    return { address, repository: undefined, commit: undefined }
  }
  const asked = new URLSearchParams(query)
  const names = [fragment.split(':')[0], asked.get('commit'), asked.get('checksum'), asked.get('ref')]
  return { address, repository, commit: names.find((name) => isCommit(name ?? '')) ?? undefined }
}

function splitAt(value: string, mark: string): readonly [string, string] {
  const at = value.indexOf(mark)
  return at < 0 ? [value, ''] : [value.slice(0, at), value.slice(at + 1)]
}
