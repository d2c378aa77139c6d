import { readFile } from 'node:fs/promises'

/** The pull request that started the run. */
export interface PullRequest {
  readonly number: number
  /** Head commit: `GITHUB_SHA` is only GitHub's own merge commit. */
  readonly headSha: string
}

/** Reads the pull request from the event's payload, which the runner keeps outside of the workspace. Undefined for other events. */
export async function readPullRequest(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<PullRequest | undefined> {
  const payload = await readFile(environment.GITHUB_EVENT_PATH ?? '', 'utf8').catch(() => '')
  const { number, head } = asObject(asObject(parse(payload)).pull_request)
  const { sha } = asObject(head)
  return typeof number === 'number' && typeof sha === 'string' ? { number, headSha: sha } : undefined
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
