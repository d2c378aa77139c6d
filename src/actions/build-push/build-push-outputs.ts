import type { Runner } from '../../runner/action.ts'
import { asName, text, untrusted } from '../../text.ts'
import { type BuildOrigin, revisionOutput } from '../world/source-commit.ts'
import type { BuildPushInputs } from './build-push-inputs.ts'

/** Reports what a run would do, and calls neither AWS nor Docker. */
export function reportDryRun(
  { repository, ociLayout, context, digests, pushByDigest }: BuildPushInputs,
  tags: readonly [string, ...string[]],
  origin: BuildOrigin,
  runner: Runner,
): void {
  const source =
    ociLayout === undefined ? text`built from "${untrusted(context)}"` : text`pushed from "${untrusted(ociLayout)}"`
  const from = digests.length > 0 ? text`joined from ${digests.length} digests` : source
  const put = pushByDigest ? [] : tags
  const name = pushByDigest
    ? text`${asName(repository)} without a tag`
    : text`${asName(repository)}:${asName(tags.join(', '))}`
  runner.log.info(text`Dry run: ${name} would be ${from}; nothing changed.`)
  const nothing = { digest: '', image: '', name: '', reused: '' }
  const named = { repository, tag: put[0] ?? '', tags: put.join('\n') }
  setOutputs(runner, { ...nothing, ...named, revision: revisionOutput(origin) })
}

/** Sets all of them. */
export function setOutputs(runner: Runner, outputs: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(outputs)) runner.setOutput(name, value)
}
