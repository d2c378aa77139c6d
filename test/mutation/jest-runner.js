// StrykerJS's runner for Jest, which believes that Jest loads the sources again for each run. They are loaded once (jest/runtime.js):
// a mutant of what a module does when it is loaded needs a process of its own.
import { strykerPlugins as plugins } from './node_modules/@stryker-mutator/jest-runner/dist/src/index.js'

export { strykerValidationSchema } from './node_modules/@stryker-mutator/jest-runner/dist/src/index.js'

const [{ factory, ...plugin }] = plugins
const create = (injector) => Object.assign(factory(injector), { capabilities: () => ({ reloadEnvironment: false }) })
create.inject = factory.inject

export const strykerPlugins = [{ ...plugin, factory: create }]
