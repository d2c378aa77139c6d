/**
 * The ID of a Slack channel: `C…`, or `G…` of a private one from before 2021. chat.update takes no name, and a name may be
 * given to another channel.
 */
export const channelId = /^[CG][A-Z0-9]{8,}$/

/** The message for any other text, to follow the name of the setting. */
export const channelIdRule = 'must be a Slack channel ID such as C0123456789 (not a name)'
