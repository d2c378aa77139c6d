/**
 * A cancel at every moment at which a deployment waits for something: each call to AWS, GitHub and Slack (as it leaves,
 * as it is answered, and gone but carried out nevertheless), and each pause.
 */
import { describe, expect, test } from '@jest/globals'
import { createDeploy } from '../../src/actions/deploy/index.ts'
import { deployInputs } from '../../src/actions/inputs/deploy-inputs.ts'
import { parseRecord } from '../../src/deployment/deployment-record.ts'
import { codeDeployScene, newImage, oldImage, rollingScene, servingImage } from '../deployment/scene.ts'
import { times } from '../often.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import { seedNativeService } from '../simulator/fixtures.ts'
import type { InProcessHandler } from '../simulator/in-process.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { environment } from './scene.ts'

const given = {
  service: 'api',
  cluster: 'shop',
  image: newImage,
  'github-token': 'ghs_1',
  'slack-token': 'xoxb-not-a-real-token',
  'slack-channel': 'C0123456789',
  // Every look is like the one before it.
  'wait-max-delay-seconds': '60',
}

type Handled = Parameters<InProcessHandler['handle']>

/** A cancelled request may have left already: AWS carries it out a little later. Milliseconds. */
const underWay = 1_500
const isChange = (operation: string) => /\.(Create|Register|Update|Stop|Tag)/.test(operation)

/** What bounds a call begins with the call, which is a moment of its own; pauses are short or drawn by lot. Milliseconds. */
const isLimit = (milliseconds: number) => milliseconds >= 5_000 && Number.isInteger(milliseconds)

/** Every so many moments are tried: all of them in the long run. */
const step = times('CANCEL_EVERY', 21, 1)

/** The world of one run, which is cancelled at its `moment`-th moment. */
function worldThatCancels(sim: Simulator, moment: number, cancel: () => void) {
  let moments = 0
  let name = ''
  const pass = (what: string) => {
    if (++moments !== moment) return false
    name = what
    cancel()
    return true
  }
  const requestHandler: InProcessHandler = {
    ...sim.requestHandler,
    async handle(...[request, options]: Handled) {
      const operation = String(request.headers['x-amz-target'] ?? request.headers['X-Amz-Target'] ?? request.path)
      pass(`${operation} leaves`)
      if (isChange(operation) && pass(`${operation} has left`))
        sim.clock.after(underWay, () => void sim.requestHandler.handle(request).catch(() => undefined))
      const answer = await sim.requestHandler.handle(request, options)
      pass(`${operation} is answered`)
      return answer
    },
  }
  const fetch = async (url: string, init: RequestInit) => {
    pass(`${url} leaves`)
    const answer = await sim.fetch(url, init)
    pass(`${url} is answered`)
    return answer
  }
  const clock = { ...sim.clock.forProgram }
  clock.sleep = (milliseconds, signal) => {
    const pause = sim.clock.forProgram.sleep(milliseconds, signal)
    if (!isLimit(milliseconds)) pass(`a pause of ${milliseconds}`)
    return pause
  }
  return { requestHandler, fetch, clock, moment: () => ({ name, moments }) }
}

const changesDone = (sim: Simulator) =>
  sim.recorder.all.filter(
    ({ operation, outcome }) => /^(UpdateService|CreateDeployment)$/.test(operation) && outcome === undefined,
  ).length

/** What is wrong after a cancel at this moment; undefined after the last moment. */
async function cancelAt(scene: () => Simulator, moment: number): Promise<string[] | undefined> {
  const sim = scene()
  const cancel = { at: undefined as number | undefined, now: () => {} }
  const world = worldThatCancels(sim, moment, () => {
    cancel.at = sim.clock.now()
    cancel.now()
  })
  const main = await fakeRunner({ clock: world.clock, environment })
  cancel.now = () => main.cancel()
  await createDeploy(world).main(givenInputs(deployInputs, given), main)
  if (cancel.at === undefined) return undefined
  const took = sim.clock.now() - cancel.at
  const record = parseRecord(main.savedState.deployment)

  const post = await fakeRunner({ clock: sim.clock.forProgram, environment, state: main.savedState })
  const { requestHandler } = sim
  const fetch = (url: string, init: RequestInit) => sim.fetch(url, init)
  await createDeploy({ requestHandler, fetch }).post?.(givenInputs(deployInputs, given), post)
  const told = [...post.lines, post.summary].join('\n')
  const slack = sim.slack.messages().map(({ content }) => JSON.stringify(content))
  sim.clock.advance(60 * 60_000)
  const serving = servingImage(sim)

  const problems: string[] = []
  const demand = (holds: boolean, problem: string) => void (holds || problems.push(problem))
  demand(took <= 2_000, `it took ${took} ms to end`)
  if (record === undefined) {
    demand(changesDone(sim) === 0, 'a change was made and no record kept')
  } else if (record.stage === 'ended') {
    demand(main.outputs.verdict !== 'cancelled' && told === '', `everything was told, but the post step said ${told}`)
  } else {
    demand(/cancelled/.test(told), `the post step did not speak of a cancel: ${told}`)
    demand(isTrue(told, serving, changesDone(sim)), `what serves is ${serving}, but the post step said: ${told}`)
  }
  const stages = /is being (deployed|prepared)|taking over/
  demand(slack.length <= 1 && !slack.some((text) => stages.test(text)), `Slack shows ${slack.join('\n')}`)
  return problems.map((problem) => `${moment}, ${world.moment().name}: ${problem}`)
}

/** Whether what people read fits what became of the service. */
function isTrue(told: string, serving: string, changes: number): boolean {
  if (/had not changed the service yet/.test(told)) return changes === 0 && serving === oldImage
  if (/had succeeded|had completed before it could be stopped/.test(told)) return serving === newImage
  return /now rolls back|was already rolling back|had been rolled back/.test(told) && serving === oldImage
}

const slow = (sim: Simulator) => {
  sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 60 })
  return sim
}
const crash = (sim: Simulator) => {
  sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 1 })
  return sim
}
const native = () => {
  const sim = createSimulator()
  const canaryConfiguration = { canaryPercent: 10, canaryBakeTimeInMinutes: 1 }
  seedNativeService(sim, { strategy: 'CANARY', desiredCount: 2, bakeTimeInMinutes: 1, canaryConfiguration })
  sim.recorder.clear()
  return sim
}

describe('row F01: a cancel at any moment ends in two seconds, and the post step tells the truth', () => {
  test.each([
    ['rolling', () => slow(rollingScene())],
    ['a canary of ECS', () => slow(native())],
    ['CodeDeploy', () => slow(codeDeployScene({ terminationWaitMinutes: 0 }))],
    ['rolling, broken', () => crash(rollingScene())],
    ['CodeDeploy, broken', () => crash(codeDeployScene({ terminationWaitMinutes: 0 }))],
  ])('%s', async (_, scene) => {
    const wrong: string[] = []
    let moment = 1
    for (let problems: string[] | undefined = []; problems; moment += step) {
      wrong.push(...problems)
      problems = await cancelAt(scene, moment)
    }
    expect(wrong).toEqual([])
    expect(moment).toBeGreaterThan(30)
  })
})
