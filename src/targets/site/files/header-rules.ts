import type { ObjectHeaders } from '../../../ports.ts'
import { contentTypeOf } from './content-type.ts'
import { isDocument, isImmutable } from './file-roles.ts'

/** A value for the paths of a pattern. */
export interface PathRule {
  readonly pattern: RegExp
  readonly value: string
}

/** What the user says about headers; the first rule that fits decides. */
export interface HeaderRules {
  readonly cacheControl: readonly PathRule[]
  readonly contentType: readonly PathRule[]
  readonly metadata: Readonly<Record<string, string>>
  readonly encryption: ObjectHeaders
}

/** For files whose names change with their content. */
export const immutableCaching = 'public,max-age=31536000,immutable'
/** For pages: browsers and CloudFront ask again, and get 304 where nothing has changed. */
export const documentCaching = 'public,max-age=0,must-revalidate'
/** For other files, whose names stay. */
export const otherCaching = 'public,max-age=300'

const valueFor = (rules: readonly PathRule[], path: string) => rules.find(({ pattern }) => pattern.test(path))?.value

/** Cache-Control of a file. */
export function cacheControlOf(path: string, rules: readonly PathRule[]): string {
  const given = valueFor(rules, path)
  if (given !== undefined) return given
  if (isImmutable(path)) return immutableCaching
  return isDocument(path) ? documentCaching : otherCaching
}

const encodings: Readonly<Record<string, string>> = { br: 'br', gz: 'gzip' }

/** The path whose compressed variant a file is, and its encoding: `app.js` and `br` of `app.js.br`, where both are there. */
export function variantOf(
  path: string,
  all: ReadonlySet<string>,
): { readonly of: string; readonly encoding: string } | undefined {
  const [, base = '', ending = ''] = /^(.+)\.(br|gz)$/.exec(path) ?? []
  const encoding = encodings[ending]
  return encoding !== undefined && all.has(base) ? { of: base, encoding } : undefined
}

/** All headers that a file is stored with. */
export function headersFor(path: string, all: ReadonlySet<string>, rules: HeaderRules): ObjectHeaders {
  const variant = variantOf(path, all)
  const named = variant?.of ?? path
  const type = valueFor(rules.contentType, path) ?? contentTypeOf(named) ?? 'application/octet-stream'
  return {
    ContentType: type,
    CacheControl: cacheControlOf(named, rules.cacheControl),
    ...(variant && { ContentEncoding: variant.encoding }),
    ...(Object.keys(rules.metadata).length > 0 && { Metadata: rules.metadata }),
    ...rules.encryption,
  }
}

/** Whether two sets of headers are the same to a reader. */
export function sameHeaders(one: ObjectHeaders, other: ObjectHeaders): boolean {
  return headerText(one) === headerText(other)
}

/** Of headers that many files share. */
const texts = new WeakMap<ObjectHeaders, string>()

/** Headers as one text, whatever the order of their members. */
export function headerText(headers: ObjectHeaders): string {
  const known = texts.get(headers)
  if (known !== undefined) return known
  const { Metadata = {}, ...others } = headers
  const given = Object.entries(others).filter(([, value]) => value !== undefined)
  const text = JSON.stringify([given.sort(byName), Object.entries(Metadata).sort(byName)])
  texts.set(headers, text)
  return text
}

const byName = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]) => (one < other ? -1 : 1)
