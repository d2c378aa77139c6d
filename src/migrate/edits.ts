/** A replacement in a text, by offsets. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** The text with all edits; of edits that overlap, the one that begins first is applied. */
export function applyEdits(source: string, edits: readonly Edit[]): string {
  let [result, position] = ['', 0]
  for (const { start, end, text } of edits.toSorted((one, other) => one.start - other.start || one.end - other.end)) {
    if (start < position) continue
    result += source.slice(position, start) + text
    position = end
  }
  return result + source.slice(position)
}

/** Offset of the first character of the line. */
export function lineStart(source: string, offset: number): number {
  return source.lastIndexOf('\n', offset - 1) + 1
}

/** Offset after the line feed of the line, or the end of the text. */
export function lineEnd(source: string, offset: number): number {
  const end = source.indexOf('\n', offset)
  return end < 0 ? source.length : end + 1
}

/** Column of an offset, counted from 0: the indentation of a key. */
export function columnOf(source: string, offset: number): number {
  return offset - lineStart(source, offset)
}

/** Whether a range of a text is inside one that is edited. */
export function isEdited(edits: readonly Edit[], start: number, end: number): boolean {
  return edits.some((edit) => start >= edit.start && end <= edit.end && edit.end > edit.start)
}
