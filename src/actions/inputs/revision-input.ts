import type { InputReader } from '../../runner/inputs.ts'
import type { NamedCommit } from '../../source.ts'

/** The input `revision`: a full SHA, with the repository in front where it is another one than the run's. */
export const revisionInput: InputReader<NamedCommit | undefined> = (given) => {
  if (given === '') return undefined
  const [, repository, sha] = /^(?:([\w.-]+(?:\/[\w.-]+)+)@)?([0-9a-f]{40}|[0-9a-f]{64})$/i.exec(given) ?? []
  if (sha === undefined) throw new Error(`must be the full SHA of a commit, or owner/name@SHA, not "${given}"`)
  return { sha: sha.toLowerCase(), repository }
}
