import { type InputReader, lines, optionalText } from '../../runner/inputs.ts'
import { quotedLines } from './line-inputs.ts'

const target: InputReader<string | undefined> = (given) => {
  if (/^[\w.-]*$/.test(given)) return optionalText(given)
  throw new Error(`must be the name of one target or group, not "${given}"`)
}

const files: InputReader<readonly string[]> = (given) => {
  const paths = lines(given).map((path) => path.trim())
  const remote = paths.filter((path) => path === '-' || /^(?:[a-z+]+:\/\/|git@)/.test(path.replace(/^cwd:\/\//, '')))
  if (remote.length === 0) return paths
  throw new Error(
    `must be paths in the workspace; a definition from an address or from standard input is not supported: ${remote.length} given`,
  )
}

/** Inputs for a definition of docker/bake-action (`docker buildx bake`). */
export const bakeInputs = {
  'bake-files': files,
  'bake-target': target,
  'bake-set': quotedLines('bake-set', { pattern: /^[^=\s]+\.[^=\s]+\+?=/, allowed: 'target.key=value or *.key=value' }),
}
