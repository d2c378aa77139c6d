import { Failure } from '../failure.ts'
import type { JsonObject } from '../ports.ts'
import { text, untrusted } from '../text.ts'
import { containersOf, textIn } from './members.ts'

/**
 * Throws `task-definition-invalid` for containers without an image, which a file may have as long as it is rendered
 * (RegisterTaskDefinition: "Container.image should not be null or empty").
 */
export function requireImages(definition: JsonObject): void {
  const bare = containersOf(definition)
    .filter((container) => !textIn(container, 'image'))
    .map((container) => `"${textIn(container, 'name') ?? '?'}"`)
  if (bare.length === 0) return
  throw new Failure({
    code: 'task-definition-invalid',
    what: text`${bare.length === 1 ? 'The container' : 'The containers'} ${untrusted(bare.join(', '))} of the task definition ${bare.length === 1 ? 'has' : 'have'} no image`,
    why: text`Container.image should not be null or empty`,
    fix: text`Put an image into each container: in the definition, or by steps of the action register-task-definition, whose input images takes several (name=image) and which only writes the file with register: false.`,
  })
}
