import { join } from 'node:path'

/** The tests of one source file; mutate.ts says which. Jest's own runtime: modules that are loaded once would keep their mutants. */
export default {
  rootDir: join(import.meta.dirname, '../..'),
  testEnvironment: 'node',
  transform: { '\\.ts$': join(import.meta.dirname, 'strip-types.cjs') },
  extensionsToTreatAsEsm: ['.ts'],
  testTimeout: 60_000,
}
