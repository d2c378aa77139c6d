import type { IncomingWebhook } from '@slack/webhook'
import type { Clock, Deadline } from '../clock.ts'
import { bounded, readText } from '../http/body.ts'
import type { Fetch } from '../http/fetch.ts'
import type { SlackMessage, SlackReference } from '../ports.ts'
import { type Answer, asksForNewMessage, asksForSimpler, httpAnswer, isUncertain, webApiAnswer } from './answer.ts'
import { unknownTs } from './message-ts.ts'
import { attempt, insist, type Request } from './request.ts'
import { type Payload, type Shape, shaped, simplerThan } from './simpler.ts'

/** Access to one message in one channel. */
export interface Channel {
  /** Whether the message can be edited, so that progress can be shown. */
  readonly live: boolean
  /** Posts the message or edits the existing one. With `retries` it retries until the deadline. */
  write(message: SlackMessage, deadline: Deadline, retries: boolean): Promise<Answer>
  /** Replies in the message's thread, and broadcasts to the channel where users are mentioned. */
  reply(message: SlackMessage, deadline: Deadline): Promise<Answer>
  reference(): SlackReference | undefined
}

/** What a channel by bot token needs (chat.postMessage, chat.update). */
export interface BotConfig {
  readonly token: string
  readonly channel: string
  readonly messageTs?: string | undefined
  readonly apiUrl: string
  readonly fetch: Fetch
  readonly clock: Clock
  /**
   * Called with the `ts` of the message at once: before one is sent and after the response. A process killed in between has no
   * `ts`.
   */
  onReference?(reference: SlackReference | undefined): void
}

/** Below a message that could not take the place of an earlier one. */
const lostNote =
  "An earlier message of this run may be in this channel and is not updated: Slack's response with its `ts` was lost."

/** One message by a bot token: posted once, then edited in place (`chat.update` needs the id that the post returned). */
export function botChannel(config: BotConfig): Channel {
  const { channel, messageTs, clock, onReference } = config
  let known = messageTs === undefined || messageTs === unknownTs ? undefined : { channel, ts: messageTs }
  /** A message was sent that is not answered (yet). */
  let isOpen = messageTs === unknownTs
  /** It never will be: if that message exists, it stays unchanged. */
  let isLost = false
  const reference = () => (known && !isOpen ? known : isOpen || isLost ? { channel, ts: unknownTs } : undefined)
  const simplest = newShape()
  const call = openWebApi(config)
  const noted = (payload: Payload) => (isLost ? { ...payload, text: `${payload.text}\n${lostNote}` } : payload)
  const post =
    (payload: Payload): Request =>
    async (signal) => {
      isLost ||= isOpen
      isOpen = true
      onReference?.(reference())
      const body = { channel, unfurl_links: false, unfurl_media: false, ...noted(payload) }
      const answer = await call('chat.postMessage', body)(signal)
      isOpen = isUncertain(answer)
      if (answer.ok && answer.ts) known = { channel: answer.channel ?? channel, ts: answer.ts }
      onReference?.(reference())
      return answer
    }

  return {
    live: true,
    reference,
    async write(message, deadline, retries) {
      const send = retries ? insist : attempt
      return simplest(message, async (payload) => {
        const edited = known && (await send(call('chat.update', { ...known, ...noted(payload) }), clock, deadline))
        return edited && !asksForNewMessage(edited) ? edited : await send(post(payload), clock, deadline)
      })
    },
    async reply({ reply, mention, text }, deadline) {
      if (!known || (!reply && !mention)) return { ok: true }
      const words = [mention, reply ?? text].filter((part) => part !== undefined).join('\n')
      const thread = { channel: known.channel, thread_ts: known.ts, reply_broadcast: mention !== undefined }
      return insist(call('chat.postMessage', { ...thread, text: words, unfurl_links: false }), clock, deadline)
    },
  }
}

/** Calls of the Web API by the name of their method. */
function openWebApi({ token, apiUrl, fetch }: BotConfig): (method: string, body: object) => Request {
  return (method, body) => async (signal) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json; charset=utf-8' }
    const init = { method: 'POST', headers, body: JSON.stringify(body), redirect: 'error', signal } as const
    const response = await fetch(`${apiUrl}/${method}`, init)
    return webApiAnswer(response.status, response.headers.get('retry-after'), await readText(response))
  }
}

/** One message by an incoming webhook, which can neither be edited nor answered: only the final one is worth posting. */
export function webhookChannel(url: string, fetch: Fetch, clock: Clock): Channel {
  const simplest = newShape()
  return {
    live: false,
    reference: () => undefined,
    reply: async () => ({ ok: true }),
    async write(message, deadline) {
      const { IncomingWebhook } = await import('@slack/webhook')
      const called = message.mention ? { ...message, text: `${message.text} ${message.mention}` } : message
      return simplest(called, (payload) => insist(sendThrough(IncomingWebhook, url, fetch, payload), clock, deadline))
    },
  }
}

/**
 * Through `@slack/webhook`, which is loaded on first use. Its own timeout and retries stay off: they use neither our clock nor
 * `Retry-After`, and its error drops Slack's reason, so the reply is read before it.
 */
function sendThrough(
  Webhook: typeof IncomingWebhook,
  url: string,
  fetch: Fetch,
  { text, attachments }: Payload,
): Request {
  return async (signal) => {
    let refused: Answer | undefined
    const webhook = new Webhook(url, {
      async fetch(address, { method = 'POST', headers = {}, body = '', redirect = 'error' } = {}) {
        const response = await bounded(await fetch(String(address), { method, headers, body, redirect, signal }))
        if (!response.ok) {
          refused = httpAnswer(response.status, response.headers.get('retry-after'), await response.clone().text())
        }
        return response
      },
    })
    try {
      await webhook.send({
        text,
        attachments: attachments.map((attachment) => mutable(attachment)),
        unfurl_links: false,
      })
      return { ok: true }
    } catch (error) {
      if (refused) return refused
      throw error
    }
  }
}

function mutable(attachment: Payload['attachments'][number]) {
  if ('blocks' in attachment) return { ...attachment, blocks: [...attachment.blocks] }
  return { ...attachment, mrkdwn_in: [...attachment.mrkdwn_in] }
}

/** Falls back to a simpler shape when Slack refuses one, and keeps it: a shape refused once is refused again. */
function newShape() {
  let shape: Shape = 'blocks'
  return async (message: SlackMessage, send: (payload: Payload) => Promise<Answer>): Promise<Answer> => {
    for (;;) {
      const answer = await send(shaped(message, shape))
      const simpler: Shape | undefined = simplerThan[shape]
      if (!asksForSimpler(answer) || simpler === undefined) return answer
      shape = simpler
    }
  }
}
