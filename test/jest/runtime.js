// Jest's `runtime` on Node's own modules. Jest's own loads and links every module again for each test file, more than half
// of the time of `npm test`; here a worker loads the sources, the packages and the helpers of tests once. Node blanks out the
// types of TypeScript in place, so lines and columns stay true. There is no `jest` object: nothing is mocked.
import { createRequire, registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'
import { set } from './globals.js'

const require = createRequire(import.meta.url)
/** How often test files were loaded. */
const imported = new Map()
const globals = new URL('globals.js', import.meta.url).href

registerHooks({
  resolve(name, context, next) {
    // Jest's own module of this name refuses to be loaded by Node.
    if (name === '@jest/globals') return { url: globals, shortCircuit: true }
    const resolved = next(name, context)
    // The workflow parser imports JSON as bundlers take it; Node wants to be told that it is JSON.
    if (resolved.format === 'json') resolved.importAttributes = { type: 'json' }
    return resolved
  },
})

export default class {
  /** The part of jest-circus that collects and runs the tests of one file: it keeps its state for one, so it is loaded for each. */
  requireInternalModule(path) {
    delete require.cache[path]
    delete globalThis[Symbol.for('EVENT_HANDLERS')]
    return require(path)
  }
  requireModule(path) {
    return require(path)
  }
  unstable_shouldLoadAsEsm() {
    return true
  }
  /** Of a test file, which is loaded again where it is run again in the same process. */
  unstable_importModule(path) {
    const { href } = pathToFileURL(path)
    const times = imported.get(href) ?? 0
    imported.set(href, times + 1)
    return import(times === 0 ? href : `${href}?${times}`)
  }
  setGlobalsForRuntime(globals) {
    set(globals)
  }
  enterTestCode() {}
  leaveTestCode() {}
  getSourceMaps() {
    return null
  }
  getAllCoverageInfoCopy() {}
  teardown() {}
}
