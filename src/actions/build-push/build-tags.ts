import { readStatus, readTags } from '../../git/status.ts'
import { readRepositoryFacts } from '../../github/repository-facts.ts'
import type { TagRule } from '../../image/tag-rule.ts'
import { type Template, uses } from '../../image/tag-template.ts'
import { type RuledTags, type TagSource, tagsFor } from '../../image/tag-values.ts'
import type { Runner } from '../../runner/action.ts'
import { invalidInputs } from '../../runner/inputs.ts'
import { asName, text, untrusted } from '../../text.ts'
import type { BuildOrigin } from '../world/source-commit.ts'
import type { BuildPushInputs } from './build-push-inputs.ts'

/** The tags of an image, the first one first, and what they were made from. */
export interface WantedTags {
  readonly tags: readonly [string, ...string[]]
  /** That of the rule with the highest priority, or else the input `tag`; undefined where neither is given. */
  readonly version: string | undefined
  readonly source: TagSource
}

/** `tag` has precedence; without it the first of `tags`; without any the commit. Throws `inputs-invalid` where there is none. */
export async function wantedTags(inputs: BuildPushInputs, origin: BuildOrigin, runner: Runner): Promise<WantedTags> {
  const source = await tagSource(inputs, origin, runner)
  const ruled = tagsFor(inputs.tags, inputs.flavor, source)
  reportRules(ruled, runner)
  const version = ruled.version ?? inputs.tag
  const [first, ...others] = new Set([...(inputs.tag === undefined ? [] : [inputs.tag]), ...ruled.tags])
  if (first !== undefined) return { tags: [first, ...others], version, source }
  if (source.revision !== undefined) return { tags: [source.revision], version, source }
  throw invalidInputs([
    text`tag is empty, and the commit of the context "${untrusted(inputs.context)}" is unknown: set tag or revision`,
  ])
}

function reportRules({ notes, omitted }: RuledTags, { log }: Runner): void {
  for (const { line, message } of notes)
    log.info(text`${asName(`tags:${line}`)}: ${untrusted(message)}, so this rule gives no tag`)
  if (omitted !== undefined)
    log.info(
      text`The tag ${asName(omitted)} is not added. docker/metadata-action adds it; set the input flavor to latest=auto`,
    )
}

/** What takes a process of git is read only where a rule needs it. */
async function tagSource(inputs: BuildPushInputs, origin: BuildOrigin, runner: Runner): Promise<TagSource> {
  const { environment, clock } = runner
  const { ref, revision, commit, pullRequest } = origin.source ?? {}
  const { defaultBranch, baseRef, committedAt } = readRepositoryFacts(environment)
  const templates = [
    ...inputs.tags.flatMap(templatesOf),
    inputs.flavor.prefix,
    inputs.flavor.suffix,
    ...inputs.labels.map(([, value]) => value),
  ]
  const usesAny = (...names: readonly string[]) => templates.some((template) => uses(template, ...names))
  const isTagUsed = inputs.tags.some(isOfTag) || usesAny('tag')
  const named = ref ?? (isTagUsed ? await checkedOutTag(origin, runner) : undefined)
  const known = committedAt[revision ?? ''] ?? committedAt[commit ?? '']
  const isTimeUsed = known === undefined && usesAny('commit_date')
  return {
    event: origin.event.name,
    revision,
    ref: named,
    pullRequest,
    defaultBranch,
    // That of the event, which may be about something else than what is checked out.
    baseRef: named?.startsWith('refs/tags/') || pullRequest !== undefined ? baseRef : undefined,
    now: clock.now(),
    committedAt: isTimeUsed ? await commitTime(origin, runner) : known,
    shortLength: shortLength(environment.DOCKER_METADATA_SHORT_SHA_LENGTH),
  }
}

function templatesOf(rule: TagRule): readonly Template[] {
  const { prefix = [], suffix = [] } = rule
  const value = 'value' in rule ? (rule.value ?? []) : []
  return [prefix, suffix, value, rule.type === 'schedule' ? rule.pattern : []]
}

function isOfTag(rule: TagRule): boolean {
  if (rule.type === 'ref') return rule.event === 'tag'
  return (rule.type === 'semver' || rule.type === 'pep440' || rule.type === 'match') && rule.value === undefined
}

/** Checking out a tag leaves HEAD detached, and git knows the tag's name. */
async function checkedOutTag({ checkout }: BuildOrigin, runner: Runner): Promise<string | undefined> {
  if (checkout === undefined) return undefined
  const [tag, ...others] = await readTags({ root: checkout.root, ...runner })
  return others.length === 0 ? tag : undefined
}

/** Throws `inputs-invalid` where it is unknown: another date would be a wrong tag. Milliseconds since 1970. */
async function commitTime({ checkout }: BuildOrigin, runner: Runner): Promise<number> {
  const status =
    checkout?.commit === undefined
      ? { kind: 'unknown' as const, why: 'no Git checkout in the context' }
      : await readStatus({ root: checkout.root, ...runner })
  if (status.kind === 'known') return status.committedAt * 1000
  throw invalidInputs([
    text`{{commit_date …}} is used, and the date of the commit is unknown: ${untrusted(status.why)}. Use {{date …}}, or check out the repository before this step (actions/checkout)`,
  ])
}

/** The variable of docker/metadata-action. */
function shortLength(given: string | undefined): number | undefined {
  if (!given) return undefined
  if (/^\d{1,3}$/.test(given) && Number(given) > 0) return Number(given)
  throw invalidInputs([
    text`the variable DOCKER_METADATA_SHORT_SHA_LENGTH must be a whole number from 1 on, not "${untrusted(given)}"`,
  ])
}
