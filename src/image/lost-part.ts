/** A name of an image that was put together from parts one of which was empty, such as `api@` or `/api:v2`. */

/** Of all that registries take, and with something behind the last `:` or `@`. */
const whole = /^[\w./:@-]*\w$/

const gaps: readonly (readonly [pattern: RegExp, lacks: string])[] = [
  [/\*\*\*/, 'has *** in the place of a value that GitHub masks'],
  [/^[@:]/, 'has no repository before its tag or digest'],
  [/^\//, 'has no registry before its first /'],
  [/^\.dkr[.-]ecr\b/, 'has no account in its registry'],
  [/\.dkr[.-]ecr(-fips)?\.\.|\.dkr[.-]ecr(-fips)?\.amazonaws/, 'has no region in its registry'],
  [/@$|@sha256:?$/, 'has no digest behind its @'],
  [/:$|:@/, 'has no tag behind its :'],
  [/:\//, 'has no port behind its :'],
  [/\/$|\/[@:]/, 'has no repository behind its last /'],
  [/\/\//, 'has an empty part between two /'],
]

/** What a name of an image lacks, to follow the name: `has no digest behind its @`. Undefined: nothing that shows. */
export function lostPart(image: string): string | undefined {
  const gap = gaps.find(([pattern]) => pattern.test(image))
  return gap?.[1] ?? (whole.test(image) ? undefined : 'is not the name of an image')
}
