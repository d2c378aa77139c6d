import { isSecretName } from './secret-name.ts'
import { valueAt } from './secret-value.ts'
import type { Span } from './span.ts'

/** A name in a text, and where its value begins. */
export interface NamedValue {
  readonly name: string
  readonly at: number
}

/** Between a name and its value, in characters. */
const farthest = 400

/** Not in objects of their own. */
const apart = /^[^{}]*$/

/** In an object that begins there. */
const inside = /^\{[^{}]*$/

/**
 * The other half of a name and a value, in either order: `{"name":"DB_PASSWORD","value":"x"}`, or `{"token":{"value":"x"}}`.
 * Called for every assignment of the text.
 */
export function startPairs(text: string): (now: NamedValue) => Span[] {
  let [named, valued, opened] = [Number.NaN, Number.NaN, Number.NaN]
  const isNear = (from: number, to: number, pattern: RegExp) =>
    to - from < farthest && pattern.test(text.slice(from, to))
  return ({ name, at }) => {
    const isValue = /^(?:parameter|option)?_?value$/i.test(name)
    const isNaming = /^(?:(?:parameter|option)?_?(?:name|key))$/i.test(name) && isSecretAt(text, at)
    const isPaired = isValue ? isNear(named, at, apart) || isNear(opened, at, inside) : false
    const isLate = isNaming && isNear(valued, at, apart)
    const place = isPaired ? at : valued
    if (isNaming) named = at
    if (isValue) valued = at
    if (isSecretName(name)) opened = at
    return isPaired || isLate ? valueAt(text, place) : []
  }
}

function isSecretAt(text: string, at: number): boolean {
  const [, name = ''] = /^["']?([\w.-]{1,200})/.exec(text.slice(at, at + 210)) ?? []
  return isSecretName(name)
}

/** An id that is no secret, and the form of the secret that belongs to it. */
const belongings = [
  // An access key id of AWS and its key of 40 characters (IAM user guide, "Manage access keys for IAM users").
  {
    hints: ['AKIA', 'ASIA'],
    id: /(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])/g,
    secret: /(?<![A-Za-z0-9/+=])(?![0-9a-f]{40}(?![A-Za-z0-9]))[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/g,
  },
  // An account of Twilio and its token (https://www.twilio.com/docs/iam/api/account).
  {
    hints: ['AC'],
    id: /(?<![A-Za-z0-9])AC[0-9a-f]{32}(?![A-Za-z0-9])/g,
    secret: /(?<![A-Za-z0-9])[0-9a-f]{32}(?![A-Za-z0-9])/g,
  },
]

/** How far a secret is from its id, in characters. */
const beside = 120

/** Secrets that are known by the id before or behind them. */
export function secretsBesideIds(text: string): readonly Span[] {
  return belongings.flatMap(({ hints, id, secret }) => {
    if (!hints.some((hint) => text.includes(hint))) return []
    return [...text.matchAll(id)].flatMap(({ 0: { length }, index }) => {
      const from = Math.max(0, index - beside)
      const around = text.slice(from, index + length + beside)
      return [...around.matchAll(secret)].map(
        (match): Span => [from + match.index, from + match.index + match[0].length],
      )
    })
  })
}
