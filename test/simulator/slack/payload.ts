/** What a message to Slack may contain as a whole, and how requests carry it. */
import type { HttpRequest } from '../http.ts'
import { type BlockRules, checkBlocks, maximumBlocksLength } from './block-kit.ts'

/** A message as it was sent. */
export type Content = Readonly<Record<string, unknown>>

export interface PayloadProblem {
  /** Slack's word, such as `invalid_blocks`. */
  readonly error: string
  /** `response_metadata.messages`. */
  readonly messages?: readonly string[]
}

const maximumText = 40_000
const maximumAttachments = 100

/** Undefined where Slack would take the message. */
export function checkContent(content: Content, rules: BlockRules): PayloadProblem | undefined {
  const { text, blocks, attachments } = content
  const isEmpty = (value: unknown) =>
    value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
  if (isEmpty(text) && isEmpty(blocks) && isEmpty(attachments)) return { error: 'no_text' }
  if (typeof text === 'string' && text.length > maximumText) return { error: 'msg_too_long' }
  if (blocks !== undefined && !Array.isArray(blocks)) return { error: 'invalid_blocks_format' }
  if (attachments !== undefined && !Array.isArray(attachments)) return { error: 'invalid_attachments' }
  const attached = (attachments ?? []) as readonly Content[]
  if (attached.length > maximumAttachments) return { error: 'too_many_attachments' }
  const wrong = blocks === undefined ? [] : checkBlocks(blocks, '/blocks', rules)
  if (wrong.length > 0) return { error: 'invalid_blocks', messages: wrong }
  const wrongAttached = attached.flatMap((attachment, index) =>
    attachment.blocks === undefined ? [] : checkBlocks(attachment.blocks, `/attachments/${index}/blocks`, rules),
  )
  if (wrongAttached.length > 0) return { error: 'invalid_attachments', messages: wrongAttached }
  const all = [...((blocks ?? []) as unknown[]), ...attached.flatMap((one) => (one.blocks ?? []) as unknown[])]
  return JSON.stringify(all).length > maximumBlocksLength ? { error: 'msg_blocks_too_long' } : undefined
}

const parse = (value: string): unknown => {
  try {
    return JSON.parse(value)
  } catch {
    return undefined
  }
}

const encoded = ['blocks', 'attachments', 'metadata']

/** The arguments of a request, in JSON or as a form; undefined where the body is neither. */
export function readArguments(request: HttpRequest): Content | undefined {
  const type = request.headers['content-type'] ?? ''
  const isJson = type.startsWith('application/json')
  const body = isJson
    ? parse(request.body.toString() || '{}')
    : Object.fromEntries(new URLSearchParams(request.body.toString()))
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined
  const given = { ...Object.fromEntries(request.query), ...body } as Record<string, unknown>
  for (const name of encoded) if (typeof given[name] === 'string') given[name] = parse(given[name]) ?? given[name]
  return given
}
