import type { Clock } from '../clock.ts'
import { Failure } from '../failure.ts'
import { renderText } from '../text.ts'

/**
 * Reads one fact. Undefined: it could not be read, which is recorded. `action`: the permission it needs; `shows`: what stays
 * unchecked without. A suspect fact is read again where there is time, and the last response counts. Throws only a cancel.
 */
export type ReadFact = <T>(
  action: string,
  shows: string,
  read: () => Promise<T>,
  isSuspect?: (value: T) => boolean,
) => Promise<{ readonly value: T } | undefined>

/** Time for repeated reads of what is suspect. */
export interface RepeatOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** IAM, Amazon ECR and others return a new resource only after some seconds. Milliseconds between three reads. */
const pauses = [1000, 3000]

/** Reads that record what could not be read, each kind once. `again` absent: nothing is read more than once. */
export function openFactReader(again?: RepeatOptions): { readonly readFact: ReadFact; unread(): readonly Unread[] } {
  const noted = new Map<string, Unread>()
  return {
    unread: () => [...noted.values()],
    async readFact(action, shows, read, isSuspect) {
      try {
        return { value: await readAgain(read, isSuspect, again) }
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

async function readAgain<T>(
  read: () => Promise<T>,
  isSuspect: ((value: T) => boolean) | undefined,
  again: RepeatOptions | undefined,
): Promise<T> {
  let value = await read()
  for (const pause of again ? pauses : []) {
    if (!isSuspect?.(value)) break
    await again?.clock.sleep(pause, again.signal)
    value = await read()
  }
  return value
}

/** A source that could not be read. */
export interface Unread {
  /** What stays unchecked, such as `whether the images exist`. */
  readonly shows: string
  /** IAM action that is not allowed. */
  readonly action?: string | undefined
  /** Why, where it is no permission. */
  readonly reason?: string | undefined
}
