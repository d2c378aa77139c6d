import { readText } from '../http/body.ts'
import type { ComparedFiles } from '../ports.ts'
import { get, pause, type RepositoryConfig, refused, retried, type Unanswered, unanswered } from './retry.ts'

/** GitHub lists as many changed files of a comparison, all of them on its first page ("Compare two commits", REST API). */
const mostFiles = 300

/** Files that a comparison lists: `GET /repos/{owner}/{repo}/compare/{base}...{head}`, with one commit on the page. Asks once for each pair. */
export function openComparedFiles(config: RepositoryConfig): ComparedFiles {
  const asked = new Map<string, ReturnType<ComparedFiles['between']>>()
  return {
    between(base, head) {
      const key = `${base} ${head}`
      const found = asked.get(key) ?? retried(config, (signal) => ask(config, base, head, signal))
      asked.set(key, found)
      return found
    },
  }
}

async function ask(
  config: RepositoryConfig,
  base: string,
  head: string,
  signal: AbortSignal,
): Promise<readonly string[] | Unanswered> {
  const response = await get(config, `compare/${base}...${head}?per_page=1`, signal)
  if (response.status === 404)
    return { reason: 'gone', unknown: `GitHub cannot compare ${base.slice(0, 7)} with ${head.slice(0, 7)}` }
  if (!response.ok) return await refused(response, 'contents: read')
  const { status, files } = comparisonIn(JSON.parse(await readText(response)))
  if (status === undefined || files === undefined) return unanswered('GitHub returned no comparison', pause)
  // Of commits that have diverged, it compares the newer one with their common ancestor.
  if (status !== 'ahead' && status !== 'identical')
    return { reason: 'gone', unknown: `the commit of this run is ${status} of it` }
  if (files.length >= mostFiles)
    return { reason: 'gone', unknown: `GitHub lists ${mostFiles} changed files at most, and there are as many` }
  return files.flatMap((file) => namesOf(file))
}

interface Comparison {
  readonly status?: string | undefined
  readonly files?: readonly unknown[] | undefined
}

function comparisonIn(body: unknown): Comparison {
  if (typeof body !== 'object' || body === null) return {}
  const status = 'status' in body && typeof body.status === 'string' ? body.status : undefined
  const files = 'files' in body && Array.isArray(body.files) ? body.files : undefined
  return { status, files }
}

/** A file that was moved is one at both places. */
function namesOf(file: unknown): readonly string[] {
  if (typeof file !== 'object' || file === null) return []
  const names = ['filename', 'previous_filename'].map((key) => Object.entries(file).find(([name]) => name === key)?.[1])
  return names.filter((name): name is string => typeof name === 'string')
}
