/** Channels and messages of the simulated workspace. */
import type { World } from '../contract.ts'
import type { Content } from './payload.ts'

export interface MessageRecord {
  readonly ts: string
  /** Id of the channel. */
  readonly channel: string
  /** Token of the bot that wrote it; undefined for a webhook. */
  readonly author: string | undefined
  readonly threadTs: string | undefined
  /** As it is shown now. */
  content: Content
  /** What it was before, oldest first. */
  readonly history: Content[]
  readonly replies: MessageRecord[]
  readonly reactions: string[]
}

export interface ChannelRecord {
  /** `C…`, as `chat.update` needs it. */
  readonly id: string
  readonly name: string
  /** Whether bots are in it. Default true. */
  readonly isMember?: boolean
  readonly isArchived?: boolean
}

/** The channel that every new workspace has, and that webhooks post to. */
export const defaultChannel: ChannelRecord = { id: 'C0123456789', name: 'deploys' }

export function createWorkspace(world: World) {
  const channels = new Map<string, ChannelRecord>([[defaultChannel.id, defaultChannel]])
  const messages: MessageRecord[] = []
  let posted = 0

  const find = (channel: unknown, ts: unknown) =>
    messages.find((message) => message.channel === channel && message.ts === ts)

  return {
    addChannel(channel: ChannelRecord) {
      channels.set(channel.id, channel)
    },
    channelById: (id: unknown) => channels.get(String(id)),
    /** By id, `#name` or name. */
    channel: (reference: unknown) =>
      channels.get(String(reference)) ??
      [...channels.values()].find(({ name }) => name === String(reference).replace(/^#/, '')),
    find,
    post(channel: ChannelRecord, content: Content, author: string | undefined): MessageRecord {
      const threadTs = content.thread_ts === undefined ? undefined : String(content.thread_ts)
      posted++
      const ts = `${Math.floor(world.clock.now() / 1000)}.${String(posted).padStart(6, '0')}`
      const message = { ts, channel: channel.id, author, threadTs, content, history: [], replies: [], reactions: [] }
      messages.push(message)
      if (threadTs !== undefined) find(channel.id, threadTs)?.replies.push(message)
      return message
    },
    /** Messages of a channel, oldest first, without replies in threads. */
    messages: (channel: string) =>
      messages.filter(
        (message) =>
          message.threadTs === undefined &&
          (message.channel === channel || channels.get(message.channel)?.name === channel),
      ),
  }
}

export type Workspace = ReturnType<typeof createWorkspace>
