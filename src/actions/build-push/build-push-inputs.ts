import { isRepositoryName, isTag, withoutCredentials } from '../../image/reference.ts'
import { parseTagRule, type TagRule } from '../../image/tag-rules.ts'
import { flag, type InputReader, type Inputs, lines, list, optionalText } from '../../runner/inputs.ts'
import { awsInputs } from '../inputs/aws-inputs.ts'
import { revisionInput } from '../inputs/revision-input.ts'

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

const tagRules: InputReader<readonly TagRule[]> = (given) =>
  lines(given).map((line) => {
    try {
      return parseTagRule(line.trim())
    } catch (error) {
      throw new Error(`line "${line.trim()}" ${error instanceof Error ? error.message : ''}`)
    }
  })

/** Lines `name=value`. What is secret about a line stays out of the message. */
function pairs(kind: string): InputReader<readonly (readonly [string, string])[]> {
  return (given) =>
    lines(given).map((line, index) => {
      const [, name, value] = /^\s*([^=\s]+)=(.*)$/s.exec(line) ?? []
      if (name === undefined || !value)
        throw new Error(`must have lines like ${kind}; line ${index + 1} has no name or no value`)
      return [name, value]
    })
}

const context: InputReader<string> = (given) => {
  if (given.startsWith('-'))
    throw new Error('must be a directory or a git address; a context from standard input (-) is not supported')
  return given === '' ? '.' : given
}

/** Names are those of `docker/build-push-action` where it has them. */
export const buildPushInputs = {
  ...awsInputs,
  revision: revisionInput,
  repository,
  'create-repository': flag(false),
  'immutable-tags': flag(true),
  tag,
  tags: tagRules,
  context,
  file: optionalText,
  target: optionalText,
  platforms: list,
  'build-args': lines,
  labels: pairs('name=value'),
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
