/**
 * The events of several generators as they come, at most `most` of them at once, begun in the order given. `goOn` is asked
 * before each begin; once it says no, those that run are followed to their ends and the rest never begins. Each generator's
 * own events keep their order. An error of one ends all: let none throw.
 */
export async function* inParallel<Event>(
  starts: readonly (() => AsyncGenerator<Event, void>)[],
  most: number,
  goOn: () => boolean,
): AsyncGenerator<Event, void> {
  type Step = { readonly events: AsyncGenerator<Event, void>; readonly result: IteratorResult<Event, void> }
  const running = new Map<AsyncGenerator<Event, void>, Promise<Step>>()
  const waiting = [...starts]
  const pull = (events: AsyncGenerator<Event, void>) => {
    // Behind the others, so that none of them waits for ever.
    running.delete(events)
    running.set(
      events,
      events.next().then((result) => ({ events, result })),
    )
  }
  for (;;) {
    while (running.size < most && waiting.length > 0 && goOn()) {
      const start = waiting.shift()
      if (start) pull(start())
    }
    if (running.size === 0) return
    const { events, result } = await Promise.race(running.values())
    if (result.done) running.delete(events)
    else {
      yield result.value
      pull(events)
    }
  }
}
