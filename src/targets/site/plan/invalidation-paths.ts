/** How a distribution reaches the objects of a site. */
export interface Viewing {
  readonly prefix: string
  /** `/site`, or empty. */
  readonly originPath: string
  readonly defaultRootObject: string | undefined
  /** Code at the edge may turn `/docs/` or `/docs` into `/docs/index.html`, and `/about` into `/about.html`. */
  readonly rewrites: boolean
  /** Edges have a file once for each query string. */
  readonly queryStrings: boolean
}

/** Files that are named one by one; more become folders. The first 1,000 paths a month are free. */
const mostPaths = 100
/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/InvalidationLimits.html: 15 with a wildcard in progress. */
const mostWildcards = 10

/** The address of a file for visitors; undefined where the distribution does not reach it. */
export function viewerPath(
  path: string,
  { prefix, originPath }: Pick<Viewing, 'prefix' | 'originPath'>,
): string | undefined {
  const key = `/${prefix}${path}`
  if (originPath === '') return key
  return key.startsWith(`${originPath}/`) ? key.slice(originPath.length) : undefined
}

/**
 * A path as CloudFront takes it: unsafe characters encoded, and no other ones, "or CloudFront will not invalidate the old version":
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-objects.html. Of `*`, only one at the end is
 * a wildcard. A plus is encoded, as Amazon S3 reads it as a space in an address.
 */
export function encodedPath(path: string): string {
  return path.replace(/[^\w\-.~!$&'(),;=:@/]/gu, (character) =>
    character === '*' ? '%2A' : encodeURIComponent(character),
  )
}

/** All addresses under which edges may have a file. */
function addressesOf(path: string, viewing: Viewing): readonly string[] {
  const address = viewerPath(path, viewing)
  if (address === undefined) return []
  const root = viewing.defaultRootObject === undefined ? undefined : `/${viewing.defaultRootObject}`
  const folder = /^(.*\/)index\.html?$/.exec(address)?.[1]
  const page = /^(.*)\.html?$/.exec(address)?.[1]
  // Code at the edge: both the address before and after its change are cached, says Lambda@Edge's part of invalidation-specifying-objects.html.
  const rewritten = folder === undefined ? [page] : [folder, folder === '/' ? undefined : folder.slice(0, -1)]
  const others = viewing.rewrites ? rewritten.filter((other) => other !== undefined) : []
  return [address, ...(address === root ? ['/'] : []), ...others]
}

/**
 * The path of an address: `/a.html*` where edges have it with query strings ("every version of a file" of the page above), and up to a
 * tilde, which CloudFront "doesn't support … for invalidation purposes" in either form.
 */
function pathOf(address: string, { queryStrings }: Viewing): string {
  const path = encodedPath(address)
  const tilde = path.indexOf('~')
  if (tilde >= 0) return `${path.slice(0, tilde)}*`
  return queryStrings ? `${path}*` : path
}

/**
 * The fewest paths that cover the files: one by one as far as they are few, then whole folders, then everything. `/*` takes what has
 * not changed from the edges as well.
 */
export function invalidationPaths(files: readonly string[], viewings: readonly Viewing[]): readonly string[] {
  const found = viewings.flatMap((viewing) =>
    files.flatMap((file) => addressesOf(file, viewing).map((address) => pathOf(address, viewing))),
  )
  const paths = [...new Set(found)].sort()
  if (isAllowed(paths)) return paths
  for (let depth = 4; depth >= 1; depth--) {
    const { folders, others } = byFolder(paths, depth)
    if (isAllowed([...others, ...folders])) return [...others, ...folders]
  }
  return ['/*']
}

function isAllowed(paths: readonly string[]): boolean {
  const wildcards = paths.filter((path) => path.endsWith('*')).length
  return !paths.includes('/*') && wildcards <= mostWildcards && paths.length - wildcards <= mostPaths
}

/** The folders of a depth as wildcards, and the paths that lie above that depth. */
function byFolder(paths: readonly string[], depth: number) {
  const isDeep = (path: string) => path.split('/').length > depth + 1
  const folderOf = (path: string) =>
    `${path
      .split('/')
      .slice(0, depth + 1)
      .join('/')}/*`
  const folders = [...new Set(paths.filter(isDeep).map(folderOf))].sort()
  return { folders, others: paths.filter((path) => !isDeep(path)) }
}
