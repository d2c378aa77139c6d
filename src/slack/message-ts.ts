/** Stands for the `ts` of a message that may be there: it was sent, and Slack's answer never came. */
export const unknownTs = 'unknown'

/** What the input `slack-message-ts` takes: Slack's own (https://docs.slack.dev/reference/methods/chat.update, `ts`), or that. */
export const messageTs = /^(?:\d{10}\.\d{6}|unknown)$/
