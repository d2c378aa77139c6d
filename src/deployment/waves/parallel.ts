/** How many generators may run side by side. */
export interface Concurrency<Event> {
  readonly most: number
  /** True for an event after which its generator no longer counts, though it goes on. Default: it always counts. */
  readonly frees?: (event: Event) => boolean
}

/**
 * The events of several generators in the order in which they come, as many generators at once as the limit allows, begun
 * in the order given. `goOn` is asked before each begin; once it says no, those that run are followed to their ends and the
 * rest never begins. Each generator's own events keep their order. An error of one ends all: let none throw.
 */
export async function* inParallel<Event>(
  starts: readonly (() => AsyncGenerator<Event, void>)[],
  { most, frees = () => false }: Concurrency<Event>,
  goOn: () => boolean,
): AsyncGenerator<Event, void> {
  type Running = AsyncGenerator<Event, void>
  type Step = { readonly events: Running; readonly result: IteratorResult<Event, void> }
  const steps = openQueue<Step>()
  const running = new Set<Running>()
  const taking = new Set<Running>()
  const waiting = [...starts]
  const pull = (events: Running) => steps.add(events.next().then((result) => ({ events, result })))
  for (;;) {
    while (taking.size < most && waiting.length > 0 && goOn()) {
      const events = waiting.shift()?.()
      if (events === undefined) break
      running.add(events)
      taking.add(events)
      pull(events)
    }
    if (running.size === 0) return
    const { events, result } = await steps.next()
    if (result.done) {
      running.delete(events)
      taking.delete(events)
      continue
    }
    if (frees(result.value)) taking.delete(events)
    yield result.value
    pull(events)
  }
}

/** What many promises come to, first come, first served. `Promise.race` would leave a trace on each of them every time. */
function openQueue<Value>() {
  const arrived: Promise<Value>[] = []
  let wake = () => {}
  const arrive = (value: Promise<Value>) => () => {
    arrived.push(value)
    wake()
  }
  return {
    add: (value: Promise<Value>) => void value.then(arrive(value), arrive(value)),
    async next(): Promise<Value> {
      for (;;) {
        const first = arrived.shift()
        if (first) return await first
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
}
