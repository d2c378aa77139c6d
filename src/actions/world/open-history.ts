import { openCommitHistory } from '../../github/commits.ts'
import type { CommitHistory } from '../../ports.ts'
import type { Runner } from '../../runner/action.ts'
import type { Source } from '../../source.ts'
import type { DeployInputs } from '../inputs/deploy-inputs.ts'
import type { World } from './world.ts'

/** The commits of the repository that is deployed from, as GitHub compares them for the job's token. */
export function commitHistory(
  { githubToken: token }: Pick<DeployInputs, 'githubToken'>,
  source: Source | undefined,
  { environment, clock, signal }: Runner,
  { fetch }: World,
): CommitHistory {
  return openCommitHistory({
    token,
    apiUrl: environment.GITHUB_API_URL ?? 'https://api.github.com',
    repository: source?.repository ?? environment.GITHUB_REPOSITORY ?? '',
    fetch,
    clock,
    signal,
  })
}
