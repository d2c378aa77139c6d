/** Slack: incoming webhooks and the Web API over one workspace, with the failures that it is known for. */
import type { World } from './contract.ts'
import { type HttpRequest, type HttpResponse, json } from './http.ts'
import { checkContent, readArguments } from './slack/payload.ts'
import { callMethod, type Token } from './slack/web-api.ts'
import { type ChannelRecord, createWorkspace, defaultChannel } from './slack/workspace.ts'

/** What happens to a request instead of an answer. */
export type SlackFailure =
  /** No answer at all. */
  | { readonly kind: 'http'; readonly status: number }
  /** Status 200 with a page that is not JSON, as from a proxy. */
  | { readonly kind: 'not-json' }
  | { readonly kind: 'rate-limited'; readonly retryAfterSeconds: number }
  /** Slack's word: `ok: false` in the Web API, a status of 4xx and the word from a webhook. */
  | { readonly kind: 'error'; readonly error: string }

interface Trouble {
  readonly failure: SlackFailure
  readonly on: string | undefined
  left: number
}

/** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors */
const statusOfWord: Readonly<Record<string, number>> = {
  action_prohibited: 403,
  invalid_token: 403,
  posting_to_general_channel_denied: 403,
  team_disabled: 403,
  channel_not_found: 404,
  no_active_hooks: 404,
  no_service: 404,
  no_service_id: 404,
  no_team: 404,
  user_not_found: 404,
  channel_is_archived: 410,
  rollup_error: 500,
}

const plain = (status: number, body: string, headers: Record<string, string> = {}): HttpResponse => ({
  status,
  headers: { 'content-type': 'text/html', ...headers },
  body,
})

const refuseWebhook = (word: string) => plain(statusOfWord[word] ?? 400, word)

const defaultScopes = ['chat:write', 'reactions:write']

/** `/slack/api/…` and `/slack/services/T…/B…/…`. Every webhook posts to the default channel unless `addWebhook` says more. */
export function createSlack(world: World) {
  const workspace = createWorkspace(world)
  const rules = { planBlocks: false }
  const tokens = new Map<string, Token | undefined>()
  const webhooks = new Map<string, string>()
  const troubles: Trouble[] = []

  /** A trouble is on all of Slack, on `webhook`, or on one method. */
  const failureOf = (target: string): SlackFailure | undefined => {
    const found = troubles.find(({ on, left }) => left > 0 && (on === undefined || on === target))
    if (found) found.left--
    return found?.failure
  }

  const fail = async (failure: SlackFailure, isWebhook: boolean): Promise<HttpResponse> => {
    switch (failure.kind) {
      case 'http':
        return plain(failure.status, '<html><body>Slack has some trouble right now.</body></html>')
      case 'not-json':
        return plain(200, '<html><body>Sign in to the network</body></html>')
      case 'rate-limited': {
        const headers = { 'retry-after': String(failure.retryAfterSeconds) }
        return isWebhook ? plain(429, 'rate_limited', headers) : json(429, { ok: false, error: 'ratelimited' }, headers)
      }
      case 'error':
        return isWebhook ? refuseWebhook(failure.error) : json(200, { ok: false, error: failure.error })
    }
  }

  const receive = (path: string, request: HttpRequest): HttpResponse => {
    const form = new URLSearchParams(request.body.toString()).get('payload')
    const isForm = (request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')
    const content = readArguments(
      isForm
        ? { ...request, headers: { 'content-type': 'application/json' }, body: Buffer.from(form ?? 'null') }
        : { ...request, headers: { 'content-type': 'application/json' } },
    )
    if (!content) return refuseWebhook('invalid_payload')
    const channel = workspace.channelById(webhooks.get(path) ?? defaultChannel.id)
    if (!channel) return refuseWebhook('channel_not_found')
    if (channel.isArchived) return refuseWebhook('channel_is_archived')
    const problem = checkContent(content, rules)
    if (problem) return refuseWebhook(problem.error)
    workspace.post(channel, content, undefined)
    return plain(200, 'ok')
  }

  const api = {
    workspace,
    rules,
    token: (value: string): Token | undefined =>
      tokens.has(value) ? tokens.get(value) : value.startsWith('xoxb-') ? { scopes: defaultScopes } : undefined,
  }

  return {
    async handle(request: HttpRequest): Promise<HttpResponse | undefined> {
      const method = /^\/slack\/api\/+([\w.]+)$/.exec(request.path)?.[1]
      const webhook = /^\/slack(\/services\/.+)$/.exec(request.path)?.[1]
      if (method === undefined && webhook === undefined) return undefined
      const failure = failureOf(method ?? 'webhook')
      if (failure) return fail(failure, method === undefined)
      if (method !== undefined) return callMethod(api, method, request)
      const path = webhook ?? ''
      if (request.method !== 'POST' || !/^\/services\/T\w*\/B\w*\/\w+$/.test(path)) return refuseWebhook('no_service')
      return receive(path, request)
    },
    /** `times` requests fail (default: all from now on); `on` names a method or `webhook`. */
    fail(failure: SlackFailure, { times = Infinity, on }: { times?: number; on?: string } = {}) {
      troubles.push({ failure, on, left: times })
    },
    recover() {
      troubles.length = 0
    },
    addChannel: (channel: ChannelRecord) => workspace.addChannel(channel),
    /** `path` as in the URL: `/services/T…/B…/…`. `channel` is an id. */
    addWebhook: (path: string, channel: string) => webhooks.set(path, channel),
    /** Any token `xoxb-…` may write and react, unless this says what it may; undefined revokes it. */
    setToken: (token: string, scopes: readonly string[] | undefined) => tokens.set(token, scopes && { scopes }),
    /** Whether `plan` and `task_card` are known. Default false. */
    acceptPlanBlocks(accept: boolean) {
      rules.planBlocks = accept
    },
    /** Messages of a channel by id or name, oldest first, replies below them. */
    messages: (channel: string = defaultChannel.id) => workspace.messages(channel),
  }
}
