import type { Report } from './report.ts'
import type { Commit, Run } from './subject.ts'

/** Undefined where the step does not run in a job of GitHub. */
export function runUrl(run: Run): string | undefined {
  if (run.repository === '' || run.runId === '') return undefined
  return `${run.serverUrl}/${run.repository}/actions/runs/${run.runId}/attempts/${run.runAttempt}`
}

/** Undefined for a commit of another server: how its pages are called is not known. */
export function commitUrl(run: Run, commit: Commit | undefined): string | undefined {
  const isHere = commit?.repository.split('/').length === 2
  return commit && isHere ? `${run.serverUrl}/${commit.repository}/commit/${commit.sha}` : undefined
}

/** What this deployment changes in git, where the image that ran before is tagged with its commit. */
export function compareUrl({ subject: { run, commit }, state: { plan } }: Report): string | undefined {
  const page = commitUrl(run, commit)
  const tags = plan?.artifacts.map(({ from }) => /(?<!sha256):([0-9a-f]{7,40})(?:@|$)/.exec(from ?? '')?.[1]) ?? []
  const before = tags.find((tag) => tag !== undefined)
  return page && commit && before && !commit.sha.startsWith(before)
    ? page.replace(`/commit/${commit.sha}`, `/compare/${before}...${commit.sha}`)
    : undefined
}

/**
 * The address if it is one that a reader may be sent to, safe inside Markdown and inside Slack's `<url|label>`; plain
 * `http:` only where `allowHttp` says so.
 */
export function safeUrl(address: string | undefined, { allowHttp = false } = {}): string | undefined {
  if (!address || !URL.canParse(address)) return undefined
  const url = new URL(address)
  if (url.protocol !== 'https:' && !(allowHttp && url.protocol === 'http:')) return undefined
  if (url.username || url.password) return undefined
  return url.href.replace(/[|<>()"'`\\]/g, percentEncoded)
}

function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}
