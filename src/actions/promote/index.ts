import { addArtifact } from '../../github/artifacts.ts'
import type { CopiedImage, CopyPlan } from '../../image/copy.ts'
import { ecrPlaceOf } from '../../image/ecr-host.ts'
import { promote, requireTags } from '../../image/promote.ts'
import { isDigest } from '../../image/reference.ts'
import { nameOf } from '../../image/source-image.ts'
import type { Action, Runner } from '../../runner/action.ts'
import { invalidInputs } from '../../runner/inputs.ts'
import { text, untrusted } from '../../text.ts'
import { createMissing, type DescribedTarget, describeTargets, foreignRegistries } from '../world/described-targets.ts'
import { findSource } from '../world/find-source.ts'
import { type OpenEnd, openCopyEnds } from '../world/open-copy-end.ts'
import { network, type World } from '../world/world.ts'
import { atEnvironment, isRunByAll } from './at-environment.ts'
import { type PromoteInputs, type Promotion, promoteInputs, promotionOf } from './promote-inputs.ts'

/** Copies one image by digest. The network is a parameter, so that tests define the responses of AWS and the registries. */
export function createPromote(world: World): Action<typeof promoteInputs> {
  return { inputs: promoteInputs, main: (inputs, runner) => main(inputs, runner, world) }
}

/** `promote` with the network of the runner. */
export const action = createPromote(network)

async function main(given: PromoteInputs, runner: Runner, world: World): Promise<void> {
  if (given.githubToken) runner.mask(given.githubToken)
  if (given.digests === undefined) return await promoteOne(given, undefined, runner, world)
  const { promoteImages } = await import('./promote-images.ts')
  await promoteImages(given, runner, (one, release, kept) => promoteOne(one, release, kept, world))
}

/** `release`: the digest that deployments of several images leave on GitHub's page; undefined: that of the image. */
async function promoteOne(
  given: PromoteInputs,
  release: string | undefined,
  runner: Runner,
  world: World,
): Promise<void> {
  const place = await atEnvironment(given, runner)
  const { inputs } = place
  const promotion = promotionOf(inputs)
  requireRegistries(promotion, runner)
  const { clock, log } = runner
  const { source, ends } = await openEnds(inputs, promotion, runner, world)
  // Tags alone need nothing of what refers to the image.
  const isCopied = ends.some((end) => nameOf(end) !== nameOf(source))
  const plan = await findSource(source, promotion.reference, inputs.referrers && isCopied)
  reportSource(plan, promotion, runner)
  if (!(await isRunByAll(place, release ?? plan.root.digest, runner, world)))
    return reportNothing(plan, ends, [], runner)
  const found = await describeTargets(ends, { ...inputs, namedBy: 'to, to-region or to-role-to-assume' })
  for (const target of found) await requireTags(plan, target, promotion.tags)
  if (inputs.dryRun) return reportDryRun(plan, found, promotion, runner)
  const targets = await createMissing(found, { immutableTags: inputs.immutableTags }, runner)
  const copied = await promote(plan, targets, promotion.tags, { clock, say: log.info })
  await report(plan, targets, promotion, copied, runner)
}

/** Throws `inputs-invalid` with all registries that are none of Amazon ECR's. */
function requireRegistries({ registry, targets }: Promotion, runner: Runner): void {
  const hosts = targets.map((target) => target.registry)
  const problems = [...foreignRegistries('image', [registry], runner), ...foreignRegistries('to', hosts, runner)]
  if (problems.length > 0) throw invalidInputs(problems)
}

async function openEnds(
  inputs: PromoteInputs,
  { registry, repository, targets }: Promotion,
  runner: Runner,
  world: World,
): Promise<{ readonly source: OpenEnd; readonly ends: readonly OpenEnd[] }> {
  const open = openCopyEnds(inputs, runner, world)
  const { awsRegion, roleToAssume, toRegion, toRoleToAssume } = inputs
  const source = await open({ side: 'source', registry, repository, region: awsRegion, role: roleToAssume })
  const own = ecrPlaceOf(source.host)?.region ?? awsRegion
  const ends: OpenEnd[] = []
  for (const target of targets) {
    const role = target.role ?? toRoleToAssume ?? roleToAssume
    ends.push(await open({ ...target, side: 'target', region: toRegion ?? own, role }))
  }
  return { source, ends }
}

function reportSource({ source, root, related }: CopyPlan, { reference }: Promotion, { log }: Runner): void {
  const name = untrusted(nameOf(source))
  if (!isDigest(reference)) log.info(text`${name}:${untrusted(reference)} is ${untrusted(root.digest)}`)
  if (related.length > 0)
    log.info(text`Signatures, attestations and other referrers of ${untrusted(root.digest)}: ${related.length}`)
}

async function report(
  { root }: CopyPlan,
  targets: readonly DescribedTarget[],
  { tags }: Promotion,
  copied: readonly CopiedImage[],
  runner: Runner,
): Promise<void> {
  const total = (count: (image: CopiedImage) => number) => copied.reduce((sum, image) => sum + count(image), 0)
  const images = targets.map((target) => `${nameOf(target)}@${root.digest}`)
  setOutputs(runner, {
    digest: root.digest,
    repository: targets[0]?.repository ?? '',
    image: images[0] ?? '',
    images: images.join('\n'),
    tags: tags.join('\n'),
    'copied-blobs': String(total(({ uploadedBlobs }) => uploadedBlobs)),
    'copied-bytes': String(total(({ uploadedBytes }) => uploadedBytes)),
  })
  for (const image of images) await addArtifact(runner.environment, image)
}

/** Reads only: the image, the repositories and the tags were checked. */
function reportDryRun(plan: CopyPlan, targets: readonly DescribedTarget[], { tags }: Promotion, runner: Runner): void {
  for (const target of targets) {
    const created = target.isMissing ? ', which would be created' : ''
    const tagged = tags.length === 0 ? '' : `, tagged ${tags.join(', ')}`
    runner.log.info(
      text`Dry run: ${untrusted(plan.root.digest)} would be in ${untrusted(nameOf(target))}${created}${untrusted(tagged)}; nothing changed.`,
    )
  }
  reportNothing(plan, targets, tags, runner)
}

/** Outputs of a step that changed nothing. */
function reportNothing({ root }: CopyPlan, ends: readonly OpenEnd[], tags: readonly string[], runner: Runner): void {
  const nothing = { image: '', images: '', 'copied-blobs': '0', 'copied-bytes': '0' }
  setOutputs(runner, { ...nothing, digest: root.digest, repository: ends[0]?.repository ?? '', tags: tags.join('\n') })
}

function setOutputs(runner: Runner, outputs: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(outputs)) runner.setOutput(name, value)
}
