import { redact } from '../diagnosis/redact.ts'
import type { Run } from '../report/subject.ts'
import { type Untrusted, untrusted } from '../text.ts'

/**
 * The run, from GitHub's default variables and the event's payload (`GITHUB_EVENT_PATH`, JSON; empty when there is none)
 * (https://docs.github.com/en/actions/reference/workflows-and-actions/variables).
 */
export function readRun(environment: Readonly<Record<string, string | undefined>>, eventPayload: string): Run {
  return {
    serverUrl: environment.GITHUB_SERVER_URL ?? 'https://github.com',
    repository: environment.GITHUB_REPOSITORY ?? '',
    runId: environment.GITHUB_RUN_ID ?? '',
    runNumber: environment.GITHUB_RUN_NUMBER ?? '',
    runAttempt: Number(environment.GITHUB_RUN_ATTEMPT ?? 1),
    sha: environment.GITHUB_SHA ?? '',
    ref: untrusted(environment.GITHUB_REF_NAME ?? ''),
    actor: untrusted(environment.GITHUB_TRIGGERING_ACTOR ?? environment.GITHUB_ACTOR ?? ''),
    commitTitle: commitTitle(eventPayload),
  }
}

/** First line of the head commit's message (push), or the title of the pull request; without credentials. */
function commitTitle(eventPayload: string): Untrusted | undefined {
  const event = parsed(eventPayload)
  const title = member(member(event, 'head_commit'), 'message') ?? member(member(event, 'pull_request'), 'title')
  const firstLine = typeof title === 'string' ? title.split(/[\r\n]/)[0]?.trim() : undefined
  return firstLine ? untrusted(redact(firstLine)) : undefined
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined
}
