import { readRepositoryFacts } from '../../github/repository-facts.ts'
import type { Runner } from '../../runner/action.ts'
import { invalidInputs } from '../../runner/inputs.ts'
import { text } from '../../text.ts'
import type { BuildOrigin } from '../world/source-commit.ts'
import type { PreparedInputs } from './prepare-inputs.ts'

/**
 * The time for `rewrite-timestamp`: that of the commit, in seconds since 1970. Undefined where it is not used, or where an argument
 * or the environment sets it, which Buildx passes on (https://docs.docker.com/build/ci/github-actions/reproducible-builds/).
 * Throws `inputs-invalid` where it is unknown.
 */
export function sourceDateFor(
  { rewriteTimestamp, buildArgs }: Pick<PreparedInputs, 'rewriteTimestamp' | 'buildArgs'>,
  checkedOutAt: number | undefined,
  { source }: BuildOrigin,
  environment: Runner['environment'],
): number | undefined {
  const isGiven = environment.SOURCE_DATE_EPOCH || buildArgs.some((argument) => /^SOURCE_DATE_EPOCH=/.test(argument))
  if (!rewriteTimestamp || isGiven) return undefined
  const pushed = readRepositoryFacts(environment).committedAt[source?.commit ?? '']
  const time = checkedOutAt ?? (pushed === undefined ? undefined : Math.floor(pushed / 1000))
  if (time !== undefined) return time
  throw invalidInputs([
    text`rewrite-timestamp is true, and the time of the commit is unknown: check out the repository before this step (actions/checkout), or set the variable SOURCE_DATE_EPOCH`,
  ])
}
