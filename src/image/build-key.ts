import { type Text, text, untrusted } from '../text.ts'
import { type BuildInputs, shownDigits } from './build-inputs.ts'
import { isOutside, isSecretName, type Outside, outsideHash } from './outside-inputs.ts'

/**
 * The label with the key of what an image was made of: `2:`, a SHA-256 over what the commit and the inputs of the step decide, `:`,
 * and one over base images and secrets, or `unknown`.
 */
export const keyLabel = 'slipway.key'
/** The label with the inputs of the key, as JSON. Of values that may be secret it has the beginning of a hash. */
const inputsLabel = 'slipway.inputs'

/** Of the key. Another version means that other things are compared. */
const version = '2'
/** A command line takes 128 KiB in one argument; far below that the label is left out. Characters. */
const longestInputs = 16 * 1024

/** The labels by which a later build finds out what an image was made of. */
export function inputLabels({ own, shown }: BuildInputs, outside: Outside): Readonly<Record<string, string>> {
  const inputs = JSON.stringify({ ...shown, ...shownOutside(outside) })
  const key = `${version}:${own}:${outsideHash(outside) ?? 'unknown'}`
  return { [keyLabel]: key, ...(inputs.length <= longestInputs && { [inputsLabel]: inputs }) }
}

function shownOutside(outside: Outside): Readonly<Record<string, string>> {
  if (outside.kind === 'unknown') return {}
  const shown = Object.entries(outside.values).map(([name, value]) => {
    return [name, isSecretName(name) ? value.slice(0, shownDigits) : value] as const
  })
  return Object.fromEntries(shown)
}

/** The part of a key that the commit and the inputs of the step decide. */
export function ownKey(key: string): string {
  return key.split(':').slice(0, 2).join(':')
}

/** Whether two keys are those of the same image: an unknown part is like nothing else. */
export function isSameKey(one: string, other: string): boolean {
  return one === other && !one.endsWith(':unknown')
}

type Labels = Readonly<Record<string, string>>

/** What the commit or the inputs of the step make different, as a list of words. `there`: labels of an image. */
export function ownDifference(there: Labels, here: BuildInputs): Text | undefined {
  const key = there[keyLabel]
  if (key === undefined)
    return text`it has no label ${keyLabel}, so it was built by another tool or an earlier version of Slipway`
  if (!key.startsWith(`${version}:`))
    return text`it was built by another version of Slipway (${keyLabel} ${untrusted(key)})`
  if (ownKey(key) === `${version}:${here.own}`) return undefined
  const found = differing(readInputs(there), here.shown, (name) => !isOutside(name))
  return found ?? text`its build inputs differ`
}

/** Which base images or secrets are different, or may be, of an image that nothing else distinguishes. */
export function outsideDifference(there: Labels, outside: Outside): Text | undefined {
  if (outside.kind === 'unknown') return outside.why
  const hash = there[keyLabel]?.split(':')[2]
  if (hash === outsideHash(outside)) return undefined
  if (hash === 'unknown') return text`its base images or values of secrets were unknown when it was built`
  const found = differing(readInputs(there), shownOutside(outside), isOutside)
  return found ?? text`its base images or values of secrets differ`
}

/** Undefined where the label with the inputs does not say it. */
function differing(there: Labels | undefined, here: Labels, isMeant: (name: string) => boolean): Text | undefined {
  if (there === undefined) return undefined
  const names = [...new Set([...Object.keys(there), ...Object.keys(here)])].filter(isMeant).sort()
  const found = names.filter((name) => there[name] !== here[name])
  if (found.length === 0) return undefined
  return found.flatMap((name, index) => text`${index === 0 ? '' : '; '}${difference(name, there[name], here[name])}`)
}

function difference(name: string, there: string | undefined, here: string | undefined): Text {
  const isHash = /^(files|Dockerfile|(build-arg|build-context|label) .*)$/s.test(name)
  if (name === 'files') return text`the files of the context differ`
  if (isSecretName(name)) return text`the value of the ${untrusted(name)} differs`
  if (isHash && there !== undefined && here !== undefined) return text`${untrusted(name)} differs`
  const say = (value: string | undefined) => (value === undefined ? 'none' : isHash ? 'set' : value)
  return text`${untrusted(name)}: ${untrusted(say(there))}, here: ${untrusted(say(here))}`
}

function readInputs({ [inputsLabel]: json }: Labels): Labels | undefined {
  if (json === undefined) return undefined
  try {
    const parsed: unknown = JSON.parse(json)
    if (typeof parsed !== 'object' || parsed === null) return undefined
    return Object.fromEntries(
      Object.entries(parsed).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
    )
  } catch {
    return undefined
  }
}
