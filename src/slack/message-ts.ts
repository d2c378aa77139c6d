/** Replaces the `ts` of a message that may exist: it was sent, and Slack's response was lost. */
export const unknownTs = 'unknown'

/** What the input `slack-message-ts` takes: Slack's own (https://docs.slack.dev/reference/methods/chat.update, `ts`), or that. */
export const messageTs = /^(?:\d{10}\.\d{6}|unknown)$/
