import { resolve } from 'node:path'
import { hashContext } from '../../docker/context-files.ts'
import { parseRemoteContext } from '../../image/git-address.ts'
import { noRules } from '../../image/ignore-file.ts'
import { nameAndValue } from '../../image/key-values.ts'
import { withoutCredentials } from '../../image/reference.ts'
import { type Text, text, untrusted } from '../../text.ts'

/** What the named contexts of a build (`build-contexts`) have, as far as it is known before the build. */
export interface NamedContexts {
  /** Hashes of folders, by the name of the context. */
  readonly folders: Readonly<Record<string, string>>
  /** Why the content of one is not known. */
  readonly unknown?: Text | undefined
}

/**
 * Reads the named contexts that are folders. All of their files count, also those of a `.dockerignore`, which BuildKit reads there
 * since its Dockerfile frontend 1.4 only. An image is compared by its name, as a base image is.
 */
export async function readNamedContexts(
  buildContexts: readonly string[],
  workspace: string,
  signal: AbortSignal,
): Promise<NamedContexts> {
  const folders: Record<string, string> = {}
  for (const [name, value] of buildContexts.map(nameAndValue)) {
    if (value.startsWith('docker-image://')) continue
    const unknown = unknownAddress(name, value)
    if (unknown !== undefined) return { folders, unknown }
    if (parseRemoteContext(value) !== undefined) continue
    try {
      folders[name] = await hashContext(resolve(workspace, value), noRules, signal)
    } catch (error) {
      signal.throwIfAborted()
      const reason = error instanceof Error ? error.message : String(error)
      return { folders, unknown: text`the build context ${untrusted(name)} cannot be read: ${untrusted(reason)}` }
    }
  }
  return { folders }
}

function unknownAddress(name: string, value: string): Text | undefined {
  const remote = parseRemoteContext(value)
  const isOther = remote === undefined && /^[a-z][a-z-]+:/.test(value)
  if (!isOther && (remote === undefined || remote.commit !== undefined)) return undefined
  return text`the build context ${untrusted(name)} (${untrusted(withoutCredentials(value))}) names no commit, so its content can change between builds`
}
