import { imagePlatforms } from '../../image/image-platforms.ts'
import type { Published } from '../../image/publish-request.ts'
import type { Registry } from '../../ports.ts'
import { buildSummary } from '../../report/build-summary.ts'
import type { Runner } from '../../runner/action.ts'
import { type BuildOrigin, revisionOutput } from '../world/source-commit.ts'
import type { BuildPushInputs } from './build-push-inputs.ts'

interface Build {
  readonly inputs: Pick<BuildPushInputs, 'ociLayout'>
  readonly found: BuildOrigin
  /** On the monotonic clock. */
  readonly started: number
  readonly registry: Registry
}

/** Writes the job summary of an image that is in the registry. */
export async function writeBuildSummary(
  { repository, digest, tags, reused, builtFrom }: Published,
  { inputs, found, started, registry }: Build,
  { clock, writeSummary }: Pick<Runner, 'clock' | 'writeSummary'>,
): Promise<void> {
  const platforms = await imagePlatforms(registry, repository.name, digest)
  await writeSummary(
    buildSummary({
      repository: repository.name,
      tags,
      digest,
      reused,
      isBuild: inputs.ociLayout === undefined,
      revision: revisionOutput(found),
      builtFrom: builtFrom === found.source?.revision ? undefined : builtFrom,
      platforms,
      duration: clock.monotonic() - started,
    }),
  )
}
