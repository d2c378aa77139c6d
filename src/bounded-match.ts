import { runInNewContext } from 'node:vm'

/** Longest time of one match. Milliseconds. */
export const longestMatch = 1_000

/**
 * What `String.match` returns, without its index. A user's regular expression meets text of others: repetition inside repetition, such
 * as `(a+)+$`, may take years for a text of 50 characters, so V8 stops the match after a time (node:vm, `timeout`): `too-slow`.
 */
export function matchInTime(
  given: string,
  { source, flags }: RegExp,
  limit: number = longestMatch,
): readonly (string | undefined)[] | undefined | 'too-slow' {
  try {
    const scope = { given, source, flags }
    const found: Iterable<string | undefined> | null = runInNewContext(
      'given.match(new RegExp(source, flags))',
      scope,
      { timeout: limit },
    )
    return found === null ? undefined : [...found]
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return 'too-slow'
    throw error
  }
}

/** What is to be done about a match that took too long, as the end of a sentence. */
export const whenTooSlow = `takes longer than ${longestMatch / 1000} s: repetition inside repetition, such as (a+)+, takes exponential time`
