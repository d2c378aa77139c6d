/** A piece of a text: from its first character to the one after its last. */
export type Span = readonly [start: number, end: number]

/** The same pieces in order; those that overlap or touch are one. */
export function united(spans: readonly Span[]): readonly Span[] {
  const joined: [start: number, end: number][] = []
  for (const [start, end] of spans.toSorted(([one], [other]) => one - other)) {
    const last = joined.at(-1)
    if (last && start <= last[1]) last[1] = Math.max(last[1], end)
    else joined.push([start, end])
  }
  return joined
}

/** The text with `***` in place of each piece. They are in order and do not overlap. */
export function withoutSpans(text: string, spans: readonly Span[]): string {
  let [shown, done] = ['', 0]
  for (const [start, end] of spans) {
    shown += `${text.slice(done, start)}***`
    done = end
  }
  return shown + text.slice(done)
}

/** Whether a position is in one of the spans, which are in order. Called with positions in ascending order. */
export function within(spans: readonly Span[]): (at: number) => boolean {
  let next = 0
  return (at) => {
    while (next < spans.length && (spans[next]?.[1] ?? 0) <= at) next++
    return (spans[next]?.[0] ?? Number.POSITIVE_INFINITY) <= at
  }
}
