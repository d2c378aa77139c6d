import { redact } from '../diagnosis/redact.ts'
import { redactText } from '../diagnosis/redact-text.ts'
import type { SlackMessage } from '../ports/slack.ts'
import { renderText, text, untrusted } from '../text.ts'
import { forSlack } from './escape.ts'
import { commitUrl, runUrl } from './links.ts'
import { commit as short } from './short.ts'
import { buttons, context, fields, inSlack, mrkdwn, section } from './slack-blocks.ts'
import { cut, withinLimits } from './slack-limits.ts'
import type { Commit, Run } from './subject.ts'

/** With a whole section below it, a message stays below Slack's limits. Characters. */
const longestTitle = 1000

/** What any workflow may say about itself, in six words. */
export const noticeStatuses = ['started', 'in-progress', 'succeeded', 'failed', 'cancelled', 'warning'] as const

/** A status that a workflow reports about itself. */
export type NoticeStatus = (typeof noticeStatuses)[number]

/** A message that a workflow defines; any part of it may contain text from commits, pull requests and programs. */
export interface Notice {
  readonly status: NoticeStatus
  readonly title: string
  readonly text?: string | undefined
  readonly fields: readonly { readonly label: string; readonly value: string }[]
  readonly links: readonly { readonly label: string; readonly url: string }[]
  /** From `slackMention`; used when the status is `failed`. */
  readonly mention?: string | undefined
}

const appearances: Readonly<Record<NoticeStatus, { readonly emoji: string; readonly color: string }>> = {
  started: { emoji: '⏳', color: '#808080' },
  'in-progress': { emoji: '🚀', color: '#ECB22E' },
  succeeded: { emoji: '✅', color: '#2EB67D' },
  failed: { emoji: '❌', color: '#E01E5A' },
  cancelled: { emoji: '🚫', color: '#808080' },
  warning: { emoji: '⚠️', color: '#ECB22E' },
}

/** The notice as a Slack message, without credentials, with buttons to the run and the commit beside its own. */
export function slackNotice(notice: Notice, run: Run, commit: Commit | undefined): SlackMessage {
  const { emoji, color } = appearances[notice.status]
  const body = redact(notice.text ?? '')
    .split(/\r?\n/)
    .map(forSlack)
    .join('\n')
  const facts = notice.fields.map(({ label, value }) => {
    const [, words] = redactText([`${label}: `, untrusted(value)])
    return mrkdwn(`*${forSlack(label)}*\n${renderText([words ?? ''], forSlack)}`)
  })
  const own = notice.links.map(({ label, url }) => [label, url] as const)
  const which = commit === undefined ? text`` : text` · ${untrusted(short(commit.sha))}`
  const footer = text`${untrusted(run.repository)} run ${untrusted(run.runNumber)}${which} · ${run.actor}`
  return withinLimits({
    text: cut(`${emoji} ${forSlack(redact(notice.title))}`, longestTitle),
    color,
    blocks: [
      ...section(body).map((block) => ({ block, weight: 5 })),
      ...fields(facts).map((block) => ({ block, weight: 2 })),
      ...buttons([...own, ['Run', runUrl(run)], ['Commit', commitUrl(run, commit)]]).map((block) => ({
        block,
        weight: 4,
      })),
      ...context(inSlack(footer)).map((block) => ({ block, weight: 3 })),
    ],
    mention: notice.status === 'failed' ? notice.mention : undefined,
  })
}
