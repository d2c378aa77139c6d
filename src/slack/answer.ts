import { retryAfter } from '../http/retry-after.ts'
import { type Text, text, untrusted } from '../text.ts'

/** The result of one request to Slack. */
export type Answer =
  | { readonly ok: true; readonly channel?: string | undefined; readonly ts?: string | undefined }
  | {
      readonly ok: false
      /** Slack's own word (`not_in_channel`), or ours for what Slack cannot say (`timeout`, `unreachable`, `http_500`). */
      readonly reason: string
      readonly detail?: string | undefined
      /** Whether the same request may succeed a little later. */
      readonly transient: boolean
      /** Milliseconds to wait, as Slack requests. */
      readonly retryAfter?: number | undefined
    }

/** Errors of the Web API that pass by themselves (https://docs.slack.dev/reference/methods/chat.postMessage, "Errors"). */
const passing =
  /^(ratelimited|rate_limited|internal_error|fatal_error|service_unavailable|request_timeout|team_added_to_org|rollup_error)$/

/**
 * Slack may have performed the request, and the reply was lost or says that this is unknown (`internal_error`, `fatal_error`).
 */
export function isUncertain(answer: Answer): boolean {
  return !answer.ok && /^(?:not_json|http_5\d\d|internal_error|fatal_error|request_timeout)$/.test(answer.reason)
}

/** Slack took the request but not the shape of the message: a simpler one may do. */
export function asksForSimpler(answer: Answer): boolean {
  return (
    !answer.ok &&
    /^(invalid_blocks|invalid_blocks_format|invalid_attachments|msg_blocks_too_long|msg_too_long|too_many_attachments|unsupported_block)/.test(
      answer.reason,
    )
  )
}

/** The message cannot be edited (any more): a new one has to be posted. */
export function asksForNewMessage(answer: Answer): boolean {
  return !answer.ok && /^(message_not_found|cant_update_message|edit_window_closed)$/.test(answer.reason)
}

/** Reads a reply of the Web API, whose errors come with status 200 and `ok: false`. */
export function webApiAnswer(status: number, asked: string | null, body: string): Answer {
  const reply = parsed(body)
  if (status === 429 || status >= 500 || !reply) return httpAnswer(status, asked, '')
  if (reply.ok === true) return { ok: true, channel: word(reply.channel), ts: word(reply.ts) }
  const reason = word(reply.error) ?? `http_${status}`
  return {
    ok: false,
    reason,
    detail: detailOf(reply),
    transient: passing.test(reason),
    retryAfter: retryAfter(asked),
  }
}

/** Reads a reply of a webhook, whose errors are a word in the body of a 4xx. */
export function httpAnswer(status: number, asked: string | null, body: string): Answer {
  if (status === 429) return { ok: false, reason: 'ratelimited', transient: true, retryAfter: retryAfter(asked) }
  const said = /^[a-z_]{3,60}$/.test(body.trim()) ? body.trim() : undefined
  if (status >= 500 || status < 400)
    return { ok: false, reason: status < 400 ? 'not_json' : `http_${status}`, transient: true }
  return { ok: false, reason: said ?? `http_${status}`, transient: false }
}

function parsed(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}

function word(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** What Slack adds to some errors: missing scopes, and which block is wrong. */
function detailOf(reply: Record<string, unknown>): string | undefined {
  const { needed, provided, response_metadata: metadata } = reply
  if (needed !== undefined) return `needed: ${String(needed)}; provided: ${String(provided)}`
  const messages =
    typeof metadata === 'object' && metadata !== null && 'messages' in metadata ? metadata.messages : undefined
  return Array.isArray(messages) ? messages.slice(0, 3).join('; ') : undefined
}

const newToken = 'Set the secret to a valid bot token (xoxb-…) of an app that is installed in the workspace.'
const newWebhook = 'Create a new incoming webhook and set the secret to its URL.'
const unarchive = 'Unarchive the channel, or set another one.'

const remedies: Readonly<Record<string, string>> = {
  not_in_channel: 'Invite the app to the channel (/invite @app), or add the scope chat:write.public to it.',
  channel_not_found:
    "Set the channel's ID (C…, at the bottom of its details), and invite the app if the channel is private.",
  invalid_auth: newToken,
  not_authed: newToken,
  account_inactive: newToken,
  token_revoked: newToken,
  token_expired: newToken,
  missing_scope: 'Add the scope to the app (OAuth & Permissions) and install it again.',
  is_archived: unarchive,
  channel_is_archived: unarchive,
  restricted_action: 'An administrator of the workspace restricts who may post in this channel.',
  posting_to_general_channel_denied: 'An administrator of the workspace restricts who may post in this channel.',
  ratelimited: 'Slack allows about one message per second and channel; check for other jobs that post to it.',
  no_service: newWebhook,
  no_service_id: newWebhook,
  invalid_token: newWebhook,
  no_active_hooks: newWebhook,
  team_disabled: newWebhook,
  http_404: newWebhook,
  http_410: newWebhook,
  timeout: 'See https://slack-status.com.',
  unreachable: 'Check that the runner can reach slack.com (proxy, firewall; https://slack-status.com).',
  not_json: 'Check the proxies between this runner and Slack: one of them may have sent this response.',
}

/** What Slack did not say itself. */
const ownWords: Readonly<Record<string, string>> = {
  timeout: 'Slack did not respond in time',
  unreachable: 'Slack is not reachable',
  not_json: 'The response is not from the Slack API',
}

/** One sentence with Slack's own reason, and what to do about it. */
export function problem(answer: Extract<Answer, { ok: false }>): Text {
  const detail = answer.detail ? text` (${untrusted(answer.detail)})` : ''
  const remedy = remedies[answer.reason] ?? (answer.reason.startsWith('http_5') ? remedies.timeout : undefined)
  const what = ownWords[answer.reason] ?? text`Slack API error: ${untrusted(answer.reason)}`
  return text`${what}${detail}.${remedy ? ` ${remedy}` : ''}`
}
