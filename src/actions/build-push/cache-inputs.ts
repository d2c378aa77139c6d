import { isRepositoryName, withoutCredentials } from '../../image/reference.ts'
import { type InputReader, optionalOneOf, optionalText } from '../../runner/inputs.ts'
import { type Text, text } from '../../text.ts'

const repository: InputReader<string | undefined> = (given) => {
  if (given === '' || isRepositoryName(given)) return optionalText(given)
  throw new Error(
    `must be the name of an ECR repository without its registry, such as team/api-cache, not "${withoutCredentials(given)}"`,
  )
}

/** Inputs of the build cache. */
export const cacheInputs = {
  cache: optionalOneOf(['ecr', 'gha', 'local', 'off']),
  'cache-repository': repository,
  'cache-folder': optionalText,
}

interface Given {
  readonly cache: string | undefined
  readonly cacheRepository: string | undefined
  readonly cacheFolder: string | undefined
  readonly cacheFrom: readonly string[]
  readonly cacheTo: readonly string[]
}

/** What contradicts another input. */
export function cacheContradictions(
  given: Given,
  environment: Readonly<Record<string, string | undefined>>,
): readonly Text[] {
  const { cache, cacheRepository, cacheFolder, cacheFrom, cacheTo } = given
  const isOwn = cacheFrom.length > 0 || cacheTo.length > 0
  const { ACTIONS_RUNTIME_TOKEN: token, ACTIONS_RESULTS_URL: results, ACTIONS_CACHE_URL: address } = environment
  const rules: readonly [boolean, Text][] = [
    [cache !== undefined && isOwn, text`cache is ${String(cache)}, and cache-from or cache-to is set: use one of them`],
    [cacheRepository !== undefined && cache !== 'ecr', text`cache-repository is set, and is used with cache: ecr only`],
    [cacheFolder !== undefined && cache !== 'local', text`cache-folder is set, and is used with cache: local only`],
    [
      // Buildx leaves such a cache out (build/utils.go, `isActive`), so that every build would be slow and green.
      cache === 'gha' && !(token && (results || address)),
      text`cache is gha, and ACTIONS_RUNTIME_TOKEN and ACTIONS_RESULTS_URL are not set: only a runner with the cache service of GitHub Actions sets them; use ecr or local`,
    ],
  ]
  return rules.flatMap(([isBroken, problem]) => (isBroken ? [problem] : []))
}
