import { lostPart, misnaming } from '../../image/lost-part.ts'
import { hasCredentials, withoutCredentials } from '../../image/reference.ts'
import { readEach } from '../../read-each.ts'
import { type InputReader, optionalText } from '../../runner/inputs.ts'
import { parseAssignments } from '../../task-definition/assignments.ts'
import { lostInputCauses } from './lost-inputs-table.ts'

function requireWhole(image: string, subject = ''): void {
  // Before anything keeps it or shows it.
  if (hasCredentials(image))
    throw new Error(
      `${subject}has a user name or a password in it; use repositoryCredentials of the task definition instead`,
    )
  if (image === '') throw new Error(`${subject}is empty; likely cause: ${lostInputCauses.output}`)
  const named = `${subject}"${withoutCredentials(image)}"`
  const wrong = misnaming(image)
  if (wrong !== undefined) throw new Error(`${named} ${wrong}`)
  const lost = lostPart(image)
  if (lost !== undefined) throw new Error(`${named} ${lost}; likely cause: ${lostInputCauses.output}`)
}

/** A name of an image with all its parts, or undefined when it is not given. */
export const image: InputReader<string | undefined> = (given) => {
  if (given !== '') requireWhole(given)
  return optionalText(given)
}

/** The same for each container. */
export const images: InputReader<ReadonlyMap<string, string>> = (given) => {
  const read = parseAssignments(given)
  readEach([...read], ([container, value]) => requireWhole(value, `of the container ${container} `))
  return read
}

/** Names and where their values are: no secret has an empty address. */
export const secretSources: InputReader<ReadonlyMap<string, string>> = (given) => {
  const read = parseAssignments(given)
  readEach([...read], ([name, source]) => {
    if (source === '')
      throw new Error(`has no ARN for ${name}: the expression or variable behind "${name}=" has no value`)
  })
  return read
}
