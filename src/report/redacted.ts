import { redact } from '../diagnosis/redact.ts'
import { isUntrusted, type Text, type Untrusted } from '../text.ts'

/** Somebody else's text without what looks like a credential. The runner masks only what it knows; Slack masks nothing. */
export function redacted(value: Untrusted): Untrusted {
  return { ...value, untrusted: redact(value.untrusted) }
}

/** The same for the foreign parts of a text of ours. */
export function redactedText(value: Text): Text {
  return value.map((part) => (isUntrusted(part) ? redacted(part) : part))
}
