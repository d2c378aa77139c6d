import { nearestRegion, regionPattern, regionProblem } from '../../partitions.ts'
import { type InputReader, type Inputs, integer, list, optionalText } from '../../runner/inputs.ts'

function lettersOf(region: string): string {
  return region.replace(/\d+$/, '')
}

/**
 * A region of any partition. An unknown one is accepted, too: AWS opens new ones. It causes a warning where more than its number
 * is new.
 */
export const region: InputReader<string | undefined> = (given, warn) => {
  if (given === '') return undefined
  if (!regionPattern.test(given)) throw new Error(regionProblem(given))
  const suggestion = nearestRegion(given)
  if (suggestion && lettersOf(suggestion) !== lettersOf(given))
    warn?.(`is "${given}", which is not a known AWS region; did you mean ${suggestion}?`)
  return given
}

/** Reads a list of AWS account ids of 12 digits. */
export const accountIds: InputReader<readonly string[]> = (given) => {
  const ids = list(given)
  const wrong = ids.filter((id) => !/^\d{12}$/.test(id))
  if (wrong.length === 0) return ids
  throw new Error(
    `must be AWS account IDs of twelve digits, separated by commas, not ${wrong.map((id) => `"${id}"`).join(', ')}`,
  )
}

/** Inputs of every action that talks to AWS. The names are those of `aws-actions/configure-aws-credentials`. */
export const awsInputs = {
  'aws-region': region,
  'role-to-assume': optionalText,
  'role-session-name': optionalText,
  'role-duration-seconds': integer(900, 43200, 3600),
  audience: optionalText,
  'allowed-account-ids': accountIds,
}

/** Typed values of the inputs that concern AWS, in camel case. */
export type AwsInputs = Inputs<typeof awsInputs>
