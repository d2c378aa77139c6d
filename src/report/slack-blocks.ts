import { renderText, type Text } from '../text.ts'
import { forSlack, forSlackCode } from './escape.ts'
import { safeUrl } from './links.ts'

/**
 * The few Block Kit blocks that Slipway uses (https://docs.slack.dev/reference/block-kit/blocks). `verbatim` keeps Slack
 * from turning names and addresses in foreign text into links and mentions. No `block_id`: Slack wants a new one with
 * every update and makes one by itself.
 */
export type SlackText =
  | { readonly type: 'mrkdwn'; readonly text: string; readonly verbatim: true }
  | { readonly type: 'plain_text'; readonly text: string }

export type SlackButton = { readonly type: 'button'; readonly text: SlackText; readonly url: string }

export type SlackBlock =
  | { readonly type: 'section'; readonly text: SlackText }
  | { readonly type: 'section'; readonly fields: readonly SlackText[] }
  | { readonly type: 'actions'; readonly elements: readonly SlackButton[] }
  | { readonly type: 'context'; readonly elements: readonly SlackText[] }
  | { readonly type: 'plan'; readonly title: string; readonly tasks: readonly SlackPlanTask[] }

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

export function mrkdwn(text: string): SlackText {
  return { type: 'mrkdwn', text, verbatim: true }
}

export function plainText(text: string): SlackText {
  return { type: 'plain_text', text }
}

export function section(text: string): readonly SlackBlock[] {
  return text.trim() === '' ? [] : [{ type: 'section', text: mrkdwn(text) }]
}

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

export function context(text: string): readonly SlackBlock[] {
  return [{ type: 'context', elements: [mrkdwn(text)] }]
}
