import { publicNameOf } from '../../image/ecr-host.ts'
import { isRepositoryName, isTag, withoutCredentials } from '../../image/reference.ts'
import type { Parsed } from '../../image/tag-fields.ts'
import { parseFlavor } from '../../image/tag-flavor.ts'
import { parseTagLabels } from '../../image/tag-labels.ts'
import { parseTagRules } from '../../image/tag-rules.ts'
import { InputMistakes } from '../../runner/input-mistakes.ts'
import { flag, type InputReader, type Inputs, lines, list, optionalText } from '../../runner/inputs.ts'
import { text, untrusted } from '../../text.ts'
import { awsInputs } from '../inputs/aws-inputs.ts'
import { copyTargets } from '../inputs/copy-targets.ts'
import { revisionInput } from '../inputs/revision-input.ts'
import { pushJobInputs, scanInputs } from '../inputs/scan-inputs.ts'
import { repositoryInputs } from './repository-inputs.ts'
import { reuseInputs } from './reuse-inputs.ts'

/** Patterns of RegistryAliasName and RepositoryName (API reference of Amazon ECR Public). */
const publicPattern = /^[a-z][a-z0-9]+(?:[._-][a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-][a-z0-9]+)*)+$/
const longest = { alias: 50, name: 205 }

function publicRepository(given: string, name: string): string {
  const slash = name.indexOf('/')
  const isFitting = slash <= longest.alias && name.length - slash - 1 <= longest.name
  if (isFitting && publicPattern.test(name)) return given
  throw new Error(
    `must be public.ecr.aws/ALIAS/NAME: an alias of at most ${longest.alias} and a name of at most ${longest.name} lower-case letters, digits, ".", "_", "-" and "/", not "${withoutCredentials(given)}"`,
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
  ...repositoryInputs,
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
  ...reuseInputs,
  'oci-layout': optionalText,
  ...scanInputs,
  ...pushJobInputs,
  'also-push-to': copyTargets('also-push-to'),
  'dry-run': flag(false),
}

/** Typed values of the inputs of `build-push`, in camel case. */
export type BuildPushInputs = Inputs<typeof buildPushInputs>
