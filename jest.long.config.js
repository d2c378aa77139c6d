// `npm run test:long`: whatever is tried a number of times (test/often.ts) is tried more often.
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { long } from './jest.config.js'

process.env.SLIPWAY_TESTS = 'long'

const folder = join(import.meta.dirname, 'test')
const asks = /import \{[^}]*\b(runs|some|times|isLong|onlyLong|seldom)\b[^}]*\} from '[./]*(generated|often)\.ts'/
const textOf = (name) => readFileSync(join(folder, name), 'utf8')
const namesOf = (glob) => globSync(glob, { cwd: folder, exclude: ['mutation/**'] })
/** Scenes that import it for their tests. */
const scenes = namesOf('**/*-scene.ts').filter((name) => asks.test(textOf(name)))
const asked = (text) =>
  asks.test(text) || /\brunSeldom\b/.test(text) || scenes.some((name) => text.includes(`/${basename(name)}'`))

export default long(namesOf('**/*.test.ts').filter((name) => asked(textOf(name))))
