import type { Call } from './contract.ts'

/** Remembers every call in the order in which the calls arrived. */
export interface Recorder {
  readonly all: readonly Call[]
  /** The calls of a service, or of one operation of it. */
  calls(service?: string, operation?: string): readonly Call[]
  count(service?: string, operation?: string): number
  add(call: Call): void
  clear(): void
}

export function createRecorder(): Recorder {
  const all: Call[] = []
  const calls = (service?: string, operation?: string) =>
    all.filter(
      (call) =>
        (service === undefined || call.service === service) &&
        (operation === undefined || call.operation === operation),
    )
  return {
    all,
    calls,
    count: (service, operation) => calls(service, operation).length,
    add: (call) => all.push(call),
    clear: () => all.splice(0),
  }
}
