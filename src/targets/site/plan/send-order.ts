import { isImmutable, rankOf } from '../files/file-roles.ts'
import type { FileChange } from './compare-files.ts'

/** Changes in the order in which they are made: all of a group before any of the next one. */
export interface SendOrder {
  /** What no page of the live release asks for with other content: it can be sent at any time. */
  readonly ahead: readonly FileChange[]
  /** What visitors see, in groups: files that pages name before the pages. */
  readonly visible: readonly (readonly FileChange[])[]
}

/** Whether a visitor sees the change at once. New pages are named by others only after these are written. */
function isAhead({ kind, file: { path } }: FileChange): boolean {
  return (kind === 'new' && rankOf(path) === 0) || (kind !== 'replaced' && isImmutable(path))
}

/** Assets first, pages last, what names pages after them. */
export function sendOrder(changes: readonly FileChange[]): SendOrder {
  const visible = changes.filter((change) => !isAhead(change))
  const ranks = [...new Set(visible.map(({ file }) => rankOf(file.path)))].sort((one, other) => one - other)
  return {
    ahead: changes.filter(isAhead),
    visible: ranks.map((rank) => visible.filter(({ file }) => rankOf(file.path) === rank)),
  }
}
