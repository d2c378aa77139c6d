import { readTags } from '../../git/status.ts'
import { type TagRule, type TagSource, tagsFor } from '../../image/tag-rules.ts'
import type { Runner } from '../../runner/action.ts'
import { invalidInputs } from '../../runner/inputs.ts'
import { text, untrusted } from '../../text.ts'
import type { BuildOrigin } from '../world/source-commit.ts'
import type { BuildPushInputs } from './build-push-inputs.ts'

/** `tag` has precedence; without it the first of `tags`; without any the commit. Throws `inputs-invalid` where there is none. */
export async function wantedTags(
  inputs: BuildPushInputs,
  origin: BuildOrigin,
  runner: Runner,
): Promise<readonly [string, ...string[]]> {
  const source = await withGitTag(inputs.tags, origin, runner)
  const ruled = tagsFor(inputs.tags, source)
  const [first, ...others] = new Set([...(inputs.tag === undefined ? [] : [inputs.tag]), ...ruled])
  if (first !== undefined) return [first, ...others]
  if (source.revision !== undefined) return [source.revision]
  throw invalidInputs([
    text`tag is empty, and the commit of the context "${untrusted(inputs.context)}" is unknown: set tag or revision`,
  ])
}

/** Checking out a tag leaves HEAD detached; the tag's name is read from git only where a rule needs it. */
async function withGitTag(
  rules: readonly TagRule[],
  { source, checkout }: BuildOrigin,
  runner: Runner,
): Promise<TagSource> {
  const { ref, revision, pullRequest } = source ?? {}
  const isNeeded = rules.some((rule) => rule.type === 'semver' || (rule.type === 'ref' && rule.event === 'tag'))
  if (ref !== undefined || checkout === undefined || !isNeeded) return { ref, revision, pullRequest }
  const [tag, ...others] = await readTags({ root: checkout.root, ...runner })
  return { ref: others.length === 0 ? tag : undefined, revision, pullRequest }
}
