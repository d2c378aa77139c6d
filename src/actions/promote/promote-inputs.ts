import { isDigest, isRepositoryName, isTag, parseReference, withoutCredentials } from '../../image/reference.ts'
import { flag, type InputReader, type Inputs, invalidInputs, list, optionalText } from '../../runner/inputs.ts'
import { type Text, text, untrusted } from '../../text.ts'
import { awsInputs, region } from '../inputs/aws-inputs.ts'
import { copyTargets } from '../inputs/copy-targets.ts'
import { digestsInput } from '../inputs/digests-input.ts'
import { image } from '../inputs/image-inputs.ts'
import { givenInputs, lostValues } from '../inputs/lost-inputs.ts'
import { revisionInput } from '../inputs/revision-input.ts'

const tagRule = 'at most 128 letters, digits, "_", "." and "-", not starting with "." or "-"'

const tags: InputReader<readonly string[]> = (given) => {
  const all = list(given)
  const wrong = all.find((tag) => !isTag(tag))
  if (wrong === undefined) return all
  throw new Error(`must be tags of ${tagRule}, not "${withoutCredentials(wrong)}"`)
}

const tag: InputReader<string | undefined> = (given) => {
  if (given === '' || isTag(given)) return optionalText(given)
  throw new Error(`must be ${tagRule}, not "${withoutCredentials(given)}"`)
}

const repository: InputReader<string | undefined> = (given) => {
  if (given === '' || isRepositoryName(given)) return optionalText(given)
  throw new Error(
    `must be the name of an ECR repository without its registry, such as team/api, not "${withoutCredentials(given)}"`,
  )
}

const digest: InputReader<string | undefined> = (given) => {
  if (given === '' || isDigest(given)) return optionalText(given)
  throw new Error(`must be sha256: and 64 hexadecimal digits, not "${withoutCredentials(given)}"`)
}

/** The source has the names of the other actions, what differs for the targets begins with `to`. */
export const promoteInputs = {
  ...awsInputs,
  image,
  repository,
  digest,
  digests: digestsInput,
  revision: revisionInput,
  to: copyTargets('to'),
  'to-region': region,
  'to-role-to-assume': optionalText,
  tag,
  tags,
  'create-repository': flag(false),
  'immutable-tags': flag(true),
  referrers: flag(true),
  'dry-run': flag(false),
  environment: optionalText,
  service: optionalText,
  config: (given: string) => given || 'slipway.yml',
  'github-token': optionalText,
}

/** Typed values of the inputs of `promote`, in camel case. */
export type PromoteInputs = Inputs<typeof promoteInputs>

/** Which image goes where under which tags. */
export interface Promotion {
  readonly registry: string | undefined
  readonly repository: string
  /** Digest, or else tag. */
  readonly reference: string
  readonly targets: PromoteInputs['to']
  readonly tags: readonly string[]
}

/** What the inputs say together. Throws `inputs-invalid` with all that is missing or contradictory. */
export function promotionOf(inputs: PromoteInputs): Promotion {
  const problems: Text[] = [...lostValues('promote', givenInputs(promoteInputs, inputs))]
  const { to } = inputs
  const source = sourceOf(inputs, problems)
  const named = [...new Set([...(inputs.tag === undefined ? [] : [inputs.tag]), ...inputs.tags])]
  const tagged = named.length > 0 || source?.tag === undefined ? named : [source.tag]
  if (to.length === 0 && named.length === 0 && problems.length === 0)
    problems.push(
      text`to and tags are empty, so nothing would change: set to, or tags for the image in its own repository (or image-tags of the environment in slipway.yml)`,
    )
  if (source === undefined || problems.length > 0) throw invalidInputs(problems)
  const { registry, repository: name } = source
  const targets = to.length > 0 ? to : [{ registry, repository: name, role: undefined }]
  return { registry, repository: name, reference: source.digest ?? source.tag ?? '', targets, tags: tagged }
}

function sourceOf({ image: name, repository: short, digest: wanted }: PromoteInputs, problems: Text[]) {
  if (name !== undefined) {
    if (short !== undefined || wanted !== undefined)
      problems.push(
        text`image and ${short === undefined ? 'digest' : 'repository'} are set: set image, or repository and digest`,
      )
    const found = parseReference(name)
    const shown = untrusted(name)
    if (found === undefined)
      problems.push(
        text`image must be repository@digest or repository:tag, with or without its registry, not "${shown}"`,
      )
    else if (found.digest === undefined && found.tag === undefined)
      problems.push(text`image must have a digest or a tag, not only "${shown}"`)
    return found
  }
  if (short === undefined) {
    problems.push(text`image is required, or repository and digest`)
    return undefined
  }
  return { registry: undefined, repository: short, digest: wanted, tag: undefined }
}
