import { redactText } from '../diagnosis/redact-text.ts'
import { type Failure, reasonOf } from '../failure.ts'
import { type Text, text, untrusted } from '../text.ts'
import { closed } from './failure-text.ts'
import { alert, link, prose } from './markdown.ts'
import { truncate } from './short.ts'

/** Limit for a failure; GitHub drops a summary of more than 1 MiB. UTF-16 units. */
const longest = 16_000

/** The job summary of a step that failed before it had anything else to report: what, why, and what to do. Markdown. */
export function renderFailure({ parts }: Failure): string {
  const { what, fix, docs } = parts
  const reason = reasonOf(parts)
  return joined([
    `### ❌ ${shown(what)}`,
    ...(reason.length === 0 ? [] : [alert('CAUTION', redactText(closed(reason)))]),
    ...(fix === undefined ? [] : [`**What to do:** ${shown(fix)}`]),
    ...(docs === undefined ? [] : [link('Documentation', docs)]),
  ])
}

/** The same for what is no `Failure`. */
export function renderFault(reason: string): string {
  return joined([
    '### ❌ Internal error (a bug in Slipway)',
    alert('CAUTION', redactText(text`${untrusted(reason)}`)),
    'Report it, with the log of this step.',
  ])
}

function shown(part: Text): string {
  return prose(redactText(part))
}

function joined(parts: readonly string[]): string {
  return truncate(`${parts.join('\n\n')}\n`, longest)
}
