/**
 * A pattern of `--exclude` and `--include` as one of `deploy-site`; undefined where it has no equal. There, `*` is any text, slashes
 * too, and a pattern is of the whole path below the folder (AWS CLI, "Use of Exclude and Include Filters").
 */
export function cliPattern(pattern: string): string | undefined {
  if (/[?[\]{},\s]|\$\{\{|^\/|^\.\//.test(pattern) || pattern === '') return undefined
  if (!pattern.includes('*')) return pattern.includes('/') ? pattern : `/${pattern}`
  if (pattern === '*') return '**'
  // A star before a slash: the rest of this folder's name, and any folders below it.
  const [, start, below] = /^([^*]*\*)\/([^*]+|\*)$/.exec(pattern) ?? []
  if (start !== undefined) return below === '*' ? `${start}/**` : `${start}/**/${below}`
  const [, folder = '', rest = ''] = /^([^*]*\/)?([^/]*)$/.exec(pattern) ?? []
  // One star, at the begin of the name: all that ends so, in any folder.
  if (!/^\*[^*]*$/.test(rest)) return undefined
  if (folder === '') return rest
  return rest === '*' ? `${folder}**` : `${folder}**/${rest}`
}
