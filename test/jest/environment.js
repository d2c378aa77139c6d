// Jest's environment without a context of its own: tests run in the ordinary global object of their worker, with the modules that
// runtime.js keeps. What a test file may change there is put back after it.
import { removeTemporaryFolders } from '../temporary-folder.ts'

const restored = (before) => {
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name]
  Object.assign(process.env, before)
}

export default class {
  global = globalThis
  moduleMocker = null
  #before = { console: globalThis.console, exit: process.exit, env: process.env, environment: { ...process.env } }

  exportConditions() {
    return ['node', 'node-addons']
  }
  /** Jest asks whether there is one before it runs a file in it; runtime.js does not run it there. */
  getVmContext() {
    return null
  }
  /** Jest collects 100 frames for every error; Node's own 10 take less time where calls are refused and aborted by the thousand. */
  handleTestEvent({ name }) {
    if (name === 'setup') Error.stackTraceLimit = 10
  }
  async setup() {}
  async teardown() {
    globalThis.console = this.#before.console
    process.exit = this.#before.exit
    process.exitCode = undefined
    // The object itself, too: only Node's own sets the variables of the process.
    process.env = this.#before.env
    restored(this.#before.environment)
    removeTemporaryFolders()
  }
}
