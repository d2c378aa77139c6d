import type { Text } from '../text.ts'
import type { Variable } from './hidden-values.ts'
import { hideValues } from './redact-lines.ts'
import { changeTexts, isUntrusted } from './redact-texts.ts'

/** Changes every untrusted text of a value. */
export function concealWith(hide: (text: string) => string): <Value>(value: Value) => Value {
  const conceal = (part: Text[number]) => (isUntrusted(part) ? { ...part, untrusted: hide(part.untrusted) } : part)
  return (value) => changeTexts(value, (text) => text.map(conceal))
}

/**
 * Hides the values of variables in every untrusted text of a value. `variables`: gathered at the first text that may hold one.
 * `isPlain`: texts that hold none.
 */
export function concealing(
  variables: () => readonly Variable[],
  isPlain: (text: string) => boolean = () => false,
): <Value>(value: Value) => Value {
  let hide: ((text: string) => string) | undefined
  return concealWith((text) => {
    if (isPlain(text)) return text
    hide ??= hideValues(variables())
    return hide(text)
  })
}
