import { isRepositoryName, isTag, withoutCredentials } from '../../image/reference.ts'
import type { Parsed } from '../../image/tag-fields.ts'
import { parseFlavor } from '../../image/tag-flavor.ts'
import { parseTagLabels } from '../../image/tag-labels.ts'
import { parseTagRules } from '../../image/tag-rules.ts'
import { InputMistakes } from '../../runner/input-mistakes.ts'
import { flag, type InputReader, type Inputs, lines, list, optionalText } from '../../runner/inputs.ts'
import { text, untrusted } from '../../text.ts'
import { awsInputs } from '../inputs/aws-inputs.ts'
import { revisionInput } from '../inputs/revision-input.ts'
import { joinInputs } from './join-inputs.ts'

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

/** A reader of a text of several lines, whose mistakes are reported with line and column. */
function parsed<T>(name: string, parse: (given: string) => Parsed<T>): InputReader<T> {
  return (given) => {
    const { value, mistakes } = parse(given)
    if (mistakes.length === 0) return value
    throw new InputMistakes(
      mistakes.map(({ message, line, column }) => ({
        message: text`${untrusted(message)}`,
        input: name,
        line,
        column,
      })),
    )
  }
}

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
  tags: parsed('tags', parseTagRules),
  flavor: parsed('flavor', parseFlavor),
  context,
  file: optionalText,
  target: optionalText,
  platforms: list,
  'build-args': lines,
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
  ...joinInputs,
  'dry-run': flag(false),
}

/** Typed values of the inputs of `build-push`, in camel case. */
export type BuildPushInputs = Inputs<typeof buildPushInputs>
