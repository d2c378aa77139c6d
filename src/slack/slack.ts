import { type Clock, deadlineIn } from '../clock.ts'
import type { Fetch } from '../http/fetch.ts'
import type { Slack, SlackDelivery, SlackMessage, SlackReference } from '../ports.ts'
import { channelId, channelIdRule } from '../slack-channel.ts'
import { setting, type Text, text, untrusted } from '../text.ts'
import { defaultApiUrl, isApiUrl, isWebhookUrl } from './address.ts'
import { type Answer, problem } from './answer.ts'
import { botChannel, type Channel, webhookChannel } from './channel.ts'
import { openProgress } from './progress.ts'
import { attempt } from './request.ts'
import { silentSlack } from './silent.ts'

/** Settings of the Slack channel, from the inputs. */
export interface SlackConfig {
  /** Bot token (`xoxb-…`, scope chat:write). With a channel it has precedence over the webhook, as it can edit its message. */
  readonly token?: string | undefined
  /** Id of the channel (`C…`). */
  readonly channel?: string | undefined
  readonly webhookUrl?: string | undefined
  /** `ts` of a message that an earlier job posted, to go on with it; `unknown` where one may be there. */
  readonly messageTs?: string | undefined
  /** As in `BotConfig`. */
  readonly onReference?: ((reference: SlackReference | undefined) => void) | undefined
  /** Slack's Web API, from `SLACK_API_URL`; another host than Slack's must be this machine. */
  readonly apiUrl?: string | undefined
  readonly fetch: Fetch
  readonly clock: Clock
  /** Called at most once. */
  warn(message: Text): void
}

/** All that a deployment waits for Slack, at its end. Milliseconds. */
const longestFinal = 10_000

/** One message by the best configured access: bot token, webhook, or none. Never throws and never changes a verdict. */
export function openSlack(config: SlackConfig): Slack {
  const channel = channelOf(config)
  if (!channel) return silentSlack
  if ('problem' in channel) return refused(config, channel.problem)
  return follow(channel, config)
}

const accepted: SlackDelivery = { delivered: true }

function channelOf(config: SlackConfig) {
  const { token, channel, webhookUrl, messageTs, apiUrl = defaultApiUrl, fetch, clock } = config
  if (!token && !webhookUrl) return undefined
  if (!isApiUrl(apiUrl))
    return { problem: text`No Slack message is sent: SLACK_API_URL is not an address of the Slack API.` }
  if (token && channel && !channelId.test(channel)) {
    return {
      problem: text`No Slack message is sent: ${setting('slack-channel')} ${channelIdRule}, not ${untrusted(channel)}. Slack edits a message by the ID of its channel (chat.update); it is at the bottom of the channel's details.`,
    }
  }
  if (token && channel) return botChannel({ ...config, token, channel, apiUrl: apiUrl.replace(/\/+$/, '') })
  if (webhookUrl && isWebhookUrl(webhookUrl, apiUrl)) return webhookChannel(webhookUrl, fetch, clock)
  if (webhookUrl) {
    return {
      problem: text`No Slack message is sent: the webhook URL is not of hooks.slack.com or hooks.slack-gov.com.`,
    }
  }
  const isLost = messageTs === undefined ? [] : text`, although ${setting('slack-message-ts')} is set`
  return {
    problem: text`No Slack message is sent: a token is set, but ${setting('slack-channel')} is empty${isLost}. Set it to the ID of a channel (C…).`,
  }
}

function refused(config: SlackConfig, reason: Text): Slack {
  config.warn(reason)
  return {
    live: false,
    update: async () => ({ delivered: false, problem: reason }),
    pause: async () => {},
    reference: () => undefined,
  }
}

/** Shows progress where the message can be edited, and waits for Slack only at the end. */
function follow(channel: Channel, { clock, warn }: SlackConfig): Slack {
  let warned = false
  let replied = false

  const complain = (answer: Answer): SlackDelivery => {
    if (answer.ok) return accepted
    const reason = problem(answer)
    if (!warned) warn(reason)
    warned = true
    return { delivered: false, problem: reason }
  }
  const progress = openProgress(channel, clock, complain)

  const finish = async (message: SlackMessage): Promise<SlackDelivery> => {
    const deadline = deadlineIn(clock, longestFinal)
    await attempt(() => progress.stop().then((): Answer => ({ ok: true })), clock, deadline)
    const answer = await channel.write(message, deadline, true)
    if (!answer.ok || replied) return complain(answer)
    replied = true
    return complain(await channel.reply(message, deadline))
  }

  return {
    live: channel.live,
    reference: channel.reference,
    pause: progress.stop,
    async update(given, { final }) {
      const message = typeof given === 'function' ? given : () => given
      if (final) return finish(message())
      if (channel.live) progress.offer(message)
      return accepted
    },
  }
}
