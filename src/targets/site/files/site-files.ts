import { Failure } from '../../../failure.ts'
import type { Mistake } from '../../../mistake.ts'
import type { ObjectContent, ObjectHeaders } from '../../../ports.ts'
import { setting, type Text, text, untrusted } from '../../../text.ts'
import type { SiteFile, SiteFiles } from '../request/site-request.ts'
import { contentTypeOf } from './content-type.ts'
import { type HeaderRules, headersFor, headerText } from './header-rules.ts'
import { similarPaths } from './similar-paths.ts'

/** A file of the folder. */
export interface FolderFile {
  readonly path: string
  readonly content: ObjectContent
}

/** An address that leads to another one, by the website endpoint of the bucket. */
export interface Redirect {
  readonly from: string
  readonly to: string
}

/** SHA-256 of no bytes. */
const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const noContent: ObjectContent = { size: 0, sha256: emptyHash, read: async () => new Uint8Array() }

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html: at most 1,024 bytes of UTF-8. */
const longestKey = 1024
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-page-redirect.html: 2 KB. */
const longestTarget = 2048
const mostNamed = 5

/** The files of a folder as objects. Throws `inputs-invalid` where it is empty, and `file-invalid` with all paths that are no keys. */
export function siteFiles(
  folder: string,
  listed: readonly FolderFile[],
  { prefix, redirects, ...rules }: HeaderRules & { readonly prefix: string; readonly redirects: readonly Redirect[] },
): SiteFiles {
  if (listed.length === 0) throw emptyFolder(folder)
  const all = new Set(listed.map(({ path }) => path))
  const mistakes = [
    ...listed.flatMap(({ path }) => keyMistakes(path, prefix, folder)),
    ...redirectMistakes(redirects, all, prefix),
  ]
  if (mistakes.length > 0) throw invalidPaths(mistakes)
  const shared = new Map<string, ObjectHeaders>()
  const files: SiteFile[] = listed.map(({ path, content }) => ({
    ...{ path, size: content.size, sha256: content.sha256, content },
    headers: sharedHeaders(headersFor(path, all, rules), shared),
  }))
  const leading = redirects.map(({ from, to }) => ({
    ...{ path: from, size: 0, sha256: emptyHash, content: noContent },
    headers: { ...headersFor(from, all, rules), WebsiteRedirectLocation: to },
  }))
  return {
    files: [...files, ...leading],
    warnings: [...unknownTypes(listed, rules), ...similarPaths([...all, ...leading.map(({ path }) => path)])],
  }
}

/** Most files have the headers of another one. */
function sharedHeaders(headers: ObjectHeaders, known: Map<string, ObjectHeaders>): ObjectHeaders {
  const text = headerText(headers)
  const same = known.get(text) ?? headers
  known.set(text, same)
  return same
}

function emptyFolder(folder: string): Failure {
  return new Failure({
    code: 'inputs-invalid',
    what: text`The folder "${untrusted(folder)}" has no files, so nothing was deployed`,
    why: text`a release without files would be an empty site`,
    fix: text`Correct ${setting('folder')}, or run the build of the site before this step.`,
  })
}

function keyMistakes(path: string, prefix: string, folder: string): readonly Mistake[] {
  return pathProblems(path, prefix).map((message) => ({ file: `${folder}/${path}`, message }))
}

function pathProblems(path: string, prefix: string): readonly Text[] {
  const length = new TextEncoder().encode(prefix + path).length
  const control = [...path].find((character) => character < ' ' || character === '\u007f')
  return [
    ...(length > longestKey
      ? [text`KeyTooLongError: the key has ${length} bytes; at most ${longestKey} are allowed`]
      : []),
    ...(control !== undefined ? [text`the name has a control character`] : []),
    ...(path.split('/').some((part) => part === '..' || part === '.') ? [text`a part of the path is . or ..`] : []),
    ...(path.startsWith('.slipway/') ? [text`.slipway/ is where Slipway keeps its releases`] : []),
  ]
}

function redirectMistakes(
  redirects: readonly Redirect[],
  all: ReadonlySet<string>,
  prefix: string,
): readonly Mistake[] {
  const paths = redirects.map(({ from }) => from)
  return redirects.flatMap(({ from, to }, index) =>
    [
      ...pathProblems(from, prefix),
      ...(from === '' || from.endsWith('/') ? [text`a redirect is of a path that is a file, such as old.html`] : []),
      ...(all.has(from) ? [text`it is a file of the folder as well`] : []),
      ...(paths.indexOf(from) < index ? [text`it has two targets`] : []),
      ...(to.length > longestTarget
        ? [text`its target has ${to.length} bytes; x-amz-website-redirect-location is limited to ${longestTarget}`]
        : []),
      ...(/[^\x21-\x7e]/.test(to) ? [text`its target must be US-ASCII: encode other characters (%C3%A9)`] : []),
    ].map((message) => ({ input: 'redirects', message: text`/${untrusted(from)}: ${message}` })),
  )
}

function invalidPaths(mistakes: readonly Mistake[]): Failure {
  return new Failure({
    code: 'file-invalid',
    what: text`${mistakes.length === 1 ? 'A file' : `${mistakes.length} files`} of the folder cannot be an object of Amazon S3`,
    mistakes,
    fix: text`Rename or exclude ${mistakes.length === 1 ? 'it' : 'them'} (${setting('exclude')}). Nothing has been changed.`,
  })
}

function unknownTypes(listed: readonly FolderFile[], { contentType }: HeaderRules): readonly string[] {
  const unknown = listed
    .map(({ path }) => path)
    .filter(
      (path) =>
        !contentType.some(({ pattern }) => pattern.test(path)) &&
        contentTypeOf(path.replace(/\.(br|gz)$/, '')) === undefined,
    )
  if (unknown.length === 0) return []
  const more = unknown.length > mostNamed ? ` and ${unknown.length - mostNamed} more` : ''
  return [
    `Content-Type: application/octet-stream for ${unknown.slice(0, mostNamed).join(', ')}${more}: the type is unknown. Set content-type.`,
  ]
}
