import type { JsonObject } from '../../ports.ts'
import type { InputReader } from '../../runner/inputs.ts'
import { structuredOrNothing } from './structured-inputs.ts'

/** Amazon ECS developer guide, "Tag restrictions"; Amazon ECR user guide, "Tagging a private repository". */
export const tagLimits = { most: 50, key: 128, value: 256 }

/** What AWS refuses of a tag; undefined: nothing. */
export function tagProblem(key: string, value: string): string | undefined {
  if (key === '') return 'the key is empty'
  if (/^aws:/i.test(key)) return 'keys that start with aws: are reserved'
  if (key.length > tagLimits.key) return `the key has more than ${tagLimits.key} characters`
  if (value.length > tagLimits.value) return `the value has more than ${tagLimits.value} characters`
  return undefined
}

/** A list of tags in JSON or YAML (ECS API Tag), as AWS takes them. */
export const tagList: InputReader<readonly JsonObject[] | undefined> = (given) => {
  const tags = structuredOrNothing<readonly JsonObject[]>({ list: 'Tag' })(given)
  return tags && validTags(tags)
}

/** Tags of a resource of Amazon ECS (API Tag). Throws with all that AWS refuses of them: it does so only after a deployment. */
export function validTags(tags: readonly JsonObject[]): readonly JsonObject[] {
  const keys = tags.map(({ key }) => String(key ?? ''))
  const problems = tags.flatMap(({ value }, index) => {
    const key = keys[index] ?? ''
    const problem = keys.indexOf(key) < index ? 'the key occurs twice' : tagProblem(key, String(value ?? ''))
    return problem === undefined ? [] : [`tag ${index + 1} (${key}): ${problem}`]
  })
  if (tags.length > tagLimits.most) problems.unshift(`at most ${tagLimits.most} tags, not ${tags.length}`)
  if (problems.length > 0) throw new Error(`must have valid tags; ${problems.join('; ')}`)
  return tags
}
