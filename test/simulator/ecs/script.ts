/** What happens one after the other on the virtual clock, told as a generator that yields what it waits for. */
import type { SimulatorClock, Timer } from '../clock.ts'
import { DeploymentFailure } from './deployment-failure.ts'

export type Wait =
  | { readonly seconds: number }
  /** Goes on when the condition holds; after `seconds` the script is told `late` as a DeploymentFailure. */
  | { readonly until: () => boolean; readonly seconds: number; readonly late: string }

export type Script = Generator<Wait, void, void>

export interface Player {
  /** Leaves the script that is playing, if any, where it is, and plays this one. */
  play(script: Script): void
  /** Looks at the condition again. */
  wake(): void
  stop(): void
}

/** `onFailure` is told the reason when a script ends with a DeploymentFailure. */
export function createPlayer(clock: SimulatorClock, onFailure: (reason: string) => void): Player {
  let script: Script | undefined
  let wait: Wait | undefined
  let timer: Timer | undefined
  let isLate = false
  let isRunning = false

  const begin = (next: Wait) => {
    wait = next
    isLate = false
    timer = clock.after(next.seconds * 1000, () => {
      isLate = true
      wake()
    })
  }

  /** One step of the script; returns whether there may be another at once. */
  const step = (): boolean => {
    const playing = script
    if (!playing) return false
    const holds = wait === undefined || ('until' in wait ? wait.until() : isLate)
    if (!holds && !isLate) return false
    const late = wait && 'until' in wait && !holds ? wait.late : undefined
    timer?.cancel()
    wait = undefined
    try {
      const next = late === undefined ? playing.next() : playing.throw(new DeploymentFailure(late))
      if (script !== playing) return true
      if (next.done) script = undefined
      else begin(next.value)
      return true
    } catch (error) {
      if (!(error instanceof DeploymentFailure)) throw error
      if (script !== playing) return true
      stop()
      onFailure(error.message)
      return true
    }
  }

  const wake = () => {
    // What a script does wakes its player again: it looks after the step, not in the midst of it.
    if (isRunning) return
    isRunning = true
    try {
      while (step());
    } finally {
      isRunning = false
    }
  }

  const stop = () => {
    timer?.cancel()
    script = undefined
    wait = undefined
  }

  return {
    play: (next) => {
      stop()
      script = next
      wake()
    },
    wake,
    stop,
  }
}
