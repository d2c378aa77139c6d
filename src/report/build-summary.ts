import { code, factTable } from './markdown.ts'

/** What a step that builds an image reports in the job summary. */
export interface BuildReport {
  readonly repository: string
  readonly tags: readonly string[]
  readonly digest: string
  /** Nothing was built or pushed. */
  readonly reused: boolean
  /** Whether Docker built it; an image layout is only pushed. */
  readonly isBuild: boolean
  /** Commit that the image was built from; empty where it is unknown. */
  readonly revision: string
  /** The commit that a reused image names as its own, where that is another one. */
  readonly builtFrom?: string | undefined
  /** Size in bytes, compressed; empty where it is unknown. */
  readonly platforms: readonly { readonly platform: string | undefined; readonly size: number }[]
  /** Milliseconds. */
  readonly duration: number
}

/** The job summary of a build. Markdown. */
export function buildSummary(report: BuildReport): string {
  const { repository, tags, digest, reused, isBuild, revision, builtFrom, platforms, duration } = report
  const did = reused ? 'Reused' : isBuild ? 'Built and pushed' : 'Pushed'
  const sizes = platforms.map(({ platform, size }) => {
    const name = platform === undefined ? '' : `${code(platform)} `
    return `${name}${megabytes(size)} MB`
  })
  const rows: readonly (readonly [string, string])[] = [
    ['Digest', code(digest)],
    ['Tags', tags.map(code).join(', ')],
    ...(revision === '' ? [] : [['Commit', code(revision)] as const]),
    ...(builtFrom === undefined ? [] : [['Built at commit', code(builtFrom)] as const]),
    ...(sizes.length === 0 ? [] : [['Size, compressed', sizes.join(', ')] as const]),
    ['Duration', `${(duration / 1000).toFixed(1)} s`],
  ]
  return `### ✅ ${did} ${code(`${repository}:${tags[0] ?? ''}`)}\n\n${factTable(rows)}\n`
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}
