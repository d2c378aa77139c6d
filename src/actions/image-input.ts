import { lostPart } from '../image/lost-part.ts'
import { hasCredentials } from '../image/reference.ts'
import { type InputReader, optionalText } from '../runner/inputs.ts'
import { parseAssignments } from '../task-definition/assignments.ts'

/** Why a part of an image is empty more often than for any other reason (actions/runner, JobExtension.cs). */
const likely =
  'GitHub drops an output of a job that contains a masked value such as an account ID: pass repository and digest between jobs, and put the image together in this job'

function requireWhole(image: string, subject = ''): void {
  // Before anything keeps it or shows it.
  if (hasCredentials(image))
    throw new Error(
      `${subject}has a user name or a password in it; use repositoryCredentials of the task definition instead`,
    )
  const lost = image === '' ? 'is empty' : lostPart(image)
  if (lost !== undefined)
    throw new Error(`${subject}${image === '' ? '' : `"${image}" `}${lost}; likely cause: ${likely}`)
}

/** A name of an image with all its parts, or undefined when it is not given. */
export const image: InputReader<string | undefined> = (given) => {
  if (given !== '') requireWhole(given)
  return optionalText(given)
}

/** The same for each container. */
export const images: InputReader<ReadonlyMap<string, string>> = (given) => {
  const read = parseAssignments(given)
  for (const [container, value] of read) requireWhole(value, `of the container ${container} `)
  return read
}

/** Names and where their values are: no secret has an empty address. */
export const secretSources: InputReader<ReadonlyMap<string, string>> = (given) => {
  const read = parseAssignments(given)
  const [lost] = [...read].find(([, source]) => source === '') ?? []
  if (lost === undefined) return read
  throw new Error(`has no ARN for ${lost}: the expression or variable behind "${lost}=" has no value`)
}
