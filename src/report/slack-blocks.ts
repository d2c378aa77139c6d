import { renderText, type Text } from '../text.ts'
import { forSlack, forSlackCode } from './escape.ts'
import { safeUrl } from './links.ts'

/**
 * Text of a block (https://docs.slack.dev/reference/block-kit/blocks). `verbatim` keeps Slack from turning names and addresses in
 * untrusted text into links and mentions. No block has a `block_id`: Slack requires a new one with every update, and generates it.
 */
export type SlackText =
  | { readonly type: 'mrkdwn'; readonly text: string; readonly verbatim: true }
  | { readonly type: 'plain_text'; readonly text: string }

/** A button that opens an address (Block Kit, "Button element"). */
export type SlackButton = { readonly type: 'button'; readonly text: SlackText; readonly url: string }

/** One block of a message. */
export type SlackBlock =
  | { readonly type: 'section'; readonly text: SlackText }
  | { readonly type: 'section'; readonly fields: readonly SlackText[] }
  | { readonly type: 'actions'; readonly elements: readonly SlackButton[] }
  | { readonly type: 'context'; readonly elements: readonly SlackText[] }
  | { readonly type: 'plan'; readonly title: string; readonly tasks: readonly SlackPlanTask[] }

/** One step in a `plan` block (Block Kit, "Task card block"). */
export type SlackPlanTask = {
  readonly type: 'task_card'
  readonly task_id: string
  readonly title: string
  readonly status: 'pending' | 'in_progress' | 'complete' | 'error'
}

/** A text in Slack's mrkdwn. */
export function inSlack(line: Text): string {
  return renderText(line, forSlack, slackCode)
}

/** Code in one line of mrkdwn. */
export function slackCode(theirs: string): string {
  return `\`${forSlackCode(theirs).replaceAll('\n', ' ')}\``
}

/** Text that is mrkdwn already, such as from `inSlack`. */
export function mrkdwn(text: string): SlackText {
  return { type: 'mrkdwn', text, verbatim: true }
}

/** Text that Slack displays without markup. */
export function plainText(text: string): SlackText {
  return { type: 'plain_text', text }
}

/** A section with mrkdwn; none for an empty text, which Slack refuses. */
export function section(text: string): readonly SlackBlock[] {
  return text.trim() === '' ? [] : [{ type: 'section', text: mrkdwn(text) }]
}

/** A section in two columns, without the empty fields; none where no field is left. */
export function fields(texts: readonly SlackText[]): readonly SlackBlock[] {
  const shown = texts.filter(({ text }) => text.trim() !== '')
  return shown.length === 0 ? [] : [{ type: 'section', fields: shown }]
}

/** Buttons that open an address; those whose address is not fit for readers are left out. */
export function buttons(
  labelled: readonly (readonly [label: string, address: string | undefined])[],
): readonly SlackBlock[] {
  const elements = labelled.flatMap(([label, address]) => {
    const url = safeUrl(address)
    return url ? [{ type: 'button', text: plainText(label), url } as const] : []
  })
  return elements.length === 0 ? [] : [{ type: 'actions', elements }]
}

/** Small grey mrkdwn at the end of a message. */
export function context(text: string): readonly SlackBlock[] {
  return [{ type: 'context', elements: [mrkdwn(text)] }]
}
