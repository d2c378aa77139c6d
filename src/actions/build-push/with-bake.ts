import { printBake } from '../../docker/bake.ts'
import { readBakeDefinition } from '../../image/bake-definition.ts'
import type { BakedBuild, BakedSecret } from '../../image/bake-target.ts'
import { parseOutputs } from '../../image/build-outputs.ts'
import { ecrPlaceOf } from '../../image/ecr-host.ts'
import { parseReference } from '../../image/reference.ts'
import { parseTagRules } from '../../image/tag-rules.ts'
import type { Runner } from '../../runner/action.ts'
import { invalidInputs } from '../../runner/inputs.ts'
import { asName, type Text, text, untrusted } from '../../text.ts'
import { givenInputs } from '../inputs/lost-inputs.ts'
import { workspaceOf } from '../world/source-commit.ts'
import { type BuildPushInputs, buildPushInputs } from './build-push-inputs.ts'

/** What a target defines, and bake-set overrides. */
const ofDefinition = [
  ...['context', 'file', 'target', 'platforms', 'build-args', 'build-contexts', 'labels', 'annotations', 'attests'],
  ...['secrets', 'secret-envs', 'secret-files', 'ssh', 'cache-from', 'cache-to', 'outputs', 'network', 'add-hosts'],
  ...['shm-size', 'ulimit', 'no-cache-filters', 'oci-layout'],
]

/**
 * The inputs with the build that `bake-files`, `bake-target` and `bake-set` define; as they are where none of these is given.
 * Throws `inputs-invalid` for what a single image cannot be made of, and what `printBake` throws.
 */
export async function withBake(inputs: BuildPushInputs, runner: Runner): Promise<BuildPushInputs> {
  const { bakeFiles, bakeTarget, bakeSet } = inputs
  if (bakeFiles.length === 0 && bakeTarget === undefined && bakeSet.length === 0) return inputs
  const beside = givenInputs(buildPushInputs, inputs).filter((name) => ofDefinition.includes(name))
  if (beside.length > 0)
    throw invalidInputs(beside.map((name) => text`${name} is set, and a bake definition has it: use bake-set`))
  const { environment, signal } = runner
  const request = { files: bakeFiles, target: bakeTarget, set: bakeSet }
  const json = await printBake(request, { environment, directory: workspaceOf(runner), signal })
  const { target, problems } = readBakeDefinition(json)
  const outputs = parseOutputs((target?.build.outputs ?? []).join('\n'))
  const all = [
    ...problems.map(({ message }) => message),
    ...outputs.mistakes.map(({ message }) => `output of the target ${message}`),
    ...entitlements(target?.build.allow ?? [], inputs),
  ]
  if (target === undefined || all.length > 0)
    throw invalidInputs(all.map((message) => text`bake: ${untrusted(message)}${hint(message)}`))
  runner.log.info(text`Building the target ${asName(target.name)} of the bake definition`)
  return await overlaid({ ...inputs, outputs: outputs.value }, target.build, runner)
}

/** Buildx asks for these outside of the definition, too: whoever changes it cannot grant them. */
function entitlements(wanted: readonly string[], { allow }: BuildPushInputs): readonly string[] {
  const missing = wanted.filter((one) => !allow.includes(one))
  return missing.length === 0 ? [] : [`entitlements of the target require the input allow: ${missing.join(', ')}`]
}

function hint(message: string): Text {
  return message.startsWith('one image') ? text`; set bake-target to one of them` : []
}

async function overlaid(inputs: BuildPushInputs, build: BakedBuild, runner: Runner): Promise<BuildPushInputs> {
  const { inlineDockerfile, secrets = [], labels = [], tags = [], outputs, call = inputs.call, ...same } = build
  const sources = secrets.map((secret) => sourceOf(secret, runner.environment))
  const file =
    inlineDockerfile === undefined
      ? same.file
      : await runner.files.writeTemporary('slipway-bake/Dockerfile', inlineDockerfile)
  return {
    ...inputs,
    ...same,
    file,
    call: inputs.call === 'check' ? 'check' : call,
    labels: labels.map(([name, value]) => [name, [value]]),
    secretEnvs: sources.flatMap(({ id, env }) => (env === undefined ? [] : [`${id}=${env}`])),
    secretFiles: sources.flatMap(({ id, path }) => (path === undefined ? [] : [[id, path] as const])),
    noCache: inputs.noCache || build.noCache === true,
    pull: inputs.pull || build.pull === true,
    allow: inputs.allow,
    tags: inputs.tag === undefined && inputs.tags.length === 0 ? ownTags(tags, inputs, runner) : inputs.tags,
  }
}

/** As Buildx does it for a secret with an id alone (moby/buildkit, session/secrets/secretsprovider/store.go). */
function sourceOf({ id, env, path }: BakedSecret, environment: Runner['environment']): BakedSecret {
  if (env !== undefined) return { id, env }
  if (path !== undefined) return { id, path }
  return environment[id] === undefined ? { id, path: id } : { id, env: id }
}

/** Tags of the definition that are those of the repository; the others are not pushed. */
function ownTags(
  references: readonly string[],
  { repository }: BuildPushInputs,
  { log }: Runner,
): BuildPushInputs['tags'] {
  const own = references.filter((reference) => {
    const found = parseReference(reference)
    const isOurs = found?.registry === undefined || ecrPlaceOf(found.registry) !== undefined
    return found?.repository === repository && isOurs
  })
  for (const other of references.filter((reference) => !own.includes(reference)))
    log.info(
      text`The tag ${asName(other)} of the bake definition is not of the repository ${asName(repository)}, and is not pushed`,
    )
  return parseTagRules(own.map((reference) => parseReference(reference)?.tag ?? 'latest').join('\n')).value
}
