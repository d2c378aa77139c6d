import { isRepositoryName, isTag, withoutCredentials } from '../../image/reference.ts'
import { parseFlavor } from '../../image/tag-flavor.ts'
import { parseTagLabels } from '../../image/tag-labels.ts'
import { parseTagRules } from '../../image/tag-rules.ts'
import { flag, type InputReader, type Inputs, lines, list, optionalText } from '../../runner/inputs.ts'
import { awsInputs } from '../inputs/aws-inputs.ts'
import { revisionInput } from '../inputs/revision-input.ts'
import { bakeInputs } from './bake-inputs.ts'
import { buildxInputs } from './buildx-inputs.ts'
import { cacheInputs } from './cache-inputs.ts'
import { pairs, quotedLines } from './line-inputs.ts'
import { parsed } from './parsed-input.ts'

const repository: InputReader<string> = (given) => {
  if (isRepositoryName(given)) return given
  if (given === '') throw new Error('is required')
  throw new Error(
    `must be the name of an ECR repository without its registry, such as team/api, not "${withoutCredentials(given)}"`,
  )
}

const tag: InputReader<string | undefined> = (given) => {
  if (given === '' || isTag(given)) return optionalText(given)
  throw new Error(
    `must be at most 128 letters, digits, "_", "." and "-", not starting with "." or "-", not "${withoutCredentials(given)}"`,
  )
}

const context: InputReader<string> = (given) => {
  if (given.startsWith('-'))
    throw new Error('must be a directory or a git address; a context from standard input (-) is not supported')
  return given === '' ? '.' : given
}

/** Names are those of `docker/build-push-action` where it has them. */
export const buildPushInputs = {
  ...awsInputs,
  ...bakeInputs,
  ...buildxInputs,
  ...cacheInputs,
  revision: revisionInput,
  repository,
  'create-repository': flag(false),
  'immutable-tags': flag(true),
  tag,
  tags: parsed('tags', parseTagRules),
  flavor: parsed('flavor', parseFlavor),
  context,
  file: optionalText,
  target: optionalText,
  platforms: list,
  'build-args': quotedLines('build-args', {
    pattern: /^[^=\s]+(?:=|$)/,
    allowed: 'NAME=value, or NAME for the value of the environment',
  }),
  labels: parsed('labels', parseTagLabels),
  secrets: pairs('id=value'),
  'secret-files': pairs('id=path'),
  'cache-from': lines,
  'cache-to': lines,
  provenance: optionalText,
  network: optionalText,
  'no-cache': flag(false),
  pull: flag(false),
  'oci-layout': optionalText,
  'dry-run': flag(false),
}

/** Typed values of the inputs of `build-push`, in camel case. */
export type BuildPushInputs = Inputs<typeof buildPushInputs>
