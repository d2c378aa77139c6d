import { type Outputs, outputsBesidePush, outputsWithoutPush } from '../../image/build-outputs.ts'
import type { Parsed } from '../../image/tag-fields.ts'
import { mistakeText } from '../../mistake.ts'
import type { BuildRequest } from '../../ports.ts'
import type { Runner } from '../../runner/action.ts'
import { invalidInputs } from '../../runner/inputs.ts'
import { type Text, text, untrusted } from '../../text.ts'
import { givenInputs } from '../inputs/lost-inputs.ts'
import { type BuildPushInputs, buildPushInputs } from './build-push-inputs.ts'
import { cacheContradictions } from './cache-inputs.ts'
import { gitTokenFor, withDefaultContext } from './git-context.ts'
import { inputsOfBuild, inputWithValue, passedInputs } from './inputs-of-build.ts'

/** The inputs, checked against each other, with what they mean together. */
export interface PreparedInputs extends BuildPushInputs {
  readonly imageAttributes: readonly string[]
  readonly furtherOutputs: readonly string[]
  readonly gitToken: BuildRequest['gitToken']
}

/** Checks and completes the inputs; masks what is secret in them. Throws `inputs-invalid` with every mistake. */
export function prepareInputs(inputs: BuildPushInputs, { environment, mask, log }: Runner): PreparedInputs {
  const problems: Text[] = []
  const outputs = outputsOf(inputs, problems)
  const secrets = [...inputs.secrets, ...fromEnvironment(inputs.secretEnvs, environment, problems)]
  for (const [, secret] of secrets) mask(secret)
  problems.push(...secrets.flatMap(tooLong))
  if (inputs.githubToken !== undefined) mask(inputs.githubToken)
  const [context = '', ...buildContexts] = [inputs.context, ...inputs.buildContexts].map((value) =>
    attempt(() => withDefaultContext(value, environment), value, problems),
  )
  problems.push(...contradictions(inputs, log), ...cacheContradictions(inputs, environment))
  if (problems.length > 0) throw invalidInputs(problems)
  const isTimeRewritten = outputs.attributes.includes('rewrite-timestamp=true')
  const addresses = buildContexts.map((named) => named.slice(named.indexOf('=') + 1))
  return {
    ...inputs,
    context,
    buildContexts,
    secrets,
    load: inputs.load || outputs.load,
    rewriteTimestamp: inputs.rewriteTimestamp || isTimeRewritten,
    imageAttributes: outputs.attributes.filter((attribute) => !attribute.startsWith('rewrite-timestamp=')),
    furtherOutputs: outputs.further,
    gitToken: gitTokenFor(
      inputs.githubToken,
      [context, ...addresses],
      secrets.map(([id]) => id),
      environment,
    ),
  }
}

function outputsOf({ outputs, push }: BuildPushInputs, problems: Text[]): Outputs {
  const { value, mistakes }: Parsed<Outputs> = push ? outputsBesidePush(outputs) : outputsWithoutPush(outputs)
  for (const { message, line, column } of mistakes)
    problems.push(mistakeText({ message: text`${untrusted(message)}`, input: 'outputs', line, column }))
  return value
}

/** An empty value would be an empty secret, and the build would fail later or do something else. */
function fromEnvironment(
  secretEnvs: readonly string[],
  environment: Runner['environment'],
  problems: Text[],
): BuildPushInputs['secrets'] {
  return secretEnvs.flatMap((item): BuildPushInputs['secrets'] => {
    const [id = '', name = ''] = item.split('=')
    const value = environment[name]
    if (value) return [[id, value]]
    const state = value === undefined ? 'not set' : 'empty'
    problems.push(
      text`secret-envs: the variable ${untrusted(name)} of the secret ${untrusted(id)} is ${state}; set it in env of the step`,
    )
    return []
  })
}

/** MAX_ARG_STRLEN of Linux, less the name of the variable: execve(2). Bytes. */
const longestSecret = 131_000

function tooLong([id, value]: readonly [string, string]): readonly Text[] {
  const bytes = Buffer.byteLength(value)
  if (bytes <= longestSecret) return []
  return [
    text`secrets: the secret ${untrusted(id)} has ${bytes} bytes; Linux passes at most ${longestSecret} in a variable: use secret-files`,
  ]
}

function contradictions(inputs: BuildPushInputs, log: Runner['log']): readonly Text[] {
  const { call, ociLayout, load, outputs, dryRun } = inputs
  const problems: Text[] = []
  if (ociLayout !== undefined) {
    const given = givenInputs(buildPushInputs, inputs).filter((name) => inputsOfBuild.includes(name))
    const alone = given.filter((name) => !passedInputs.includes(name)).map(inputWithValue)
    const passed = given.filter((name) => passedInputs.includes(name))
    if (alone.length > 0)
      problems.push(text`oci-layout is set, so nothing is built: remove ${alone.join(', ')}, or oci-layout`)
    if (passed.length > 0)
      log.info(text`oci-layout is set, so nothing is built, and these inputs have no effect: ${passed.join(', ')}`)
  }
  if (call === 'check' && (load || outputs.length > 0))
    problems.push(text`call is check, which builds nothing: remove load and outputs`)
  if (dryRun && call === 'check') problems.push(text`dry-run and call: check exclude each other`)
  return problems
}

function attempt(work: () => string, otherwise: string, problems: Text[]): string {
  try {
    return work()
  } catch (error) {
    problems.push(text`context ${untrusted(error instanceof Error ? error.message : String(error))}`)
    return otherwise
  }
}
