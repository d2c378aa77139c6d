/** A port, all of whose methods answer later. */
type Port<Methods> = { readonly [Name in keyof Methods]: (...given: never[]) => Promise<unknown> }

/** A port whose adapter is loaded by its first call: most runs need Amazon ECS alone, and code costs start-up time. */
export function lazyPort<Methods extends Port<Methods>>(load: () => Promise<Methods>): Methods {
  let adapter: Promise<Methods> | undefined
  return new Proxy({} as Methods, {
    get(_, name) {
      // Else an `await` would take the port itself for a promise.
      if (name === 'then') return undefined
      return async (...given: never[]) => {
        adapter ??= load()
        return (await adapter)[name as keyof Methods](...given)
      }
    },
  })
}
