import type { SourceNode } from './tree.ts'

/** What may come next; `or end`: a closing bracket may, too. */
export type Expected = 'value' | 'value or end' | 'key' | 'key or end' | 'comma or end' | 'nothing'

/** An object or a list that is not closed yet. */
export interface Frame {
  readonly opened: number
  readonly isList: boolean
  readonly children: Map<string, SourceNode>
  /** Of the member whose value follows. */
  key?: { readonly name: string; readonly offset: number }
}
