import type { Setting, Text, Untrusted } from '../text.ts'
import { redactText } from './redact-text.ts'

/** The same value without credentials in any text of others that is in it. */
export function redactTexts<Value>(value: Value): Value {
  return changeTexts(value, redactText)
}

/** The same value with every text that holds words of others changed, however deep it is. */
export function changeTexts<Value>(value: Value, change: (text: Text) => Text): Value {
  if (Array.isArray(value))
    return (isText(value) ? change(value as Text) : value.map((item) => changeTexts(item, change))) as Value
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  if (isUntrusted(value)) return change([value])[0] as Value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, changeTexts(item, change)])) as Value
}

/** Words of ours and of others in one sentence. A list of texts of others alone is none: they are apart. */
function isText(value: readonly unknown[]): boolean {
  const theirs = value.filter(isUntrusted)
  const ours = value.filter((part) => typeof part === 'string' || isSetting(part))
  return theirs.length > 0 && ours.length > 0 && theirs.length + ours.length === value.length
}

/** True for a text that AWS, Docker, a program or a user wrote. */
export function isUntrusted(value: unknown): value is Untrusted {
  return typeof value === 'object' && value !== null && 'untrusted' in value && typeof value.untrusted === 'string'
}

function isSetting(value: unknown): value is Setting {
  return typeof value === 'object' && value !== null && 'setting' in value && typeof value.setting === 'string'
}
