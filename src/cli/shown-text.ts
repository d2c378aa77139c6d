import { redactText } from '../diagnosis/redact-text.ts'
import { forLog } from '../report/escape.ts'
import { isSetting, renderText, type Text } from '../text.ts'

/** A message for the terminal: credentials are redacted, and a setting is an option. */
export function shownText(message: Text): string {
  const options = message.map((part) => (isSetting(part) ? `the option --${part.setting}` : part))
  return renderText(redactText(options), forLog)
}
