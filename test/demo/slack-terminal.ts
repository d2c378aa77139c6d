/** The Slack message in a terminal: small, and again whenever it changed. */
import type { MessageRecord } from '../simulator/slack/workspace.ts'
import type { Paint } from './paint.ts'

interface Words {
  readonly type: string
  readonly text: string
}

export interface SlackBlock {
  readonly type: string
  readonly text?: Words
  readonly fields?: readonly Words[]
  readonly elements?: readonly { readonly text?: string | Words; readonly url?: string }[]
}

interface Attachment {
  readonly color?: string
  readonly blocks?: readonly SlackBlock[]
}

export const emoji: Readonly<Record<string, string>> = {
  ':x:': '❌',
  ':hourglass_flowing_sand:': '⏳',
  ':black_square_for_stop:': '⏹️',
}

export function attachmentOf(message: Pick<MessageRecord, 'content'>): Attachment {
  const [first] = (message.content.attachments ?? []) as readonly Attachment[]
  return first ?? {}
}

/** Slack's mrkdwn as plain text. */
export function plainText(mrkdwn: string): string {
  const plain = mrkdwn
    .replace(/:[a-z_]+:/g, (name) => emoji[name] ?? name)
    .replace(/<[^|>]*\|([^>]*)>/g, '$1')
    .replace(/[*`]/g, '')
  return unescapeSlack(plain)
}

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
export function unescapeSlack(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

/** Headline, cause, what to do, and what is going on now. */
export function slackLines(message: Pick<MessageRecord, 'content'>): readonly string[] {
  const lines = (attachmentOf(message).blocks ?? []).flatMap(({ type, text }) =>
    type === 'section' && text ? plainText(text.text).split('\n') : [],
  )
  return [
    ...plainText(String(message.content.text ?? '')).split('\n'),
    ...lines.filter((line) => !line.startsWith('Tasks:')),
  ]
}

const bars = { '#2EB67D': 'green', '#E01E5A': 'red', '#ECB22E': 'yellow' } as const

/** Calls `print` with the message whenever it changed; returns what ends that. */
export function watchSlack(
  messages: () => readonly MessageRecord[],
  paint: Paint,
  print: (line: string) => void,
): () => void {
  const shown = new Map<string, string>()
  for (const message of messages()) shown.set(message.ts, JSON.stringify(message.content))
  const look = () => {
    for (const message of messages()) {
      const content = JSON.stringify(message.content)
      if (shown.get(message.ts) === content) continue
      const isNew = !shown.has(message.ts)
      shown.set(message.ts, content)
      const colour = bars[(attachmentOf(message).color ?? '') as keyof typeof bars] ?? 'blue'
      const bar = `        ${paint(colour, '┃')} `
      const how = isNew
        ? 'new message'
        : `edited ${message.history.length} ${message.history.length === 1 ? 'time' : 'times'}`
      print(`${bar}${paint('dim', `Slack #deploys · ${how}`)}`)
      for (const [index, line] of slackLines(message).entries()) print(bar + (index === 0 ? paint('bold', line) : line))
    }
  }
  const timer = setInterval(look, 100)
  return () => {
    clearInterval(timer)
    look()
  }
}
