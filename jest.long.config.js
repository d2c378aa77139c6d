// `npm run test:long`: whatever is tried a number of times (test/often.ts) is tried more often.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { long } from './jest.config.js'

process.env.SLIPWAY_TESTS = 'long'

const folder = join(import.meta.dirname, 'test')
const asks = /import \{[^}]*\b(runs|some|times|isLong|onlyLong)\b[^}]*\} from '[./]*(generated|often)\.ts'/

export default long(
  globSync('**/*.test.ts', { cwd: folder, exclude: ['mutation/**'] }).filter((name) =>
    asks.test(readFileSync(join(folder, name), 'utf8')),
  ),
)
