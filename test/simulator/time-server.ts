/**
 * One time for several processes: programs that are started with `environment` live by a simulator's clock
 * (`time-client.js`). It jumps to what is due next as soon as none of them has anything left to do.
 *
 * How that is known: a program reports that it is idle, with the requests that it waits for and the moment of its next
 * timer. Requests that are on their way, or are being answered, are those that the simulator does not count as waiting for
 * the clock itself.
 */
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { SimulatorClock } from './clock.ts'

export interface SharedTime {
  /** What a Node program needs in its environment. */
  readonly environment: Readonly<Record<string, string>>
  close(): void
}

const client = pathToFileURL(join(import.meta.dirname, 'time-client.js')).href

/** What is known of one program. */
interface Program {
  isIdle: boolean
  /** Requests that it waits for. */
  outstanding: number
  /** How often it was woken. */
  woken: number
  /** Gives up its next timer. */
  forget(): void
  /** Ends it, should it still run. */
  readonly end: () => void
}

export async function shareTime(clock: SimulatorClock): Promise<SharedTime> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-time-'))
  const path = join(folder, 'now')
  const dial = openSync(path, 'w')
  const show = () => writeSync(dial, Float64Array.of(clock.now()), 0, 8, 0)
  show()
  const programs = new Set<Program>()
  const leave = clock.join({
    isBusy() {
      const all = [...programs]
      const outstanding = all.reduce((sum, program) => sum + program.outstanding, 0)
      return !all.every(({ isIdle }) => isIdle) || outstanding !== clock.parked()
    },
    moved: show,
  })
  const server = createServer({ noDelay: true }, (socket) => attend(socket, clock, programs))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    environment: { NODE_OPTIONS: `--import=${client}`, SIMULATOR_TIME: `${port}:${path}` },
    close() {
      leave()
      for (const program of programs) program.end()
      server.close()
      closeSync(dial)
      rmSync(folder, { recursive: true })
    },
  }
}

/** Listens to one program until it ends. */
function attend(socket: Socket, clock: SimulatorClock, programs: Set<Program>): void {
  const program: Program = { isIdle: false, outstanding: 0, woken: 0, forget() {}, end: () => socket.destroy() }
  programs.add(program)
  let received = ''
  socket.setEncoding('utf8')
  socket.on('data', (text: string) => {
    const lines = (received + text).split('\n')
    received = lines.pop() ?? ''
    for (const line of lines) hear(line, program, socket, clock)
    clock.stir()
  })
  // However it ends: killed programs reset the connection.
  socket.on('error', () => {})
  socket.on('close', () => {
    program.forget()
    programs.delete(program)
    clock.stir()
  })
}

function hear(line: string, program: Program, socket: Socket, clock: SimulatorClock): void {
  const [state, woken, outstanding, at] = line.split(' ')
  program.forget()
  // It said so before it heard that its timer is due.
  program.isIdle = state === 'idle' && Number(woken) === program.woken
  if (!program.isIdle) return
  program.outstanding = Number(outstanding)
  if (!at) return
  const stop = new AbortController()
  program.forget = () => stop.abort()
  const wake = () => {
    program.isIdle = false
    program.woken++
    socket.write(`${program.woken}\n`)
  }
  clock.forProgram.sleep(Number(at) - clock.now(), stop.signal).then(wake, () => {})
}
