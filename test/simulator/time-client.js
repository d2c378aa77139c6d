// Loaded into a program (NODE_OPTIONS=--import) that shares the time of a simulator in another process: its clocks show
// that time and its timers fire by it. Time moves on when the program has nothing left to do but to wait, so it does not
// matter how busy the machine is. SIMULATOR_TIME is the port of `time-server.ts` and the file that shows the time.
import { subscribe } from 'node:diagnostics_channel'
import { openSync, readSync } from 'node:fs'
import { createConnection } from 'node:net'
import { isNodeAtWork } from './node-at-work.js'
import { replaceClocks } from './program-clocks.js'

const [port, ...rest] = (process.env.SIMULATOR_TIME ?? '').split(':')
const dial = openSync(rest.join(':'), 'r')
const shown = new Float64Array(1)
const now = () => {
  readSync(dial, shown, 0, 8, 0)
  return shown[0]
}

/** Turns of the event loop without any activity after which the program has nothing left to do. */
const idleTurns = 4

const realSetTimeout = setTimeout
/** @type {Set<Timer>} */
const timers = new Set()
let order = 0
/** Grows with everything that the program does to the outside. */
let activity = 0
/** Requests that were sent and are not answered in full. */
let outstanding = 0
/** Of the last message that the time server sent. */
let heard = '0'

class Timer {
  #action
  #isRef = true

  constructor(action, milliseconds, isRepeated) {
    this.#action = action
    this.every = milliseconds >= 1 && milliseconds < 2 ** 31 ? Math.trunc(milliseconds) : 1
    this.isRepeated = isRepeated
    this.refresh()
  }

  fire() {
    if (this.isRepeated) this.refresh()
    else this.close()
    this.#action()
  }

  refresh() {
    this.at = now() + this.every
    this.order = order++
    timers.add(this)
    changed()
    return this
  }

  close() {
    if (timers.delete(this)) changed()
    return this
  }

  ref() {
    this.#isRef = true
    changed()
    return this
  }

  unref() {
    this.#isRef = false
    changed()
    return this
  }

  hasRef() {
    return this.#isRef
  }

  [Symbol.toPrimitive]() {
    return this.order
  }

  [Symbol.dispose]() {
    this.close()
  }
}

const first = () =>
  [...timers].reduce((soonest, timer) => {
    if (!soonest || timer.at < soonest.at || (timer.at === soonest.at && timer.order < soonest.order)) return timer
    return soonest
  }, undefined)

const clear = (timer) => {
  if (timer instanceof Timer) timer.close()
}

function replaceTimers() {
  globalThis.setTimeout = (action, milliseconds, ...given) => new Timer(() => action(...given), milliseconds, false)
  globalThis.setInterval = (action, milliseconds, ...given) => new Timer(() => action(...given), milliseconds, true)
  globalThis.clearTimeout = clear
  globalThis.clearInterval = clear
  AbortSignal.timeout = (milliseconds) => {
    const over = new AbortController()
    const reason = () => new DOMException('The operation was aborted due to timeout', 'TimeoutError')
    setTimeout(() => over.abort(reason()), milliseconds).unref()
    return over.signal
  }
}

function countRequests() {
  const open = new WeakSet()
  const begin = (request) => {
    open.add(request)
    outstanding++
    changed()
  }
  const end = (request) => {
    if (!open.delete(request)) return
    outstanding--
    changed()
  }
  subscribe('http.client.request.created', ({ request }) => {
    begin(request)
    request.once('close', () => end(request))
  })
  subscribe('undici:request:create', ({ request }) => begin(request))
  for (const name of ['undici:request:trailers', 'undici:request:error']) subscribe(name, ({ request }) => end(request))
}

const server = createConnection({ port: Number(port), host: '127.0.0.1', noDelay: true })
let isIdle = true
let isWatching = false

/** The program keeps running for a timer of its own, never for the connection to the time server. */
function changed() {
  activity++
  if ([...timers].some((timer) => timer.hasRef())) server.ref()
  else server.unref()
  wake()
}

function wake() {
  if (isIdle) server.write('awake\n')
  isIdle = false
  if (isWatching) return
  isWatching = true
  watch(activity, 0)
}

/** False for a program that is about to end: no time goes by for what it leaves behind. */
function isKept() {
  return process.getActiveResourcesInfo().some((name) => name !== 'PipeWrap' && name !== 'TTYWrap')
}

/** Reports to the time server once nothing has happened for some turns. */
function watch(seen, turns) {
  const isWorking = isNodeAtWork(true)
  const quiet = seen === activity && !isWorking ? turns + 1 : 0
  if (quiet <= idleTurns) {
    const next = () => watch(activity, quiet)
    if (isWorking) realSetTimeout(next, 1)
    else setImmediate(next)
    return
  }
  isWatching = false
  isIdle = true
  server.write(`idle ${heard} ${outstanding} ${isKept() ? (first()?.at ?? '') : ''}\n`)
  // Unreferenced, it runs in the turn of the loop in which anything else has happened.
  setImmediate(wake).unref()
}

/** Each timer in a turn of its own, as Node does it. */
function fireDue() {
  const timer = first()
  if (!timer || timer.at > now()) return
  timer.fire()
  setImmediate(fireDue)
}

let received = ''
server.setEncoding('utf8')
server.on('data', (text) => {
  const lines = (received + text).split('\n')
  received = lines.pop() ?? ''
  heard = lines.at(-1) ?? heard
  wake()
  fireDue()
})
// The simulator is gone, and with it the time. Killed, it resets the connection.
server.on('error', () => {})
server.on('close', () => process.exit(1))
await new Promise((resolve) => server.once('connect', resolve))
replaceClocks(now)
replaceTimers()
countRequests()
isIdle = false
changed()
