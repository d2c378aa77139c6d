import { join } from 'node:path'
import { project } from '../../jest.config.js'

/** The tests of one source file; mutate.ts says which. StrykerJS loads the environment itself, and knows no `<rootDir>`. */
export default {
  ...project('mutation', [], { testEnvironment: join(import.meta.dirname, 'environment.js') }),
  rootDir: join(import.meta.dirname, '../..'),
  testTimeout: 60_000,
}
