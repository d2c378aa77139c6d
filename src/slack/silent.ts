import type { Slack } from '../ports.ts'

/** Where nobody is to be told. */
export const silentSlack: Slack = {
  live: false,
  silent: true,
  update: async () => ({ delivered: true }),
  pause: async () => {},
  reference: () => undefined,
}
