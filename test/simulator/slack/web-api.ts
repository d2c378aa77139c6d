/** Slack's Web API: the methods that notifications need. Errors come with status 200 and `ok: false`. */
import { type HttpRequest, type HttpResponse, json } from '../http.ts'
import type { BlockRules } from './block-kit.ts'
import { type Content, checkContent, type PayloadProblem, readArguments } from './payload.ts'
import type { ChannelRecord, MessageRecord, Workspace } from './workspace.ts'

export interface Token {
  readonly scopes: readonly string[]
}

export interface WebApi {
  readonly workspace: Workspace
  readonly rules: BlockRules
  /** Undefined for a token that Slack does not know (any more). */
  token(value: string): Token | undefined
}

interface Asked {
  readonly given: Content
  readonly author: string
  readonly scopes: readonly string[]
}

type Method = (api: WebApi, asked: Asked) => HttpResponse

const refuse = (error: string, more: object = {}) => json(200, { ok: false, error, ...more })

const refusePayload = ({ error, messages }: PayloadProblem) =>
  refuse(
    error,
    messages && {
      errors: messages,
      response_metadata: { messages: messages.map((message) => `[ERROR] ${message}`) },
    },
  )

const missing = ({ scopes }: Asked, needed: string) =>
  scopes.includes(needed) ? undefined : refuse('missing_scope', { needed, provided: scopes.join(',') })

function closed(channel: ChannelRecord | undefined, scopes: readonly string[]): HttpResponse | undefined {
  if (!channel) return refuse('channel_not_found')
  if (channel.isArchived) return refuse('is_archived')
  if (channel.isMember === false && !scopes.includes('chat:write.public')) return refuse('not_in_channel')
  return undefined
}

const shown = ({ ts, author, content, threadTs }: MessageRecord) => ({
  type: 'message',
  ts,
  bot_id: 'B0123456789',
  ...(author !== undefined && { user: 'U0123456789' }),
  ...(threadTs !== undefined && { thread_ts: threadTs }),
  text: content.text ?? '',
  ...(content.blocks !== undefined && { blocks: content.blocks }),
  ...(content.attachments !== undefined && { attachments: content.attachments }),
})

const postMessage: Method = ({ workspace, rules }, asked) => {
  const { given, author, scopes } = asked
  const channel = workspace.channel(given.channel)
  const refused = missing(asked, 'chat:write') ?? closed(channel, scopes)
  if (refused || !channel) return refused ?? refuse('channel_not_found')
  const problem = checkContent(given, rules)
  if (problem) return refusePayload(problem)
  if (given.thread_ts !== undefined && !workspace.find(channel.id, String(given.thread_ts)))
    return refuse('thread_not_found')
  const message = workspace.post(channel, given, author)
  return json(200, { ok: true, channel: channel.id, ts: message.ts, message: shown(message) })
}

/** Takes ids of channels only, and replaces the whole content. */
const update: Method = ({ workspace, rules }, asked) => {
  const { given, author } = asked
  const refused = missing(asked, 'chat:write')
  if (refused) return refused
  const channel = workspace.channelById(given.channel)
  if (!channel) return refuse('channel_not_found')
  const message = workspace.find(channel.id, given.ts)
  if (!message) return refuse('message_not_found')
  if (message.author !== author) return refuse('cant_update_message')
  const problem = checkContent(given, rules)
  if (problem) return refusePayload(problem)
  message.history.push(message.content)
  message.content = given
  return json(200, {
    ok: true,
    channel: channel.id,
    ts: message.ts,
    text: given.text ?? '',
    message: shown(message),
  })
}

const addReaction: Method = ({ workspace }, asked) => {
  const refused = missing(asked, 'reactions:write')
  if (refused) return refused
  const { channel, timestamp, name } = asked.given
  if (!workspace.channelById(channel)) return refuse('channel_not_found')
  const message = workspace.find(channel, timestamp)
  if (!message) return refuse('message_not_found')
  if (!/^[a-z0-9_+'-]+$/.test(String(name))) return refuse('invalid_name')
  if (message.reactions.includes(String(name))) return refuse('already_reacted')
  message.reactions.push(String(name))
  return json(200, { ok: true })
}

const methods: Readonly<Record<string, Method>> = {
  'chat.postMessage': postMessage,
  'chat.update': update,
  'reactions.add': addReaction,
  'auth.test': () =>
    json(200, {
      ok: true,
      url: 'https://slipway.slack.com/',
      team: 'Slipway',
      user: 'slipway',
      team_id: 'T0123456789',
      user_id: 'U0123456789',
      bot_id: 'B0123456789',
    }),
}

/** Answers `POST /slack/api/<method>`. */
export function callMethod(api: WebApi, name: string, request: HttpRequest): HttpResponse {
  const method = methods[name]
  if (!method) return refuse('unknown_method', { req_method: name })
  const given = readArguments(request)
  if (!given) return refuse('invalid_json')
  const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
  const isForm = !(request.headers['content-type'] ?? '').startsWith('application/json')
  const author = bearer ?? (isForm && typeof given.token === 'string' ? given.token : undefined)
  if (author === undefined) return refuse('not_authed')
  const token = api.token(author)
  return token ? method(api, { given, author, scopes: token.scopes }) : refuse('invalid_auth')
}
