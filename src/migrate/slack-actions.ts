import { parseDocument } from 'yaml'
import { type Text, text, untrusted } from '../text.ts'
import { slipwayUses } from './migration.ts'
import type { NewInput } from './rewrite-step.ts'
import { left, type Surroundings, type Translate, type Translation } from './translation.ts'
import type { Members, Step } from './workflow.ts'

/** A message as these actions are given it. */
interface Message {
  readonly place: readonly NewInput[]
  readonly title: string | undefined
  readonly text?: string | undefined
  readonly status?: string | undefined
  /** Variables of `env` that only it used. */
  readonly unusedEnv: readonly string[]
  readonly outputs: Readonly<Record<string, string>>
}

const fromJob = `\${{ job.status == 'success' && 'succeeded' || job.status == 'cancelled' && 'cancelled' || 'failed' }}`
const why = text`one message with status, commit and links, whose text cannot mention users`

/** slackapi/slack-github-action of all its versions: a text to a webhook or, with a token, to a channel. */
export const translateSlackApi: Translate = (step, surroundings) => {
  const allowed = 'webhook webhook-type method token payload channel-id slack-message errors'.split(' ')
  const unknown = [...step.with.keys()].find((name) => !allowed.includes(name))
  if (unknown !== undefined)
    return left(
      text`the input ${untrusted(unknown)} has no counterpart in actions/notify`,
      step.with.get(unknown)?.start,
    )
  const payload = payloadOf(step.with.get('payload')?.text)
  if (payload === undefined)
    return left(
      text`its payload is more than text and channel: actions/notify sends title, text and fields`,
      step.with.get('payload')?.start,
    )
  const method = step.with.get('method')?.text
  const kind = step.with.get('webhook-type')?.text ?? step.env.get('SLACK_WEBHOOK_TYPE')?.text
  if (
    (method ?? 'chat.postMessage') !== 'chat.postMessage' ||
    (kind !== undefined && !/^incoming[-_]webhook$/i.test(kind))
  )
    return left(text`only chat.postMessage and incoming webhooks have a counterpart in actions/notify`)
  const used = ['SLACK_WEBHOOK_URL', 'SLACK_WEBHOOK_TYPE', 'SLACK_BOT_TOKEN'].filter((name) => step.env.has(name))
  const webhook = step.with.get('webhook')?.text ?? step.env.get('SLACK_WEBHOOK_URL')?.text
  const token = step.with.get('token')?.text ?? step.env.get('SLACK_BOT_TOKEN')?.text
  const channel = payload.channel ?? step.with.get('channel-id')?.text
  return notify(step, surroundings, {
    place: webhook === undefined ? tokenInputs(token, channel) : [{ name: 'slack-webhook-url', value: webhook }],
    title: payload.text ?? step.with.get('slack-message')?.text,
    unusedEnv: used,
    outputs: { ts: 'message-ts', channel_id: 'channel-id', ok: 'ok' },
  })
}

function tokenInputs(token = '', channel = ''): readonly NewInput[] {
  return token === '' || !/^(?:[CGD][A-Z0-9]{6,}|\$\{\{[^}]*\}\})$/.test(channel)
    ? []
    : [
        { name: 'slack-token', value: token },
        { name: 'slack-channel', value: channel },
      ]
}

/** A payload of `text` and `channel`, in JSON or YAML; undefined: it has more. */
function payloadOf(source: string | undefined): { readonly text?: string; readonly channel?: string } | undefined {
  if (source === undefined) return {}
  const document = parseDocument(source, { logLevel: 'silent' })
  const value: unknown = document.errors.length > 0 ? undefined : document.toJS()
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const members = Object.entries(value)
  const isPlain = members.every(([name, member]) => ['text', 'channel'].includes(name) && typeof member === 'string')
  return isPlain ? Object.fromEntries(members) : undefined
}

/** 8398a7/action-slack with its own layout. */
export const translate8398a7: Translate = (step, surroundings) => {
  const allowed = 'status fields text author_name github_token job_name username icon_emoji'.split(' ')
  const unknown = [...step.with.keys()].find((name) => !allowed.includes(name))
  if (unknown !== undefined)
    return left(
      text`the input ${untrusted(unknown)} has no counterpart in actions/notify`,
      step.with.get(unknown)?.start,
    )
  const webhook = step.env.get('SLACK_WEBHOOK_URL')?.text ?? surroundings.job.env.get('SLACK_WEBHOOK_URL')?.text
  return notify(step, surroundings, {
    place: webhook === undefined ? [] : [{ name: 'slack-webhook-url', value: webhook }],
    title: step.with.get('text')?.text ?? `\${{ github.workflow }}: \${{ job.status }}`,
    status: step.with.get('status')?.text,
    unusedEnv: ['SLACK_WEBHOOK_URL', 'GITHUB_TOKEN', 'MATRIX_CONTEXT'].filter((name) => step.env.has(name)),
    outputs: {},
  })
}

/** rtCamp/action-slack-notify, whose settings are variables. */
export const translateRtCamp: Translate = (step, surroundings) => {
  const known =
    'SLACK_WEBHOOK SLACK_MESSAGE SLACK_TITLE SLACK_COLOR SLACK_USERNAME SLACK_ICON SLACK_ICON_EMOJI SLACK_FOOTER MSG_MINIMAL'
  const names = known.split(' ')
  const other = [...step.env.keys()].find((name) => name.startsWith('SLACK_') && !names.includes(name))
  if (other !== undefined)
    return left(text`the variable ${untrusted(other)} has no counterpart in actions/notify`, step.env.get(other)?.start)
  const { SLACK_WEBHOOK: webhook, SLACK_TITLE: title, SLACK_MESSAGE: message, SLACK_COLOR: color } = valuesOf(step.env)
  return notify(step, surroundings, {
    place: webhook === undefined ? [] : [{ name: 'slack-webhook-url', value: webhook }],
    title: title ?? message,
    text: title === undefined ? undefined : message,
    status: color,
    unusedEnv: names.filter((name) => step.env.has(name)),
    outputs: {},
  })
}

function valuesOf(members: Members): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries([...members].map(([name, value]) => [name, value.text]))
}

function notify(step: Step, { options }: Surroundings, message: Message): Translation {
  const status = statusOf(step, message)
  const obstacle = obstacleIn(message, status)
  if (obstacle !== undefined) return left(obstacle)
  const inputs: readonly NewInput[] = [
    ...message.place,
    ...(status === 'succeeded' || status === undefined ? [] : [{ name: 'status', value: status }]),
    { name: 'title', value: message.title ?? '' },
    ...(message.text === undefined ? [] : [{ name: 'text', value: message.text }]),
  ]
  return {
    kind: 'translated',
    rewrite: {
      steps: [{ uses: slipwayUses(options, 'notify'), inputs }],
      unusedEnv: message.unusedEnv,
      unusedKeys: [],
      comments: [],
    },
    why,
    outputs: message.outputs,
    callsAws: false,
    advice: [
      text`every action that deploys reports to Slack itself, with the cause of a failure: slack-channel and slack-token of actions/deploy`,
    ],
  }
}

function obstacleIn({ place, title = '', text: body = '' }: Message, status: string | undefined): Text | undefined {
  if (place.length === 0) return text`neither a webhook nor a token with the ID of a channel is in the step`
  if (title === '') return text`it has no text`
  if (/[<*\x60~]|:\w+:/.test((title + body).replaceAll(/\$\{\{[\s\S]*?\}\}/g, '')))
    return text`its text has the markup of Slack, and actions/notify sends plain text`
  return status === undefined
    ? text`its status is unknown: actions/notify needs one for color and emoji (succeeded, failed, started …)`
    : undefined
}

/** The status that the message has, where the step states it or its condition leaves no choice. */
function statusOf(step: Step, { status, title = '', text: body = '' }: Message): string | undefined {
  const given = status?.trim()
  const fixed: Readonly<Record<string, string>> = {
    success: 'succeeded',
    good: 'succeeded',
    failure: 'failed',
    danger: 'failed',
  }
  if (given !== undefined)
    return /^\$\{\{\s*job\.status\s*\}\}$/.test(given)
      ? fromJob
      : (fixed[given] ?? (given === 'cancelled' ? given : undefined))
  const condition =
    step.keys
      .get('if')
      ?.text.replace(/^\$\{\{|\}\}$/g, '')
      .trim() ?? ''
  if (condition === 'failure()') return 'failed'
  if (condition === 'success()') return 'succeeded'
  if (condition === 'cancelled()') return 'cancelled'
  return condition === 'always()' || /job\.status/.test(title + body) ? fromJob : undefined
}
