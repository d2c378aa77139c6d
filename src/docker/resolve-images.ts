import type { Clock } from '../clock.ts'
import { Failure } from '../failure.ts'
import type { ResolvedImage } from '../ports.ts'
import { type DockerCommand, runDocker } from './docker-command.ts'

/** For one image. Milliseconds. */
const longest = 60_000

/** Asks the registries for the digests of images, all at once, as a build would resolve them. Never throws but `cancelled`. */
export async function resolveImages(
  references: readonly string[],
  probe: Pick<DockerCommand, 'environment' | 'directory' | 'signal'>,
  clock: Clock,
): Promise<readonly ResolvedImage[]> {
  return await Promise.all(references.map((reference) => resolveOne(reference, probe, clock)))
}

async function resolveOne(
  reference: string,
  probe: Pick<DockerCommand, 'environment' | 'directory' | 'signal'>,
  clock: Clock,
): Promise<ResolvedImage> {
  const [tooLong, ended] = [new AbortController(), new AbortController()]
  void clock.sleep(longest, ended.signal).then(
    () => tooLong.abort(),
    () => undefined,
  )
  try {
    const signal = AbortSignal.any([probe.signal, tooLong.signal])
    const inspect = ['buildx', 'imagetools', 'inspect', '--', reference]
    const { exitCode, output, tail } = await runDocker({ ...probe, signal, arguments: inspect })
    const digest = /^Digest:\s+(sha256:[0-9a-f]{64})\s*$/m.exec(output)?.[1]
    if (exitCode === 0 && digest !== undefined) return { reference, digest }
    return { reference, error: tail.at(-1) ?? 'docker buildx imagetools inspect printed nothing' }
  } catch (error) {
    // A runner without Docker may reuse images all the same.
    if (error instanceof Failure && error.parts.code === 'docker-unavailable')
      return { reference, error: 'docker could not be started' }
    if (!tooLong.signal.aborted) throw error
    return { reference, error: `no response within ${longest / 1000} s` }
  } finally {
    ended.abort()
  }
}
