import type { SlackMessage } from '../ports.ts'

/** How much of a message's shape is kept when Slack refuses it: all, an attachment of plain mrkdwn, or only text. */
export type Shape = 'blocks' | 'attachment' | 'text'

/** The shape to use after Slack refused one; undefined where no simpler shape exists. */
export const simplerThan: Readonly<Record<Shape, Shape | undefined>> = {
  blocks: 'attachment',
  attachment: 'text',
  text: undefined,
}

/** What both APIs take: `text` and `attachments`. */
export interface Payload {
  readonly text: string
  readonly attachments: readonly (
    | SlackMessage['attachments'][number]
    | {
        readonly color: string
        readonly fallback: string
        readonly text: string
        readonly mrkdwn_in: readonly 'text'[]
      }
  )[]
}

/** The message in a simpler shape, with the same content. */
export function shaped({ text, attachments }: SlackMessage, shape: Shape): Payload {
  const words = attachments.flatMap(({ blocks }) => blocks.flatMap(textOf)).join('\n')
  switch (shape) {
    case 'blocks':
      return { text, attachments }
    case 'attachment':
      return {
        text,
        attachments: attachments.map(({ color, fallback }) => ({
          color,
          fallback,
          text: words,
          mrkdwn_in: ['text'] as const,
        })),
      }
    case 'text':
      return { text: words === '' ? text : `${text}\n${words}`, attachments: [] }
  }
}

function textOf(block: { readonly [member: string]: unknown }): readonly string[] {
  const { text } = block
  const words = typeof text === 'object' && text !== null && 'text' in text ? text.text : undefined
  return typeof words === 'string' ? [words] : []
}
