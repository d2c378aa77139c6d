import type { Text } from '../text.ts'
import type { JsonObject } from './json.ts'

/** A message as Slack's API takes it (`chat.postMessage`, incoming webhooks), within Slack's limits and escaped. */
export interface SlackMessage {
  /** Shown above the attachment and in notifications. mrkdwn. */
  readonly text: string
  readonly attachments: readonly SlackAttachment[]
  /**
   * Users to mention, in Slack's syntax (`<@U…>`): in the thread where there is one, as an edit notifies no user; in the text
   * otherwise.
   */
  readonly mention?: string | undefined
  /** Details for the message's thread, posted once, with the final message. A webhook cannot reply and leaves it out. mrkdwn. */
  readonly reply?: string | undefined
}

/** A Slack attachment that holds blocks. */
export interface SlackAttachment {
  /** `#RRGGBB` of the bar on the left. */
  readonly color: string
  /** Plain text, where the blocks cannot be shown. */
  readonly fallback: string
  readonly blocks: readonly (JsonObject & { readonly type: string })[]
}

/** Whether Slack accepted the final message; `problem` is the reason where it did not. */
export type SlackDelivery = { readonly delivered: true } | { readonly delivered: false; readonly problem: Text }

/** One message in one channel. Never throws: an error is reported once, as a warning, and in the delivery. */
export interface Slack {
  /** Whether progress is shown: only a message by a bot token can be edited. */
  readonly live: boolean
  /** No channel is set; no message need be created. */
  readonly silent?: boolean
  /**
   * Resolves at once unless `final`, which takes at most 10 s. Updates in quick succession are merged; the last one wins. A
   * function is called for its message when that is sent.
   */
  update(message: SlackMessage | (() => SlackMessage), options: { readonly final: boolean }): Promise<SlackDelivery>
  /** Sends no more progress. Resolves when the request in flight has ended, so that `reference` is known. */
  pause(): Promise<void>
  /** Where the message is, for a later job to go on with it; undefined before the first one is sent and with a webhook. */
  reference(): SlackReference | undefined
}

/** Where a message is. `ts` is `unknown` as long as Slack has not answered. */
export interface SlackReference {
  readonly channel: string
  readonly ts: string
}
