/** Short forms of AWS's and git's long names, for people. Each returns its argument where it is not of the known form. */

/** `api@sha256:9f2c1a7b4d5e` or `api:v1` of an image reference, without the registry's host. */
export function image(reference: string): string {
  const [first = '', ...rest] = reference.split('/')
  const withoutHost = rest.length > 0 && /[.:]|^localhost$/.test(first) ? rest.join('/') : reference
  return withoutHost.replace(/(sha256:[0-9a-f]{12})[0-9a-f]+$/, '$1')
}

/** `1a2b3c4` of a commit's SHA. */
export function commit(sha: string): string {
  return sha.slice(0, 7)
}

/** `…4242` of an account id: enough to tell accounts apart, too little to use. */
export function account(id: string): string {
  return `…${id.slice(-4)}`
}

/** `03:12`, and `75:00` after more than an hour. From milliseconds. */
export function minutesAndSeconds(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  return `${pad(Math.floor(seconds / 60))}:${pad(seconds % 60)}`
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}

/** At most `limit` UTF-16 units, cut between code points and marked with `…`. */
export function truncate(value: string, limit: number): string {
  if (value.length <= limit) return value
  let kept = ''
  for (const character of value) {
    if (kept.length + character.length > limit - 1) break
    kept += character
  }
  return `${kept}…`
}

/** The word with a capital first letter. */
export function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
