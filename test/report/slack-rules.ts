import type { SlackMessage } from '../../src/ports.ts'

interface Shape {
  readonly type: string
  readonly text?: { readonly text: string }
  readonly fields?: readonly { readonly text: string }[]
  readonly elements?: readonly (
    | { readonly type: 'button'; readonly text: { readonly text: string }; readonly url: string }
    | { readonly type: 'mrkdwn'; readonly text: string }
  )[]
  readonly title?: string
  readonly tasks?: readonly { readonly title: string }[]
}

/**
 * What Slack would refuse in a message, by its documentation (https://docs.slack.dev/reference/block-kit/blocks), written
 * down without a look at what the program thinks the limits are.
 */
export function limitsBrokenBy({ text, attachments, reply }: SlackMessage): string[] {
  const broken: string[] = []
  const check = (what: string, value: number, limit: number) => {
    if (value > limit) broken.push(`${what}: ${value} is more than ${limit}`)
  }
  check('text', text.length, 4000)
  check('reply', reply?.length ?? 0, 4000)
  check('payload', JSON.stringify({ text, attachments }).length, 13_200)
  const blocks = attachments.flatMap((attachment) => attachment.blocks)
  check('blocks', blocks.length, 50)
  for (const block of blocks) {
    const { type, text: words, fields, elements, tasks, title } = block as unknown as Shape
    check(`${type} text`, words?.text.length ?? 0, 3000)
    check(`${type} fields`, fields?.length ?? 0, 10)
    for (const field of fields ?? []) check('field', field.text.length, 2000)
    check(`${type} elements`, elements?.length ?? 0, type === 'context' ? 10 : 25)
    if (type === 'plan') check('plan title', title?.length ?? 0, 150)
    for (const task of tasks ?? []) check('task title', task.title?.length ?? 0, 150)
    for (const element of elements ?? []) {
      if (element.type === 'button') {
        check('button text', element.text.text.length, 75)
        check('button url', element.url.length, 3000)
      } else check('context text', element.text.length, 2000)
    }
    if (type === 'section' && !words && !fields?.length) broken.push('a section needs text or fields')
    if ([words, ...(fields ?? [])].some((part) => part?.text === '')) broken.push(`${type} has an empty text`)
  }
  return [...broken, ...mrkdwnIn({ text, attachments, reply }).flatMap(unbalanced)]
}

/** All texts that Slack parses. */
export function mrkdwnIn({ text, attachments, reply }: Pick<SlackMessage, 'text' | 'attachments' | 'reply'>): string[] {
  const parsed: string[] = [text, reply ?? '']
  JSON.stringify(attachments, (_, value) => {
    if (value?.type === 'mrkdwn') parsed.push(value.text)
    return value
  })
  return parsed
}

/** Links, mentions and dates: what Slack makes of `<…>`. */
export function entitiesIn(mrkdwn: string): string[] {
  return [...mrkdwn.matchAll(/<([^>]*)>/g)].map(([, entity = '']) => entity)
}

function unbalanced(mrkdwn: string): string[] {
  const rest = mrkdwn.replace(/<[^<>]*>/g, '').replace(/&(amp|lt|gt);/g, '')
  return /[<>&]/.test(rest) ? [`open entity in: …${rest.slice(-40)}`] : []
}
