import { expect, test } from '@jest/globals'
import { createDeployExpress } from '../../src/actions/deploy-express/index.ts'
import { deployExpressInputs } from '../../src/actions/inputs/deploy-express-inputs.ts'
import { seldom, some } from '../often.ts'
import { givenInputs } from '../runner/fake-runner.ts'
import { expressEnds, playedScene } from './express-ends.ts'
import { runnerFor, worldOf } from './express-scene.ts'

test.each(some(expressEnds, 3).map((end) => [end.name, end] as const))(
  '%s has its verdict and its cause',
  async (_, end) => {
    const { sim, inputs } = playedScene(end)
    const runner = await runnerFor(sim)
    await createDeployExpress(worldOf(sim)).main(givenInputs(deployExpressInputs, { ...seldom, ...inputs }), runner)
    const isGreen = end.cause === undefined
    expect({ verdict: runner.outputs.verdict, failed: runner.failed }).toEqual({
      verdict: end.verdict,
      failed: !isGreen,
    })
    if (end.cause) expect(`${runner.outputs.cause}\n${runner.lines.join('\n')}`).toMatch(end.cause)
  },
)
