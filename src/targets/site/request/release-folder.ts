import { releasePattern } from './release-name.ts'

/** Where the files of a release with OriginPath lie, below the prefix. */
export function folderOf(id: string): string {
  return `releases/${id}/`
}

/** The OriginPath that leads to a folder below the prefix; empty: the prefix itself, where releases are in place. */
export function originPathOf(prefix: string, folder: string): string {
  return `/${prefix}${folder}`.replace(/\/$/, '')
}

/** The folder of a release that a path below the prefix begins with; undefined: it is no path of one. */
export function folderIn(path: string): string | undefined {
  const [, id = ''] = /^releases\/([^/]+)\//.exec(path) ?? []
  return releasePattern.test(id) ? folderOf(id) : undefined
}

/** The folder that an OriginPath leads to: that of a release, or empty; undefined: neither. */
export function folderAt(prefix: string, originPath: string): string | undefined {
  if (originPath === originPathOf(prefix, '')) return ''
  const path = `${originPath}/`.slice(1)
  const folder = path.startsWith(prefix) ? folderIn(path.slice(prefix.length)) : undefined
  return folder !== undefined && originPath === originPathOf(prefix, folder) ? folder : undefined
}
