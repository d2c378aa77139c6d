/** The history of commits that comparisons are made from. */
import { json } from '../http.ts'
import { type Asked, notFound, refuse } from './request.ts'

export function createCommits() {
  const parents = new Map<string, readonly string[]>()
  let newest: string | undefined

  const ancestors = (sha: string): Set<string> => {
    const seen = new Set<string>()
    const open = [sha]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (seen.has(next)) continue
      seen.add(next)
      open.push(...(parents.get(next) ?? []))
    }
    return seen
  }
  const find = (reference: string) =>
    parents.has(reference)
      ? reference
      : reference.length >= 7
        ? [...parents.keys()].find((sha) => sha.startsWith(reference))
        : undefined
  const without = (shas: Set<string>, others: Set<string>) => [...shas].filter((sha) => !others.has(sha))

  return {
    /** `GET commits/{ref}`. What names no commit is a 422, not a 404. */
    get(asked: Asked, reference: string) {
      const refused = asked.refusal('contents', 'read')
      if (refused) return refused
      const sha = find(reference)
      return sha === undefined ? refuse(422, `No commit found for SHA: ${reference}`) : json(200, { sha, files: [] })
    },
    /** A force push: nothing leads to these commits any more. */
    forget: (...shas: readonly string[]) => {
      for (const sha of shas) parents.delete(sha)
    },
    /** Commits in their order, each the child of the one before, the first the child of the newest one that is known. */
    add(...shas: readonly string[]) {
      for (const sha of shas) {
        parents.set(sha, newest === undefined ? [] : [newest])
        newest = sha
      }
    },
    /** A commit beside the line, for histories that diverge. */
    branch: (sha: string, ...from: readonly string[]) => {
      parents.set(sha, from)
    },
    /** `GET compare/{base}...{head}`: how head stands to base. */
    compare(asked: Asked, basehead: string) {
      const refused = asked.refusal('contents', 'read')
      if (refused) return refused
      const [base, head] = decodeURIComponent(basehead)
        .split('...')
        .map((reference) => find(reference))
      if (base === undefined || head === undefined) return notFound()
      const before = ancestors(base)
      const after = ancestors(head)
      const ahead = without(after, before)
      const behind = without(before, after)
      const common = [...before].find((sha) => after.has(sha))
      if (common === undefined) return refuse(404, `No common ancestor between ${base} and ${head}.`)
      const status =
        ahead.length > 0 ? (behind.length > 0 ? 'diverged' : 'ahead') : behind.length > 0 ? 'behind' : 'identical'
      return json(200, {
        url: `${asked.apiUrl}/repos/${asked.repository}/compare/${base}...${head}`,
        status,
        ahead_by: ahead.length,
        behind_by: behind.length,
        total_commits: ahead.length,
        base_commit: { sha: base },
        merge_base_commit: { sha: common },
        commits: ahead.reverse().map((sha) => ({ sha })),
        files: [],
      })
    },
  }
}

export type Commits = ReturnType<typeof createCommits>
