import { Failure } from '../failure.ts'
import type { Registry } from '../ports.ts'
import { text, untrusted } from '../text.ts'
import { type CopyEnd, nameOf } from './source-image.ts'

/** An end of a copy, and what its failures have to say about it. */
export interface NamedEnd extends CopyEnd {
  readonly side: 'source' | 'target'
  /** True where the repository is of another account than the credentials. */
  readonly isForeign: boolean
}

/** Failures that name their end already: what a source cannot return fails the request to the target, too. */
const named = new WeakSet<Failure>()

/** The same end, whose failures say at which end they happened. */
export function withNamedFailures<End extends NamedEnd>(end: End): End {
  const at = <Result>(work: () => Promise<Result>): Promise<Result> =>
    work().catch((error: unknown) => {
      throw namedFailure(end, error)
    })
  const { registry } = end
  const wrapped: Registry = {
    hasBlob: (...given) => at(() => registry.hasBlob(...given)),
    blob: (...given) => at(() => registry.blob(...given)),
    pushBlob: (...given) => at(() => registry.pushBlob(...given)),
    pushManifest: (...given) => at(() => registry.pushManifest(...given)),
    manifest: (...given) => at(() => registry.manifest(...given)),
    referrers: (...given) => at(() => registry.referrers(...given)),
    blobContent(repository, blob) {
      const content = registry.blobContent(repository, blob)
      return {
        ...content,
        async *read(from, to) {
          try {
            yield* content.read(from, to)
          } catch (error) {
            throw namedFailure(end, error)
          }
        },
      }
    },
  }
  return { ...end, registry: wrapped }
}

/** The failure with its end; for any other error the error. */
export function namedFailure(end: Omit<NamedEnd, 'registry'>, error: unknown): unknown {
  if (!(error instanceof Failure) || named.has(error) || error.parts.code === 'cancelled') return error
  const { parts } = error
  const name = untrusted(nameOf(end))
  const others =
    end.isForeign && parts.code === 'permission-missing'
      ? text` ${name} is of another account: its repository policy must allow the action, too, or set a role of that account.`
      : []
  const failure = new Failure({
    ...parts,
    what: text`${parts.what} (${end.side}: ${name})`,
    ...((parts.fix !== undefined || others.length > 0) && { fix: text`${parts.fix ?? []}${others}` }),
  })
  named.add(failure)
  return failure
}
