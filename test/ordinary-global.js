// Jest's environment for Node with an ordinary global object. Jest's own puts a Proxy behind it, which runs whenever code names
// `Array` or `JSON`: slow where requests are parsed and signed.
import vm from 'node:vm'
import { TestEnvironment } from 'jest-environment-node'

const { createContext } = vm

export default class extends TestEnvironment {
  constructor(config, context) {
    vm.createContext = () => createContext(vm.constants.DONT_CONTEXTIFY)
    try {
      super(config, context)
    } finally {
      vm.createContext = createContext
    }
  }
  /** Jest collects 100 frames for every error; Node's own 10 take less time where calls are refused and aborted by the thousand. */
  handleTestEvent({ name }) {
    if (name === 'setup') this.global.Error.stackTraceLimit = Error.stackTraceLimit = 10
  }
}
