import type { Run } from '../report/subject.ts'
import { untrusted } from '../text.ts'

/**
 * The run, from GitHub's default variables
 * (https://docs.github.com/en/actions/reference/workflows-and-actions/variables).
 */
export function readRun(environment: Readonly<Record<string, string | undefined>>): Run {
  return {
    serverUrl: environment.GITHUB_SERVER_URL ?? 'https://github.com',
    repository: environment.GITHUB_REPOSITORY ?? '',
    runId: environment.GITHUB_RUN_ID ?? '',
    runNumber: environment.GITHUB_RUN_NUMBER ?? '',
    runAttempt: Number(environment.GITHUB_RUN_ATTEMPT ?? 1),
    actor: untrusted(environment.GITHUB_TRIGGERING_ACTOR ?? environment.GITHUB_ACTOR ?? ''),
  }
}
