/** Version numbers of semver.org and of Python, as tags of Git spell them. */

/** The values that patterns of `type=semver` and `type=pep440` use. */
export interface VersionNumber {
  /** As it was given. */
  readonly raw: string
  /** In its normal form, without build metadata. */
  readonly version: string
  readonly major: string
  readonly minor: string
  readonly patch: string
  /** Of semver, with `,` between its parts. */
  readonly prerelease: string
  readonly build: string
  /** Neither a prerelease nor, in Python, a post-release. */
  readonly isFinal: boolean
}

const number = '0|[1-9]\\d{0,15}'
const identifier = '(?:0|[1-9]\\d*|\\d*[a-zA-Z-][a-zA-Z0-9-]*)'
// The grammar of semver.org, with the `v` that git tags have.
const semver = new RegExp(
  `^v?(${number})\\.(${number})\\.(${number})(?:-(${identifier}(?:\\.${identifier})*))?(?:\\+([a-zA-Z0-9-]+(?:\\.[a-zA-Z0-9-]+)*))?$`,
)

/** Reads `v1.2.3-rc.1+build`; undefined for what is no version of semver. */
export function parseSemver(text: string): VersionNumber | undefined {
  const [match, major = '', minor = '', patch = '', prerelease, build = ''] = semver.exec(text) ?? []
  if (match === undefined || text.length > 256) return undefined
  if ([major, minor, patch].some((part) => Number(part) > Number.MAX_SAFE_INTEGER)) return undefined
  const version = `${major}.${minor}.${patch}${prerelease === undefined ? '' : `-${prerelease}`}`
  const isFinal = prerelease === undefined
  const [parts = '', builds] = [prerelease?.replaceAll('.', ','), build.replaceAll('.', ',')]
  return { raw: text, version, major, minor, patch, prerelease: parts, build: builds, isFinal }
}

// The grammar of PEP 440, Appendix B.
const pep440 = new RegExp(
  [
    '^\\s*v?(?:(?<epoch>\\d+)!)?(?<release>\\d+(?:\\.\\d+)*)',
    '(?:[-_.]?(?<kind>a|b|c|rc|alpha|beta|pre|preview)[-_.]?(?<pre>\\d+)?)?',
    '(?:-(?<implicit>\\d+)|[-_.]?(?<post>post|rev|r)[-_.]?(?<after>\\d+)?)?',
    '(?:[-_.]?(?<dev>dev)[-_.]?(?<draft>\\d+)?)?',
    '(?:\\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?\\s*$',
  ].join(''),
  'i',
)

const kinds: Readonly<Record<string, string>> = {
  alpha: 'a',
  beta: 'b',
  c: 'rc',
  pre: 'rc',
  preview: 'rc',
}

/** Reads `1.0rc1`, `1!2.0.post3`, `1.0.dev4+local`; undefined for what is no version of PEP 440. */
export function parsePep440(text: string): VersionNumber | undefined {
  const groups = pep440.exec(text)?.groups
  if (groups === undefined) return undefined
  const { epoch, release = '', kind, pre, implicit, post, after, dev, draft, local } = groups
  const parts = release.split('.').map(plainNumber)
  const [major = '0', minor = '0', patch = '0'] = parts
  const letter = kind?.toLowerCase() ?? ''
  const version = [
    epoch === undefined || plainNumber(epoch) === '0' ? '' : `${plainNumber(epoch)}!`,
    parts.join('.'),
    kind === undefined ? '' : `${kinds[letter] ?? letter}${plainNumber(pre)}`,
    implicit === undefined && post === undefined ? '' : `.post${plainNumber(implicit ?? after)}`,
    dev === undefined ? '' : `.dev${plainNumber(draft)}`,
    local === undefined ? '' : `+${localName(local)}`,
  ].join('')
  const isFinal = [kind, implicit, post, dev].every((part) => part === undefined)
  return { raw: text, version, major, minor, patch, prerelease: '', build: '', isFinal }
}

function plainNumber(digits: string | undefined): string {
  return (digits ?? '0').replace(/^0+(?=\d)/, '')
}

/** With `-`, not PEP 440's `.`: such a version has the tag of docker/metadata-action. */
function localName(local: string): string {
  const parts = local.toLowerCase().split(/[-_.]/)
  return parts.map((part) => (/^\d+$/.test(part) ? plainNumber(part) : part)).join('-')
}
