import { Failure } from '../../failure.ts'
import type { Ecs, ExpressService, JsonObject } from '../../ports.ts'
import { text } from '../../text.ts'

/** Makes the tags of a service those that are wanted, and no others. Tags of AWS itself, which begin with `aws:`, stay. */
export async function changeTags(
  wanted: readonly JsonObject[],
  { tags = [] }: ExpressService,
  serviceArn: string,
  ecs: Pick<Ecs, 'tagResource' | 'untagResource'>,
): Promise<void> {
  const goal = new Map(wanted.map(({ key, value }) => [String(key), String(value ?? '')]))
  const now = new Map(tags.map(({ key = '', value = '' }) => [key, value]))
  const removed = [...now.keys()].filter((key) => !goal.has(key) && !key.startsWith('aws:'))
  const changed = [...goal].filter(([key, value]) => now.get(key) !== value)
  try {
    if (removed.length > 0) await ecs.untagResource(serviceArn, removed)
    if (changed.length > 0) await ecs.tagResource(serviceArn, Object.fromEntries(changed))
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const { fix = [], ...parts } = error.parts
    throw new Failure({
      ...parts,
      fix: text`${fix} The deployment succeeded; the tags of the service are not as they were given.`,
    })
  }
}
