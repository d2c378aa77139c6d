import { addArtifact } from '../../github/artifacts.ts'
import { imageMetadata } from '../../image/image-metadata.ts'
import type { Published } from '../../image/publish-request.ts'
import type { Registry } from '../../ports.ts'
import type { Runner } from '../../runner/action.ts'
import { asName, text, untrusted } from '../../text.ts'
import { type BuildOrigin, revisionOutput } from '../world/source-commit.ts'
import type { BuildPushInputs } from './build-push-inputs.ts'

/** Reports an image that is in the registry. */
export async function reportImage(
  published: Published,
  origin: BuildOrigin,
  registry: Registry,
  runner: Runner,
): Promise<void> {
  const { repository, digest, tag, tags, reused } = published
  const { id, members } = await imageMetadata(registry, published)
  const image = `${repository.uri}@${digest}`
  setOutputs(runner, {
    digest,
    image,
    images: image,
    name: repository.uri,
    repository: repository.name,
    tag,
    tags: tags.join('\n'),
    reused: String(reused),
    revision: revisionOutput(origin),
    imageid: id,
    metadata: JSON.stringify(members),
  })
  await addArtifact(runner.environment, image)
}

/** Reports the names that the image has in other registries, too. */
export async function reportCopies(
  { repository, digest }: Published,
  copies: readonly string[],
  runner: Runner,
): Promise<void> {
  setOutputs(runner, { images: [`${repository.uri}@${digest}`, ...copies].join('\n') })
  for (const copy of copies) await addArtifact(runner.environment, copy)
}

/** Reports what a run would do, and calls neither AWS nor Docker. */
export function reportDryRun(
  { ociLayout, context, digests, pushByDigest }: BuildPushInputs,
  repository: string,
  tags: readonly string[],
  origin: BuildOrigin,
  runner: Runner,
): void {
  const source =
    ociLayout === undefined ? text`built from "${untrusted(context)}"` : text`pushed from "${untrusted(ociLayout)}"`
  const from = digests.length > 0 ? text`joined from ${digests.length} digests` : source
  const name = pushByDigest
    ? text`${asName(repository)} without a tag`
    : text`${asName(repository)}:${asName(tags.join(', '))}`
  runner.log.info(text`Dry run: ${name} would be ${from}; nothing changed.`)
  reportNoImage(repository, pushByDigest ? [] : tags, origin, { reused: '' }, runner)
}

/** Sets the outputs of a step that has pushed nothing. */
export function reportNoImage(
  repository: string,
  tags: readonly string[],
  origin: BuildOrigin,
  { reused }: { readonly reused: '' | 'false' },
  runner: Runner,
): void {
  const nothing = {
    digest: '',
    image: '',
    images: '',
    name: '',
    imageid: '',
    metadata: '',
    'scan-status': '',
    findings: '',
  }
  const named = { repository, tag: tags[0] ?? '', tags: tags.join('\n'), revision: revisionOutput(origin) }
  setOutputs(runner, { ...nothing, ...named, reused })
}

function setOutputs(runner: Runner, outputs: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(outputs)) runner.setOutput(name, value)
}
