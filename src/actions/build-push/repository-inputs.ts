import { readEach } from '../../read-each.ts'
import {
  flag,
  type InputReader,
  type Inputs,
  lines,
  list,
  optionalFlag,
  optionalName,
  optionalOneOf,
  optionalText,
} from '../../runner/inputs.ts'
import { tagLimits, tagProblem } from '../inputs/resource-tags.ts'

/** Wildcards of ImageTagMutabilityExclusionFilters (API reference, `filter`; ECR user guide, "Preventing image tags from being overwritten"). */
const exclusions = { most: 5, characters: 128, wildcards: 2 }

const tagExclusions: InputReader<readonly string[]> = (given) => {
  const filters = list(given)
  if (filters.length > exclusions.most)
    throw new Error(`must have at most ${exclusions.most} wildcards, not ${filters.length}`)
  for (const filter of filters) {
    const isShort = filter.length <= exclusions.characters && filter.split('*').length - 1 <= exclusions.wildcards
    if (!isShort || !/^[\w.*-]+$/.test(filter))
      throw new Error(
        `must have wildcards of at most ${exclusions.characters} letters, digits, "_", ".", "-" and at most ${exclusions.wildcards} "*", not "${filter}"`,
      )
  }
  return filters
}

const resourceTags: InputReader<Readonly<Record<string, string>> | undefined> = (given) => {
  const rows = lines(given).map((line) => /^\s*([^=]*?)\s*=(.*)$/.exec(line))
  if (rows.length > tagLimits.most) throw new Error(`must have at most ${tagLimits.most} tags, not ${rows.length}`)
  const entries = readEach(rows, (row, index) => {
    const [, key = '', value = ''] = row ?? []
    const problem = tagProblem(key, value)
    if (row === null) throw new Error(`must have lines like key=value; line ${index + 1} has no "="`)
    if (problem !== undefined) throw new Error(`must have valid tags; line ${index + 1}: ${problem}`)
    return [key, value.trim()] as const
  })
  const tags = Object.fromEntries(entries)
  if (Object.keys(tags).length < entries.length) throw new Error('must name each tag once')
  return entries.length === 0 ? undefined : tags
}

/** How a repository is created. Only `create-repository` gives the others an effect. */
export const repositoryInputs = {
  'create-repository': flag(false),
  'immutable-tags': optionalFlag,
  'immutable-tags-except': tagExclusions,
  encryption: optionalOneOf(['AES256', 'KMS', 'KMS_DSSE']),
  'kms-key': optionalText,
  'scan-on-push': optionalFlag,
  'lifecycle-policy': optionalName,
  'repository-policy': optionalName,
  'repository-tags': resourceTags,
}

/** Typed values of `repositoryInputs`. */
export type RepositoryInputs = Inputs<typeof repositoryInputs>
