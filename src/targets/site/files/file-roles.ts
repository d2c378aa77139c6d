/** Folders in which bundlers put files whose names change with their content (Vite, SvelteKit, Next.js, Astro, Nuxt, CRA). */
const bundled = /(?:^|\/)(?:assets|_app\/immutable|_next\/static|_astro|_nuxt|static\/(?:js|css|media)|immutable)\//

/** Whether a piece of a name is a hash: both letters and digits, so that no word and no date is taken for one. */
const isHex = (piece: string) => /^[0-9a-f]{8,}$/.test(piece) && /[a-f]/.test(piece) && /\d/.test(piece)
const isBase64 = (piece: string) => /^[\w-]{8,}$/.test(piece) && /[a-zA-Z]/.test(piece) && /[\dA-Z_]/.test(piece)

/** Whether the name of a file changes whenever its content does, so that it never has to be fetched again. */
export function isImmutable(path: string): boolean {
  if (isDocument(path)) return false
  if (/(?:^|\/)(?:_next\/static|_app\/immutable)\//.test(path)) return true
  const name = path.slice(path.lastIndexOf('/') + 1)
  const pieces = name
    .split('.')
    .slice(0, -1)
    .flatMap((part) => [part, ...part.split('-').slice(1)])
  if (pieces.some(isHex)) return true
  // Vite and Rollup: `index-DiwrgTda.js`, eight characters of base64url, which may have a hyphen.
  const tail = /[-.]([\w-]{8})\.[^/]+$/.exec(name)?.[1]
  return bundled.test(path) && tail !== undefined && isBase64(tail)
}

/** Files that visitors load by name and that name others: pages, service workers, manifests, data of pages. */
export function isDocument(path: string): boolean {
  return isPage(path) || isEntry(path)
}

const isPage = (path: string) => /\.(?:html?|xhtml|rsc)$/i.test(path) || /(?:^|\/)_next\/data\//.test(path)

/** What names pages itself: it is written after them. */
const isEntry = (path: string) =>
  /(?:^|\/)(?:sw|service-worker|firebase-messaging-sw|ngsw-worker|registerSW|workbox-[\w-]+)\.js$/.test(path) ||
  /(?:^|\/)(?:ngsw|manifest|asset-manifest|site|version|build-manifest)\.json$/.test(path) ||
  /\.webmanifest$/.test(path) ||
  /(?:^|\/)(?:sitemap[\w-]*\.xml|robots\.txt)$/.test(path)

/**
 * In which order files are written: what others name before what names it. 0: assets; 1: pages; 2: pages of the root and of
 * folders; 3: service workers and manifests, which name pages.
 */
export function rankOf(path: string): number {
  if (isEntry(path)) return 3
  if (!isPage(path)) return 0
  return /(?:^|\/)index\.html?$/i.test(path) ? 2 : 1
}
