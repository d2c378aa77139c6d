import { Failure } from '../../failure.ts'
import { readRun } from '../../github/workflow-run.ts'
import type { Fetch } from '../../http/fetch.ts'
import type { SlackReference } from '../../ports.ts'
import { readEach } from '../../read-each.ts'
import { safeUrl } from '../../report/links.ts'
import { slackMention } from '../../report/slack-mention.ts'
import { noticeStatuses, slackNotice } from '../../report/slack-notice.ts'
import type { Action } from '../../runner/action.ts'
import {
  type InputReader,
  lines,
  matching,
  neverEmpty,
  oneOf,
  optionalText,
  requiredText,
} from '../../runner/inputs.ts'
import { messageTs } from '../../slack/message-ts.ts'
import { openSlack } from '../../slack/slack.ts'
import { type Text, text } from '../../text.ts'
import { revisionInput } from '../inputs/revision-input.ts'
import { commitOf, sourceOfContext } from '../world/source-commit.ts'
import { network } from '../world/world.ts'

const pair = /^\s*(?<label>[^=]{1,75}?)\s*=\s*(?<value>.*\S)\s*$/

/** Lines `label=value`. */
const pairs: InputReader<readonly { readonly label: string; readonly value: string }[]> = (given) =>
  readEach(lines(given), (line) => {
    const { label, value } = pair.exec(line)?.groups ?? {}
    if (!label || !value) throw new Error(`must have lines like label=value, not "${line.trim()}"`)
    return { label, value }
  })

const links: InputReader<readonly { readonly label: string; readonly url: string }[]> = (given) =>
  readEach(pairs(given), ({ label, value }) => {
    if (!safeUrl(value)) throw new Error(`must have addresses that start with https://, not "${value}"`)
    return { label, url: value }
  })

const url: InputReader<string | undefined> = (given) => {
  if (given !== '' && !safeUrl(given)) throw new Error(`must be an address that starts with https://, not "${given}"`)
  return optionalText(given)
}

const inputs = {
  'slack-token': optionalText,
  'slack-channel': optionalText,
  'slack-webhook-url': optionalText,
  'slack-message-ts': matching(messageTs, 'the message-ts of an earlier step, such as 1763640000.000100'),
  status: neverEmpty(noticeStatuses),
  title: requiredText,
  text: optionalText,
  fields: pairs,
  url,
  links,
  mention: (given: string) => slackMention(given),
  revision: revisionInput,
  context: (given: string) => given || '.',
  'on-error': oneOf(['warn', 'fail'], 'warn'),
}

/** Posts or updates one Slack message from any workflow. `fetch` is a parameter, so that tests define the responses of Slack. */
export function createNotify(fetch: Fetch): Action<typeof inputs> {
  return {
    inputs,
    async main(given, runner) {
      const { environment, log, clock, mask, setOutput } = runner
      for (const secret of [given.slackToken, given.slackWebhookUrl]) if (secret) mask(secret)
      if (!given.slackWebhookUrl && !given.slackToken) {
        log.info(text`No Slack message is sent: slack-token and slack-webhook-url are empty.`)
        return setOutput('ok', 'false')
      }
      const onReference = (reference: SlackReference | undefined) => {
        setOutput('channel-id', reference?.channel ?? '')
        setOutput('message-ts', reference?.ts ?? '')
      }
      const slack = openSlack({
        token: given.slackToken,
        channel: given.slackChannel,
        webhookUrl: given.slackWebhookUrl,
        messageTs: given.slackMessageTs,
        apiUrl: environment.SLACK_API_URL,
        fetch,
        clock,
        onReference,
        warn: (message) => (given.onError === 'warn' ? log.warning(message, 'Slack') : log.debug(message)),
      })
      const own = given.url ? [{ label: 'Open', url: given.url }] : []
      const notice = { ...given, links: [...own, ...given.links] }
      const { source } = sourceOfContext(given.context, given.revision, runner)
      const message = slackNotice(notice, readRun(environment), commitOf(source))
      const delivery = await slack.update(message, { final: true })
      onReference(slack.reference())
      setOutput('ok', String(delivery.delivered))
      if (!delivery.delivered && given.onError === 'fail') throw undelivered(delivery.problem)
    },
  }
}

function undelivered(problem: Text): Failure {
  return new Failure({
    code: 'slack-rejected',
    what: text`The Slack message was not delivered`,
    why: problem,
    fix: text`For a job that continues without Slack, set on-error: warn.`,
  })
}

/** `notify` with the network of the runner. */
export const action = createNotify(network.fetch)
