import { asObject, readEventPayload } from './event.ts'

/** The commits before and after what an event is about. */
export type EventRange =
  | {
      readonly kind: 'known'
      readonly base: string
      /** The commits that stand for the state after it: of a pull request its head and its test merge. */
      readonly heads: readonly string[]
      /** A pull request is compared with where it left its base. */
      readonly fromMergeBase: boolean
    }
  /** `why` is the end of a sentence. */
  | { readonly kind: 'unknown'; readonly why: string }

/**
 * What GitHub's own path filters compare: the two ends of a push, a pull request with its base, a merge group with its base
 * (docs.github.com, "Workflow syntax", "Git diff comparisons"). Everything else has nothing before it.
 */
export function readEventRange(environment: Readonly<Record<string, string | undefined>>): EventRange {
  const { GITHUB_EVENT_NAME: name = '', GITHUB_SHA: sha = '' } = environment
  const payload = readEventPayload(environment)
  switch (name) {
    case 'push':
      return pushRange(payload)
    case 'pull_request': {
      const { base, head } = asObject(payload.pull_request)
      return known(asObject(base).sha, [asObject(head).sha, sha], true)
    }
    case 'merge_group':
      return known(asObject(payload.merge_group).base_sha, [asObject(payload.merge_group).head_sha], false)
    default:
      return { kind: 'unknown', why: `the event ${name || 'of the run'} has no commit before it` }
  }
}

function pushRange({ before, after, created, forced }: Readonly<Record<string, unknown>>): EventRange {
  if (created === true || /^0+$/.test(String(before))) return { kind: 'unknown', why: 'the branch or tag is new' }
  if (forced === true) return { kind: 'unknown', why: 'the push was forced' }
  return known(before, [after], false)
}

function known(base: unknown, heads: readonly unknown[], fromMergeBase: boolean): EventRange {
  const isCommit = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{40,64}$/.test(value)
  if (!isCommit(base)) return { kind: 'unknown', why: 'the payload of the event has no commit before it' }
  return { kind: 'known', base, heads: heads.filter(isCommit), fromMergeBase }
}
