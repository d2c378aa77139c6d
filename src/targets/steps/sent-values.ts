import { hiddenValues } from '../../diagnosis/hidden-values.ts'
import { hideValues } from '../../diagnosis/redact-lines.ts'
import { isUntrusted, type Text } from '../../text.ts'

/** Headers of requests that identify nobody. */
const open = /^(?:accept|accept-\w+|cache-control|content-type|host|origin|referer|user-agent)$/i

/** Hides what a check has sent in its headers where a response repeats it: a page of an error may show the whole request. */
export function hideSent(headers: Readonly<Record<string, string>>): (value: Text) => Text {
  const sent = Object.entries(headers).filter(([name]) => !open.test(name))
  // Of `Bearer abc`, also `abc` alone.
  const hide = hideValues(
    sent.flatMap(([name, value]) => [value, ...value.split(/[\s;]+/)].flatMap((part) => hiddenValues(name, part, ''))),
  )
  return (value) => value.map((part) => (isUntrusted(part) ? { ...part, untrusted: hide(part.untrusted) } : part))
}
