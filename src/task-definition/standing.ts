import type { JsonObject } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'
import { textIn } from './members.ts'

/**
 * Why an existing revision can no longer be deployed; undefined for one that can. Services keep what they run, but cannot be
 * updated to a revision that is INACTIVE or DELETE_IN_PROGRESS (ECS developer guide, "Amazon ECS task definition states").
 */
export function whyUndeployable(definition: JsonObject): Text | undefined {
  const status = textIn(definition, 'status') ?? 'ACTIVE'
  if (status === 'ACTIVE') return undefined
  return text`it ${status === 'INACTIVE' ? 'was deregistered' : 'is being deleted'} (its status is ${untrusted(status)})`
}
