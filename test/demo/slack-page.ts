/** The Slack message as a page of its own that looks like Slack: no scripts, nothing from the network. */
import type { MessageRecord } from '../simulator/slack/workspace.ts'
import { attachmentOf, emoji, type SlackBlock, unescapeSlack } from './slack-terminal.ts'

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => escapes[character] ?? character)
}

/** Slack's mrkdwn, as far as Slipway writes it. */
function html(mrkdwn: string): string {
  const link = /<(https?:[^|>]+)\|([^>]*)>|<!date\^[^|>]*\|([^>]*)>|<([@#!][^>]*)>/g
  let at = 0
  let rendered = ''
  for (const found of mrkdwn.matchAll(link)) {
    const [all, url, label = '', date, mention] = found
    rendered += inline(mrkdwn.slice(at, found.index))
    if (url) rendered += `<a href="${escapeHtml(unescapeSlack(url))}">${inline(label)}</a>`
    else rendered += inline(date ?? mention ?? '')
    at = found.index + all.length
  }
  return rendered + inline(mrkdwn.slice(at))
}

function inline(mrkdwn: string): string {
  return escapeHtml(unescapeSlack(mrkdwn))
    .replace(/```\n?([\s\S]*?)```/g, '<pre>$1</pre>')
    .replace(/(^|[\n ])\*([^\n]+)\*(?=\n|$)/g, '$1<b>$2</b>')
    .replace(/`([^`\n]+)`/g, '<code>$1</code>')
    .replace(/:[a-z_]+:/g, (name) => emoji[name] ?? name)
    .replaceAll('\n', '<br>')
}

function block({ type, text, fields, elements }: SlackBlock): string {
  const said = (element: NonNullable<typeof text>) =>
    element.type === 'mrkdwn' ? html(element.text) : inline(element.text)
  if (type === 'actions')
    return `<p>${(elements ?? []).map((element) => `<a class="button" href="${escapeHtml(element.url ?? '#')}">${escapeHtml(typeof element.text === 'string' ? element.text : (element.text?.text ?? ''))}</a>`).join(' ')}</p>`
  if (type === 'context')
    return `<p class="context">${(elements ?? []).map(({ text: words }) => html(typeof words === 'string' ? words : '')).join(' ')}</p>`
  if (fields) return `<div class="fields">${fields.map((field) => `<div>${said(field)}</div>`).join('')}</div>`
  return text ? `<p>${said(text)}</p>` : ''
}

function card(message: { readonly content: MessageRecord['content'] }): string {
  const { color = '#ccc', blocks = [] } = attachmentOf(message)
  return `<p>${html(String(message.content.text ?? ''))}</p>
<div class="attachment" style="border-color:${escapeHtml(color)}">${blocks.map(block).join('\n')}</div>`
}

/** The page of a message of the simulator. */
export function slackPage(message: MessageRecord): string {
  const time = new Date(Number(message.ts) * 1000).toISOString().slice(11, 16)
  const edited = message.history.length > 0 ? '<small>(edited)</small>' : ''
  const replies = message.replies.map(({ content }) => `<div class="reply">${html(String(content.text ?? ''))}</div>`)
  const before = message.history.map((content) => `<li>${card({ content })}</li>`)
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Simulated: #deploys</title>
<style>
body { margin: 2rem auto; max-width: 46rem; padding: 0 1rem; color: #1d1c1d; font: 15px/1.46 Lato, "Segoe UI", system-ui, sans-serif; }
h1 { font-size: 1.1rem; border-bottom: 1px solid #ddd; padding-bottom: .6rem; }
.message { display: grid; grid-template-columns: 36px 1fr; gap: .6rem; }
.icon { width: 36px; height: 36px; border-radius: 6px; background: #1264a3; color: #fff; display: grid; place-items: center; font-size: 20px; }
.app { background: #e8e8e8; border-radius: 3px; font-size: 10px; padding: 1px 4px; color: #616061; }
p { margin: .3rem 0; } pre { background: #f8f8f8; border: 1px solid #ddd; border-radius: 4px; padding: .5rem; white-space: pre-wrap; overflow-wrap: anywhere; font-size: 12px; }
code { background: #f8f8f8; border: 1px solid #ddd; border-radius: 3px; padding: 0 3px; color: #c01343; font-size: 12px; overflow-wrap: anywhere; }
.attachment { border-left: 4px solid; padding-left: .8rem; } .fields { display: grid; grid-template-columns: 1fr 1fr; gap: .5rem; margin: .5rem 0; }
.button { display: inline-block; border: 1px solid #bbb; border-radius: 4px; padding: 3px 12px; color: #1d1c1d; text-decoration: none; font-weight: bold; font-size: 13px; }
.notice { background: #fff8c5; border: 1px solid #d4a72c; border-radius: 4px; padding: .5rem .8rem; } .context, small, summary { color: #616061; font-size: 12px; } a { color: #1264a3; } .reply { border-left: 2px solid #ddd; margin: .8rem 0; padding-left: .8rem; } li { margin: 1rem 0; }
</style>
<p class="notice"><b>Simulated</b> by Slipway's simulator: nothing was sent to Slack, and nothing was deployed.</p>
<h1># deploys</h1>
<div class="message"><div class="icon">⚓</div><div><b>Slipway</b> <span class="app">APP</span> <small>${time}</small> ${edited}
${card(message)}
${replies.length > 0 ? `<p class="context">${replies.length} ${replies.length === 1 ? 'reply' : 'replies'} in the thread</p>${replies.join('\n')}` : ''}
</div></div>
${before.length > 0 ? `<details><summary>What the message said before</summary><ol>${before.join('\n')}</ol></details>` : ''}
</html>
`
}
