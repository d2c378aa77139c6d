import { isPublicName, longestPublic, publicNameOf } from '../../image/ecr-host.ts'
import { isRepositoryName, isTag, withoutCredentials } from '../../image/reference.ts'
import { parseFlavor } from '../../image/tag-flavor.ts'
import { parseTagLabels } from '../../image/tag-labels.ts'
import { parseTagRules } from '../../image/tag-rules.ts'
import { flag, type InputReader, type Inputs, lines, list, optionalText } from '../../runner/inputs.ts'
import { awsInputs } from '../inputs/aws-inputs.ts'
import { copyTargets } from '../inputs/copy-targets.ts'
import { revisionInput } from '../inputs/revision-input.ts'
import { pushJobInputs, scanInputs } from '../inputs/scan-inputs.ts'
import { bakeInputs } from './bake-inputs.ts'
import { buildxInputs } from './buildx-inputs.ts'
import { cacheInputs } from './cache-inputs.ts'
import { joinInputs } from './join-inputs.ts'
import { pairs, quotedLines } from './line-inputs.ts'
import { parsed } from './parsed-input.ts'
import { repositoryInputs } from './repository-inputs.ts'
import { reuseInputs } from './reuse-inputs.ts'

function publicRepository(given: string, name: string): string {
  if (isPublicName(name)) return given
  throw new Error(
    `must be public.ecr.aws/ALIAS/NAME: an alias of at most ${longestPublic.alias} and a name of at most ${longestPublic.name} lower-case letters, digits, ".", "_", "-" and "/", not "${withoutCredentials(given)}"`,
  )
}

const repository: InputReader<string> = (given) => {
  const publicName = publicNameOf(given)
  if (publicName !== undefined) return publicRepository(given, publicName)
  if (isRepositoryName(given)) return given
  if (given === '') throw new Error('is required')
  throw new Error(
    `must be the name of an ECR repository without its registry, such as team/api, or public.ecr.aws/ALIAS/NAME, not "${withoutCredentials(given)}"`,
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
  ...repositoryInputs,
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
  ...reuseInputs,
  'oci-layout': optionalText,
  ...scanInputs,
  ...pushJobInputs,
  'also-push-to': copyTargets('also-push-to'),
  ...joinInputs,
  'job-summary': flag(true),
  'dry-run': flag(false),
}

/** Typed values of the inputs of `build-push`, in camel case. */
export type BuildPushInputs = Inputs<typeof buildPushInputs>
