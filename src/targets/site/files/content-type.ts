import { lookup } from 'mrmime'

/** Where the registered types of IANA and those that browsers require differ from the table of the library, or it has none. */
const own: Readonly<Record<string, string>> = {
  js: 'text/javascript',
  mjs: 'text/javascript',
  cjs: 'text/javascript',
  wasm: 'application/wasm',
  webmanifest: 'application/manifest+json',
  map: 'application/json',
  avif: 'image/avif',
  webp: 'image/webp',
  woff2: 'font/woff2',
  ico: 'image/x-icon',
  md: 'text/markdown',
  txt: 'text/plain',
  rsc: 'text/x-component',
}

/** Files that have a type without an ending. Apple requires application/json for its two. */
const named: Readonly<Record<string, string>> = {
  'apple-app-site-association': 'application/json',
  'apple-developer-merchantid-domain-association': 'text/plain; charset=utf-8',
  CNAME: 'text/plain; charset=utf-8',
}

const isText = (type: string) => /^text\/|^(application\/(json|xml|manifest\+json|.*\+xml)|image\/svg\+xml)$/.test(type)

/** Content-Type by the name of a file, with the charset of text; undefined where the ending is unknown. */
export function contentTypeOf(path: string): string | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const known = named[name]
  if (known !== undefined) return known
  const ending = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase()
  if (ending === undefined) return undefined
  const type = own[ending] ?? lookup(ending)
  return type === undefined || !isText(type) ? type : `${type}; charset=utf-8`
}
