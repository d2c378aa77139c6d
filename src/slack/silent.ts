import type { Slack } from '../ports.ts'

/** A Slack port without a channel: sends nothing. */
export const silentSlack: Slack = {
  live: false,
  silent: true,
  update: async () => ({ delivered: true }),
  pause: async () => {},
  reference: () => undefined,
}
