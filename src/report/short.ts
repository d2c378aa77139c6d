/** Short forms of AWS's and git's long names, for people. Each returns its argument where it is not of the known form. */

/** `api:118` of a task definition ARN. */
export function revision(arn: string): string {
  return arn.includes(':task-definition/') ? arn.slice(arn.lastIndexOf('/') + 1) : arn
}

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

/** `task/…/0af1` of a task ARN becomes its id's first 8 characters. */
export function task(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1).slice(0, 8)
}

/** `03:12`, and `75:00` after more than an hour. From milliseconds. */
export function minutesAndSeconds(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  return `${pad(Math.floor(seconds / 60))}:${pad(seconds % 60)}`
}

/** `09:04:31 UTC` of milliseconds since 1970. */
export function timeOfDay(at: number): string {
  return `${new Date(at).toISOString().slice(11, 19)} UTC`
}

/** `2026-11-22`, in UTC, of milliseconds since 1970. */
export function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

/** `2026-11-22 05:00 UTC` of milliseconds since 1970. */
export function moment(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
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
