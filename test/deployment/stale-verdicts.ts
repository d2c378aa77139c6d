/** Which verdicts are true of what really happened: by AWS's own last word, never by what it showed to clients. */
import { type Ended, newImage, oldImage } from './scene.ts'
import { type EngineName, otherImage, type StaleWorld, waitMinutes, wantedCount } from './stale-world.ts'
import type { Deployed, Truth } from './truth.ts'

/** For so long reads may show the service as it was: five looks and a little. Milliseconds. */
const lag = 45_000

/** What the verdict has to be by the status of our deployment. */
const verdicts: Readonly<Record<string, string>> = {
  SUCCESSFUL: 'succeeded',
  Succeeded: 'succeeded',
  ROLLBACK_SUCCESSFUL: 'rolled-back',
  ROLLBACK_FAILED: 'rollback-failed',
  STOPPED: 'failed',
  Failed: 'failed',
  Stopped: 'stopped',
}

/** Why the verdict is false; undefined: it is true. */
export function falsehood(engine: EngineName, world: StaleWorld, ended: Ended, truth: Truth): string | undefined {
  const outcome = ended.outcome ?? String(ended.error)
  const truths = trueVerdicts(engine, world, ended, truth)
  if (!truths.includes(outcome)) return `${outcome} instead of ${truths.join(' or ') || 'nothing'}`
  const other = theirs(truth)
  const isRecent = other !== undefined && ended.state.updatedAt - other.createdAt < lag
  if (isRecent) return undefined
  const serving = ended.state.verdict?.serving?.id
  if (serving !== undefined && serving !== truth.taskDefinition) return `it names ${serving}`
  if (outcome === 'succeeded' && truth.image !== wantedIn(world)) return `green, and ${truth.image} serves`
  if (outcome === 'rolled-back' && truth.image !== oldImage) return `rolled back, and ${truth.image} serves`
  return undefined
}

function wantedIn({ change }: StaleWorld): string {
  return change === 'image' ? newImage : oldImage
}

/** The last word on what was asked for. ECS says none on a count: the tasks do. */
function oursIn(engine: EngineName, world: StaleWorld, { state }: Ended, truth: Truth): Deployed | undefined {
  const begun = state.startedAt
  if (world.change === 'count')
    return {
      status: truth.running >= wantedCount && truth.rolloutState === 'COMPLETED' ? 'SUCCESSFUL' : 'IN_PROGRESS',
      image: oldImage,
      createdAt: begun,
      finishedAt: undefined,
      isTriggered: false,
    }
  const isOurs = ({ image, createdAt }: Deployed) =>
    engine === 'CodeDeploy' || (image === wantedIn(world) && createdAt >= begun)
  return truth.deployments.find(isOurs)
}

function theirs({ deployments }: Truth): Deployed | undefined {
  return deployments.find(({ image }) => image === otherImage)
}

function trueVerdicts(engine: EngineName, world: StaleWorld, ended: Ended, truth: Truth): readonly string[] {
  const at = ended.state.updatedAt
  const { deployments } = truth
  const ours = oursIn(engine, world, ended, truth)
  const other = theirs(truth)
  const stated = verdicts[ours?.status ?? '']
  const hasGoal = world.waitFor === 'traffic-shifted' || world.waitFor === 'baked'
  // A reply that was lost may have our change sent again, which then replaces theirs.
  const isReplaced =
    other && (world.change === 'count' || !ours || deployments.indexOf(other) < deployments.indexOf(ours))
  if (isReplaced) {
    const isRecent = at - other.createdAt < lag
    const wasOver = stated !== undefined && (ours?.finishedAt ?? at) < other.createdAt
    return [
      'superseded',
      ...(ours?.isTriggered ? ['failed'] : []),
      ...(wasOver && (stated !== 'succeeded' || isRecent) ? [stated] : []),
      ...(hasGoal && isRecent ? ['succeeded'] : []),
    ]
  }
  // Time is up, and AWS had not ended it long before.
  const isLate = at - (ended.state.deployment?.startedAt ?? at) >= waitMinutes * 60_000
  const isOpen = isLate && (stated === undefined || (ours?.finishedAt ?? 0) > at - lag)
  return [
    ...(stated === undefined ? [] : [stated]),
    ...(isOpen ? ['timed-out'] : []),
    ...(hasGoal && truth.image === wantedIn(world) ? ['succeeded'] : []),
  ]
}
