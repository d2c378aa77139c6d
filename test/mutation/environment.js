// The environment of tests for StrykerJS, which names the mutant that is to be active before modules are loaded; here they are
// loaded already, but for the first run of a process.
import Environment from '../jest/environment.js'

export default class extends Environment {
  async setup() {
    await super.setup()
    // Not there yet where tests load the source in a process of their own.
    globalThis.__stryker__ ??= {}
    globalThis.__stryker__.activeMutant = process.env.__STRYKER_ACTIVE_MUTANT__
  }
}
