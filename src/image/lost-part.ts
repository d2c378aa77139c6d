/** A name of an image that was put together from parts one of which was empty, such as `api@` or `/api:v2`. */

const gaps: readonly (readonly [pattern: RegExp, lacks: string])[] = [
  [/\*\*\*/, 'has *** in the place of a value that GitHub masks'],
  // As jq and JavaScript write what is not there.
  [/(^|[/:@])(null|undefined)(?=$|[/:@])/, 'has null or undefined in the place of a value'],
  [/^[@:]/, 'has no repository before its tag or digest'],
  [/^\//, 'has no registry before its first /'],
  [/^\.dkr[.-]ecr\b/, 'has no account in its registry'],
  [/\.dkr[.-]ecr(-fips)?\.\.|\.dkr[.-]ecr(-fips)?\.amazonaws/, 'has no region in its registry'],
  [/@$|@sha256:?$/, 'has no digest behind its @'],
  [/:$|:@/, 'has no tag behind its :'],
  [/:\//, 'has no port behind its :'],
  [/\/$|\/[@:]/, 'has no repository behind its last /'],
  [/\/\//, 'has an empty part between two /'],
  [/[.-]$/, 'has nothing behind its last character, which ends no name'],
]

const errors: readonly (readonly [pattern: RegExp, wrong: string])[] = [
  [/[\r\n]/, 'has several lines, and the name of an image has one'],
  [/^["'].*["']$/, 'has quotation marks around it, which are part of the value'],
  [/\$\{\{/, 'has an expression that GitHub did not evaluate'],
  [/\$[{\w(]|%\w+%/, 'has a shell variable, which GitHub does not expand in an input; use an expression'],
]

/** What a name of an image lacks, to follow the name: `has no digest behind its @`. Undefined: nothing that shows. */
export function lostPart(image: string): string | undefined {
  return gaps.find(([pattern]) => pattern.test(image))?.[1]
}

/** Why a text is no name of an image, to follow it, though nothing was lost in it. Undefined: it may be one. */
export function misnaming(image: string): string | undefined {
  const [scheme] = /^[a-z][a-z0-9+.-]*:\/\//i.exec(image) ?? []
  if (scheme !== undefined) return `begins with ${scheme}, which names of images do not have`
  if (/^[\w./:@*-]*$/.test(image)) return undefined
  return errors.find(([pattern]) => pattern.test(image))?.[1] ?? 'is not the name of an image'
}
