import type { Finding } from '../../../diagnosis/finding.ts'
import { text, untrusted } from '../../../text.ts'
import { finding } from '../facts/finding-kinds.ts'
import type { PreflightFacts } from '../facts/preflight-facts.ts'

/** What a template or a person should have filled in. */
export function judgePlaceholders({ placeholders }: PreflightFacts): readonly Finding[] {
  return placeholders.map((found) => {
    const { path } = found
    const [mark, member] = [untrusted(found.mark), untrusted(found.member)]
    const what = found.certain
      ? text`Placeholder ${mark} was not replaced in ${member}`
      : text`Possible placeholder ${mark} in ${member}`
    if (!found.certain) {
      const why = text`unless the application expands it, nothing has replaced it`
      return finding('placeholder', { what, why, fix: text`Replace it, or ignore this if it is meant.`, path }, true)
    }
    return path.at(-1) === 'image'
      ? finding('placeholder', {
          what,
          why: text`no image was put in its place, and tasks would stop with CannotPullContainerError`,
          fix: text`Set image to the image that was built (with container-name where the definition has several containers), or write it into the task definition.`,
          path,
        })
      : finding('placeholder', {
          what,
          why: text`Amazon ECS takes the value as it is`,
          fix: text`Write the value into the task definition, or render the file before the deployment.`,
          path,
        })
  })
}
