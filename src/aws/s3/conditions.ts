import type { WriteCondition } from '../../ports.ts'

/** If-Match and If-None-Match: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
export function conditionMembers(condition: WriteCondition | undefined) {
  if (condition === undefined) return {}
  return condition.kind === 'absent' ? { IfNoneMatch: '*' } : { IfMatch: condition.etag }
}
