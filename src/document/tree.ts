/** Positions of the parts of a JSON or YAML text: a tree beside the value, with offsets into the text. */
export interface SourceNode {
  /** Of the key of a member, or of the item of a list. */
  readonly start: number
  /** Members by their names, items by their numbers. */
  readonly children?: ReadonlyMap<string, SourceNode> | undefined
  /** A single value as it is written, where it has no quotes: `1.10` is a number that has lost its last digit. */
  readonly plain?: string | undefined
}

/** The node at a path, or its nearest ancestor that exists. */
export function nodeAt(root: SourceNode, path: readonly PropertyKey[]): SourceNode {
  let node = root
  for (const step of path) {
    const child = node.children?.get(String(step))
    if (child === undefined) return node
    node = child
  }
  return node
}

/** Turns offsets of a text into lines and columns, both counted from 1. The text is searched once. */
export function lineFinder(source: string): (offset: number) => { readonly line: number; readonly column: number } {
  let starts: readonly number[] | undefined
  return (offset) => {
    starts ??= startsOfLines(source)
    let [low, high] = [0, starts.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 }
  }
}

function startsOfLines(source: string): readonly number[] {
  const starts = [0]
  for (let end = source.indexOf('\n'); end >= 0; end = source.indexOf('\n', end + 1)) starts.push(end + 1)
  return starts
}
