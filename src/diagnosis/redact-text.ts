import { withoutCredentials } from '../image/reference.ts'
import { isUntrusted, type Setting, settingWords, type Text, type Untrusted } from '../text.ts'
import { cutLines, secretsIn } from './redact.ts'
import { secretsByPattern } from './secret-patterns.ts'
import { type Span, united, withoutSpans } from './span.ts'

/**
 * The same text without credentials in its untrusted parts, which are read with their context: a name in one part marks the value
 * in another as secret. The name of a resource marks nothing: a service may be called `auth-token`.
 */
export function redactText(value: Text): Text {
  const parts = value.map((part) => (isUntrusted(part) ? { ...part, untrusted: shownOf(part) } : part))
  if (parts.every(isShownAnyway)) return parts
  const spans = secretsIn(parts.map(wordsOf).join(''))
  if (spans.length === 0) return parts
  let from = 0
  return parts.map((part) => {
    const start = from
    const { length } = wordsOf(part)
    from += length
    if (!isUntrusted(part)) return part
    return { ...part, untrusted: withoutSpans(part.untrusted, clipped(spans, start, length)) }
  })
}

/** Our own words, names, and values that are hidden already: most lines of a difference are nothing else. */
function isShownAnyway(part: Text[number]): boolean {
  return !isUntrusted(part) || part.isName === true || part.untrusted === '***'
}

function shownOf({ untrusted, isName }: Untrusted): string {
  if (!isName) return cutLines(untrusted)
  return withoutCredentials(withoutSpans(untrusted, united(secretsByPattern(untrusted))))
}

/** Of a name nothing but its length. */
function wordsOf(part: string | Untrusted | Setting): string {
  if (typeof part === 'string') return part
  if (!isUntrusted(part)) return settingWords(part)
  return part.isName ? 'x'.repeat(part.untrusted.length) : part.untrusted
}

/** The pieces of them that are in the part, from its beginning. */
function clipped(spans: readonly Span[], start: number, length: number): readonly Span[] {
  return spans
    .map(([from, to]): Span => [Math.max(0, from - start), Math.min(length, to - start)])
    .filter(([from, to]) => from < to)
}
