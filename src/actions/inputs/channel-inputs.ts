import { slackMention } from '../../report/slack-mention.ts'
import { matching, optionalText } from '../../runner/inputs.ts'
import { messageTs } from '../../slack/message-ts.ts'

/** Inputs of every action that reports one deployment: its place in slipway.yml, and the channels. */
export const channelInputs = {
  environment: optionalText,
  config: (given: string) => given || 'slipway.yml',
  url: optionalText,
  'github-token': optionalText,
  'slack-token': optionalText,
  'slack-channel': optionalText,
  'slack-webhook-url': optionalText,
  'slack-message-ts': matching(messageTs, 'the slack-message-ts of an earlier step'),
  'slack-mention': (given: string) => slackMention(given),
}
