import { linesBelow, type Opening, type ShowLink } from './opening.ts'
import { inSlack } from './slack-blocks.ts'
import { cut } from './slack-limits.ts'

/** A link with words of ours; the address is fit for Slack (`safeUrl`). */
export const slackLink: ShowLink = (address) => `<${address.replaceAll('&', '&amp;')}|Documentation>`

/** Characters of a line about what to do. */
const longestRest = 600

/**
 * The `text` of a message. Phones and screen readers show nothing else of it, so it says what happened and why in its first
 * line and what to do in the next, and the blocks below do not say it again. `longest`: characters of all of it.
 */
export function openingText(emoji: string, said: Opening, longest: number): string {
  const { headline, reason } = said
  const below = linesBelow(said).map((line) => cut(inSlack(line), longestRest))
  const title = cut(`${emoji} ${inSlack(headline)}`, longestRest)
  const room = Math.max(longestRest, longest - title.length - below.join('\n').length - 10)
  const first = reason ? `${title}. *${cut(inSlack(reason), room)}*` : title
  return [first, ...below].join('\n')
}
