import type { SlackMessage } from '../ports/slack.ts'
import { truncate } from './short.ts'
import type { SlackBlock, SlackText } from './slack-blocks.ts'

/**
 * Slack's limits (https://docs.slack.dev/reference/block-kit/blocks and …/block-elements). The whole payload has one that
 * is not written down, about 13,200 characters (`msg_blocks_too_long`), so a message stays well below it.
 */
const slackLimits = {
  blocks: 9,
  sectionText: 3000,
  fields: 10,
  fieldText: 2000,
  contextElements: 10,
  actions: 25,
  buttonText: 75,
  buttonUrl: 3000,
  planTasks: 20,
  planTitle: 150,
  text: 3000,
  reply: 3500,
  visible: 4000,
  payload: 12_000,
} as const

/** A block, and how much it matters: those with the lowest weight go first when a message is too long. */
export interface Weighted {
  readonly block: SlackBlock
  readonly weight: number
}

/** A message before it is cut to Slack's limits. */
export interface SlackParts {
  readonly text: string
  readonly color: string
  readonly blocks: readonly Weighted[]
  readonly mention?: string | undefined
  readonly reply?: string | undefined
}

/** The message within every limit: texts cut between code points, the least important blocks left out. Never fails. */
export function withinLimits({ text, color, blocks, mention, reply }: SlackParts): SlackMessage {
  const title = cut(text, slackLimits.text)
  let kept = blocks.map(({ block, weight }) => ({ block: limited(block), weight }))
  const message = (): SlackMessage => ({
    text: title,
    attachments: [{ color, fallback: title, blocks: kept.map(({ block }) => block) }],
    ...(mention ? { mention } : {}),
    ...(reply ? { reply: cut(reply, slackLimits.reply) } : {}),
  })
  while (kept.length > 0 && !fits(message())) {
    const lightest = Math.min(...kept.map(({ weight }) => weight))
    const last = kept.findLastIndex(({ weight }) => weight === lightest)
    kept = kept.filter((_, index) => index !== last)
  }
  return message()
}

function fits({ text, attachments }: SlackMessage): boolean {
  const blocks = attachments.flatMap((attachment) => attachment.blocks)
  const payload = JSON.stringify({ text, attachments }).length
  return (
    blocks.length <= slackLimits.blocks &&
    visibleLength(blocks) + text.length <= slackLimits.visible &&
    payload <= slackLimits.payload
  )
}

/** Length of all texts that people see: every member called `text` or `title` that is a string. */
function visibleLength(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return Object.entries(value).reduce((length, [key, member]) => {
    const own = (key === 'text' || key === 'title') && typeof member === 'string' ? member.length : 0
    return length + own + visibleLength(member)
  }, 0)
}

function limited(block: SlackBlock): SlackBlock {
  switch (block.type) {
    case 'section':
      return 'text' in block
        ? { ...block, text: limitedText(block.text, slackLimits.sectionText) }
        : {
            ...block,
            fields: block.fields.slice(0, slackLimits.fields).map((field) => limitedText(field, slackLimits.fieldText)),
          }
    case 'context':
      return {
        ...block,
        elements: block.elements
          .slice(0, slackLimits.contextElements)
          .map((text) => limitedText(text, slackLimits.fieldText)),
      }
    case 'actions':
      return {
        ...block,
        elements: block.elements
          .filter(({ url }) => url.length <= slackLimits.buttonUrl)
          .slice(0, slackLimits.actions)
          .map((button) => ({ ...button, text: limitedText(button.text, slackLimits.buttonText) })),
      }
    case 'plan':
      return {
        ...block,
        title: truncate(block.title, slackLimits.planTitle),
        tasks: block.tasks
          .slice(-slackLimits.planTasks)
          .map((task) => ({ ...task, title: truncate(task.title, slackLimits.planTitle) })),
      }
  }
}

function limitedText(text: SlackText, limit: number): SlackText {
  return { ...text, text: text.type === 'mrkdwn' ? cut(text.text, limit) : truncate(text.text, limit) }
}

/** Cuts mrkdwn so that no entity, link or code is left open at the end. */
export function cut(mrkdwn: string, limit: number): string {
  if (mrkdwn.length <= limit) return mrkdwn
  const short = truncate(mrkdwn, limit - 4).slice(0, -1)
  const whole = short.replace(/<[^>]*$/, '').replace(/&[a-z]{0,3}$/, '')
  if (whole.split('```').length % 2 === 0) return `${whole}…\`\`\``
  return `${whole}…${whole.replaceAll('```', '').split('`').length % 2 === 0 ? '`' : ''}`
}
