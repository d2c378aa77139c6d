import { renderText } from '../text.ts'
import { forSlack } from './escape.ts'
import type { Opening, ShowLink } from './opening.ts'
import { cut } from './slack-limits.ts'

/** A link with words of ours; the address is fit for Slack (`safeUrl`). */
export const slackLink: ShowLink = (address) => `<${address.replaceAll('&', '&amp;')}|Read more>`

/** Characters of a line about what to do. */
const longestRest = 600

/**
 * The `text` of a message. Phones and screen readers show nothing else of it, so it says what happened and why in its first
 * line and what to do in the next, and the blocks below do not say it again. `longest`: characters of all of it.
 */
export function openingText(emoji: string, { headline, reason, rest }: Opening, longest: number): string {
  const below = rest.map((line) => cut(renderText(line, forSlack), longestRest))
  const title = cut(`${emoji} ${renderText(headline, forSlack)}`, longestRest)
  const room = Math.max(longestRest, longest - title.length - below.join('\n').length - 10)
  const first = reason ? `${title}. *${cut(renderText(reason, forSlack), room)}*` : title
  return [first, ...below].join('\n')
}
