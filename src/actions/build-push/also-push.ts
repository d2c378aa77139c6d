import { promote, requireTags } from '../../image/promote.ts'
import type { Published } from '../../image/publish-request.ts'
import { nameOf } from '../../image/source-image.ts'
import type { RepositorySettings } from '../../ports.ts'
import type { Runner } from '../../runner/action.ts'
import { invalidInputs } from '../../runner/inputs.ts'
import { text } from '../../text.ts'
import { createMissing, describeTargets, foreignRegistries } from '../world/described-targets.ts'
import { findSource } from '../world/find-source.ts'
import { type OpenEnd, openCopyEnds } from '../world/open-copy-end.ts'
import type { World } from '../world/world.ts'
import type { BuildPushInputs } from './build-push-inputs.ts'

const input = 'also-push-to'

/**
 * Checks the repositories of `also-push-to` before the build, and creates them on request (`creation`). Returns what copies the
 * pushed image to all of them, tags it there, and returns its names. Throws `inputs-invalid`, `repository-not-found`.
 */
export async function prepareCopies(
  inputs: BuildPushInputs,
  creation: RepositorySettings | undefined,
  runner: Runner,
  world: World,
): Promise<(published: Published) => Promise<readonly string[]>> {
  const { alsoPushTo: to, awsRegion, roleToAssume, repository, kmsKey } = inputs
  if (to.length === 0) return async () => []
  const hosts = to.map(({ registry }) => registry)
  const problems = [
    ...foreignRegistries(input, hosts, runner),
    ...(kmsKey === undefined
      ? []
      : [
          text`kms-key is a key of one account and region; leave it out, or create the repositories of ${input} before`,
        ]),
  ]
  if (problems.length > 0) throw invalidInputs(problems)
  const open = openCopyEnds(inputs, runner, world)
  const place = { region: awsRegion, role: roleToAssume }
  const ends: OpenEnd[] = []
  for (const target of to)
    ends.push(await open({ ...target, side: 'target', region: awsRegion, role: target.role ?? roleToAssume }))
  const described = await describeTargets(ends, { ...inputs, namedBy: input })
  const targets = await createMissing(described, creation ?? { immutableTags: true }, runner)
  return async ({ digest, tags }) => {
    const source = await open({ ...place, side: 'source', registry: undefined, repository })
    const plan = await findSource(source, digest, true)
    for (const target of targets) await requireTags(plan, target, tags)
    await promote(plan, targets, tags, { clock: runner.clock, say: runner.log.info })
    return targets.map((target) => `${nameOf(target)}@${digest}`)
  }
}
