/** No false verdict, whatever reads lag, which replies are lost and which optional reads are denied. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Ended, newImage, oldImage, run } from './scene.ts'
import { type EngineName, engines, otherImage, type StaleWorld, sceneOf, staleWorlds } from './stale-world.ts'
import { type Deployed, type Truth, truthOf } from './truth.ts'

/** `STALE_READS=2000 npm test -- test/deployment/stale-reads` runs more of them. */
const numRuns = Math.ceil(Number(process.env.STALE_READS ?? 40) / engines.length)

const waitMinutes = 30
/** For so long reads may show the service as it was: five looks and a little. Milliseconds. */
const lag = 45_000

/** What the verdict has to be by AWS's own word on our deployment. */
const verdicts: Readonly<Record<string, string>> = {
  SUCCESSFUL: 'succeeded',
  Succeeded: 'succeeded',
  ROLLBACK_SUCCESSFUL: 'rolled-back',
  ROLLBACK_FAILED: 'rollback-failed',
  STOPPED: 'failed',
  Failed: 'failed',
  Stopped: 'stopped',
}

/** Verdicts that are true at the end of the action. */
function trueVerdicts(engine: EngineName, world: StaleWorld, ended: Ended, truth: Truth): readonly string[] {
  const at = ended.state.updatedAt
  const mine = (one: Deployed) => engine === 'CodeDeploy' || one.image === newImage
  const ours = truth.deployments.find(mine)
  // A reply that was lost may have our change sent again, which then replaces theirs.
  const other = truth.deployments.find(({ image, createdAt }) => image === otherImage && createdAt > (ours?.createdAt ?? 0))
  const isLate = at - (ended.state.deployment?.startedAt ?? at) >= waitMinutes * 60_000
  const stated = verdicts[ours?.status ?? '']
  const hasGoal = world.waitFor === 'traffic-shifted' || world.waitFor === 'baked'
  if (other) {
    const wasComplete = ours?.status === 'SUCCESSFUL' || (hasGoal && at - other.createdAt < lag)
    const wasBefore = (ours?.finishedAt ?? at) < other.createdAt && stated !== undefined
    return [
      'superseded',
      ...(wasComplete && at - other.createdAt < lag ? ['succeeded'] : []),
      ...(wasBefore && stated !== 'succeeded' ? [stated] : []),
    ]
  }
  // Time is up, and AWS had not ended it long before.
  const isOpen = isLate && (stated === undefined || (ours?.finishedAt ?? 0) > at - lag)
  return [
    ...(stated === undefined ? [] : [stated]),
    ...(isOpen ? ['timed-out'] : []),
    ...(hasGoal && truth.image === newImage ? ['succeeded'] : []),
  ]
}

/** What serves, where the verdict names it; nothing that somebody else has done a moment ago. */
function namesWhatServes({ state }: Ended, truth: Truth): boolean {
  const { servingTaskDefinition: named } = state.verdict ?? {}
  const other = truth.deployments.find(({ image }) => image === otherImage)
  const isRecent = other !== undefined && state.updatedAt - other.createdAt < lag
  return named === undefined || isRecent || named === truth.taskDefinition
}

describe.each(engines)('%s', (engine) => {
  test('no verdict is false', async () => {
    await fc.assert(
      fc.asyncProperty(staleWorlds(engine), async (world) => {
        const sim = sceneOf(engine, world)
        const { waitFor, failFastAfter } = world
        const ended = await run(sim, { image: newImage, request: { waitFor, failFastAfter, waitMinutes } })
        const truth = truthOf(sim)
        const outcome = ended.outcome ?? String(ended.error)
        const truths = trueVerdicts(engine, world, ended, truth)
        expect({ outcome, truths, truth, cause: ended.cause }).toEqual(truths.includes(outcome) ? expect.anything() : { truths })
        if (outcome === 'succeeded' && !world.otherAfter) expect(truth.image).toBe(newImage)
        if (outcome === 'rolled-back') expect(truth.image).toBe(oldImage)
        expect(namesWhatServes(ended, truth)).toBe(true)
      }),
      { numRuns, seed: 1, endOnFailure: true },
    )
  }, 1_800_000)
})
