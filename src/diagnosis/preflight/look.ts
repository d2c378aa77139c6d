import { Failure } from '../../failure.ts'
import { renderText } from '../../text.ts'
import type { Unread } from './facts.ts'

/**
 * Reads one fact. Undefined: it could not be read, which is noted. `action` is what it needs, `shows` what stays unchecked
 * without. Only a cancel is thrown.
 */
export type Look = <T>(
  action: string,
  shows: string,
  read: () => Promise<T>,
) => Promise<{ readonly value: T } | undefined>

/** Looks that remember what they could not see, each kind once. */
export function openLook(): { readonly look: Look; unread(): readonly Unread[] } {
  const noted = new Map<string, Unread>()
  return {
    unread: () => [...noted.values()],
    async look(action, shows, read) {
      try {
        return { value: await read() }
      } catch (error) {
        if (!(error instanceof Failure) || error.parts.code === 'cancelled') throw error
        const isDenied = error.parts.code === 'permission-missing'
        const reason = renderText(error.parts.what, (theirs) => theirs)
        noted.set(action, isDenied ? { action, shows } : { shows, reason })
        return undefined
      }
    },
  }
}
