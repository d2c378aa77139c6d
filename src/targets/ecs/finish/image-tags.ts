import type { Cause } from '../../../diagnosis/cause.ts'
import { parseReference } from '../../../image/reference.ts'
import { nearestFirst } from '../../../nearest.ts'
import { asName, text } from '../../../text.ts'
import type { Evidence } from '../facts/deployment-evidence.ts'

const shown = 3

/** The cause with the tags most like the one that was not found. */
export function withTags(cause: Cause, { imageTags }: Evidence): Cause {
  if (cause.code !== 'image-not-found' || imageTags === undefined) return cause
  const { image, repository, tags } = imageTags
  const tag = parseReference(image)?.tag ?? 'latest'
  if (tags.includes(tag)) return cause
  const near = nearestFirst(tag, tags).slice(0, shown)
  const instead =
    near.length === 0
      ? text`Repository ${asName(repository)} has no tagged images.`
      : text`Nearest tags in repository ${asName(repository)}: ${asName(near.join(', '))}.`
  return { ...cause, fix: text`${instead} ${cause.fix}` }
}
