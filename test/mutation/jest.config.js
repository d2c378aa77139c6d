import { join } from 'node:path'
import { project } from '../../jest.config.js'

/** The tests of one source file; mutate.ts says which. */
export default { ...project('mutation', []), rootDir: join(import.meta.dirname, '../..'), testTimeout: 60_000 }
