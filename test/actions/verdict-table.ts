/** Every end of a deployment by every engine: the world that leads to it, and what the step then has to say. */
import { createDeploy } from '../../src/actions/deploy/index.ts'
import { deployInputs } from '../../src/actions/inputs/deploy-inputs.ts'
import { answerWaiting, hook, hookScene } from '../deployment/pause-scene.ts'
import { codeDeployScene, newImage, oldImage, region, rollingScene, run, servingImage } from '../deployment/scene.ts'
import { type FakeRunner, fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { alarm, commit, crash, deployed, type End, expire, newer, slow, stopCodeDeploy, stopRolling } from './end.ts'
import { environment as jobEnvironment } from './scene.ts'
import { shiftingEnds } from './shifting-ends.ts'

const environment = { ...jobEnvironment, GITHUB_SHA: commit }

const withAlarm = (autoRollback?: []) => () => {
  const sim = codeDeployScene({ alarms: ['api-5xx'], ...(autoRollback && { autoRollback }) })
  sim.world.region(region).cloudwatch.setState('api-5xx', 'OK')
  return sim
}

const rolling = { scene: () => rollingScene() }
const canary = 'CodeDeployDefault.ECSCanary10Percent15Minutes'
const codeDeploy = { scene: () => codeDeployScene({ terminationWaitMinutes: 0 }) }

export const ends: Readonly<Record<string, End>> = {
  'rolling, healthy': { ...rolling, verdict: 'succeeded', green: true, says: /api \(shop\): deployed in/ },
  'CodeDeploy, healthy': { ...codeDeploy, verdict: 'succeeded', green: true, says: /api \(shop\): deployed in/ },
  'rolling, nothing new': {
    ...rolling,
    given: { image: oldImage },
    verdict: 'unchanged',
    green: true,
    says: /already up to date, nothing deployed/,
  },
  'CodeDeploy, nothing new': {
    ...codeDeploy,
    given: { image: oldImage },
    verdict: 'unchanged',
    green: true,
    says: /already up to date, nothing deployed/,
  },
  'rolling, not waited for': {
    ...rolling,
    given: { 'wait-for-service-stability': 'false' },
    verdict: 'detached',
    green: true,
    says: /started and is not watched/,
  },
  'CodeDeploy, not waited for': {
    ...codeDeploy,
    given: { 'wait-for-service-stability': 'false' },
    verdict: 'detached',
    green: true,
    says: /started and is not watched/,
  },
  'rolling, broken, without rollback': {
    scene: () => rollingScene({ circuitBreaker: 'stop' }),
    prepare: crash,
    verdict: 'failed',
    says: /exit code 1\)/,
  },
  'CodeDeploy, alarm, without rollback': {
    scene: withAlarm([]),
    meanwhile: alarm,
    after: 60,
    verdict: 'failed',
    says: /alarm/,
  },
  'rolling, broken': {
    ...rolling,
    prepare: crash,
    verdict: 'rolled-back',
    says: /rolled back to api:1[\s\S]*exit code 1\)/,
  },
  'rolling, broken, without circuit breaker': {
    scene: () => rollingScene({ circuitBreaker: 'off' }),
    prepare: crash,
    verdict: 'rolled-back',
    says: /exit code 1\)/,
  },
  'CodeDeploy, broken': {
    ...codeDeploy,
    prepare: crash,
    verdict: 'rolled-back',
    says: /rolled back to api:1[\s\S]*exit code 1\)/,
  },
  'CodeDeploy, alarm': { scene: withAlarm(), meanwhile: alarm, after: 60, verdict: 'rolled-back', says: /alarm/ },
  'rolling, first deployment of all, broken': {
    scene: () => rollingScene({ waitUntilSteady: false, image: 'registry.example.com/api:v0' }, {}),
    prepare: (sim) => sim.world.scenarios.set(/./, { kind: 'crash', exitCode: 1 }),
    verdict: 'rollback-failed',
    says: /failed, and the rollback failed/,
  },
  'rolling, its rollback fails': {
    scene: () => rollingScene({ minimumHealthyPercent: 0, maximumPercent: 100 }),
    prepare(sim) {
      crash(sim)
      const stoppedReason = 'CannotPullContainerError: the old image is gone: not found'
      sim.world.scenarios.set(oldImage, { kind: 'fails-to-start', stoppedReason })
    },
    verdict: 'rollback-failed',
    says: /Act now/,
  },
  'CodeDeploy, its rollback fails': {
    scene: withAlarm(),
    prepare: (sim) => {
      const { quirks } = sim.world.region(region).codedeploy as unknown as { quirks: Record<string, unknown> }
      quirks.rollbackFailure = { code: 'INTERNAL_ERROR', message: 'There was an internal error.' }
    },
    meanwhile: alarm,
    after: 60,
    verdict: 'rollback-failed',
    says: /Act now/,
  },
  'rolling, stopped by somebody': {
    ...rolling,
    prepare: slow,
    meanwhile: stopRolling,
    after: 60,
    verdict: 'stopped',
    says: /was stopped/,
  },
  'CodeDeploy, stopped by somebody': {
    scene: () => codeDeployScene({ autoRollback: [] }),
    prepare: slow,
    meanwhile: stopCodeDeploy,
    after: 60,
    verdict: 'stopped',
    says: /was stopped/,
  },
  'rolling, replaced by somebody': {
    ...rolling,
    prepare: slow,
    meanwhile: (sim) => run(sim, { image: 'registry.example.com/api:theirs', request: { wait: false } }),
    after: 60,
    verdict: 'superseded',
    says: /was started by another user or run/,
  },
  'rolling, an older commit': {
    ...rolling,
    prepare: deployed(newer),
    verdict: 'superseded',
    says: /is older than the live commit ccccccc.*allow-older/s,
  },
  'CodeDeploy, an older commit': {
    ...codeDeploy,
    prepare: deployed(newer),
    verdict: 'superseded',
    says: /is older than the live commit ccccccc.*allow-older/s,
  },
  'rolling, too slow': {
    ...rolling,
    given: { 'wait-for-minutes': '2' },
    prepare: slow,
    verdict: 'timed-out',
    says: /did not complete within 2 minutes.*deployment-id: service-deployment/s,
  },
  'CodeDeploy, too slow': {
    scene: () => codeDeployScene({ deploymentConfig: canary, terminationWaitMinutes: 0 }),
    given: { 'wait-for-minutes': '2' },
    prepare: slow,
    verdict: 'timed-out',
    says: /did not complete within 2 minutes.*deployment-id: d-/s,
  },
  'rolling, credentials expire': {
    ...rolling,
    prepare: slow,
    meanwhile: expire,
    after: 60,
    verdict: 'detached',
    says: /credentials.*deployment-id: service-deployment/s,
  },
  'CodeDeploy, credentials expire': {
    ...codeDeploy,
    prepare: slow,
    meanwhile: expire,
    after: 60,
    verdict: 'detached',
    says: /credentials.*deployment-id: d-/s,
  },
  'ECS, paused and continued': {
    scene: () => hookScene(hook(60)),
    meanwhile: (sim) => answerWaiting(sim, 'CONTINUE'),
    after: 300,
    verdict: 'succeeded',
    green: true,
    says: /Paused at POST_TEST_TRAFFIC_SHIFT.*Pause at \S+ continued.*: deployed in/s,
  },
  'CodeDeploy, paused and continued': {
    scene: () => codeDeployScene({ readyWait: 60, terminationWaitMinutes: 0 }),
    meanwhile: (sim) => answerWaiting(sim, 'CONTINUE'),
    after: 300,
    verdict: 'succeeded',
    green: true,
    says: /Paused at READY_WAIT.*Pause at \S+ continued.*: deployed in/s,
  },
  'ECS, paused and rolled back': {
    scene: () => hookScene(hook(60)),
    meanwhile: (sim) => answerWaiting(sim, 'ROLLBACK'),
    after: 300,
    verdict: 'rolled-back',
    says: /the pause was answered with a rollback/i,
  },
  'CodeDeploy, paused and rolled back': {
    scene: () => codeDeployScene({ readyWait: 60 }),
    meanwhile: (sim) => answerWaiting(sim, 'ROLLBACK'),
    after: 300,
    verdict: 'rolled-back',
    says: /the pause was answered with a rollback/i,
  },
  'ECS, paused and timed out': {
    scene: () => hookScene(hook(10)),
    verdict: 'rolled-back',
    says: /the pause at POST_TEST_TRAFFIC_SHIFT .*was not answered.*ecs:ContinueServiceDeployment/s,
  },
  'ECS, paused and timed out, to go on': {
    scene: () => hookScene(hook(10, 'CONTINUE')),
    verdict: 'succeeded',
    green: true,
    says: /timed out, the deployment continues/,
  },
  'CodeDeploy, paused and timed out': {
    scene: () => codeDeployScene({ readyWait: 10 }),
    verdict: 'rolled-back',
    says: /READY_WAIT \(before production traffic\) was not answered.*codedeploy:ContinueDeployment/s,
  },
  'CodeDeploy, paused and timed out, without rollback': {
    scene: () => codeDeployScene({ readyWait: 10, autoRollback: [] }),
    verdict: 'stopped',
    says: /READY_WAIT \(before production traffic\) was not answered.*codedeploy:ContinueDeployment/s,
  },
  'ECS, left waiting': {
    scene: () => hookScene(hook(60)),
    given: { 'on-pause': 'leave' },
    verdict: 'paused',
    green: true,
    says: /notice api \(shop\): paused at POST_TEST_TRAFFIC_SHIFT/,
  },
  'CodeDeploy, left waiting': {
    scene: () => codeDeployScene({ readyWait: 60 }),
    given: { 'on-pause': 'leave' },
    verdict: 'paused',
    green: true,
    says: /notice api \(shop\): paused at READY_WAIT/,
  },
  'rolling, cancelled': {
    ...rolling,
    prepare: slow,
    meanwhile: (_, runner) => runner.cancel(),
    after: 60,
    verdict: 'cancelled',
    says: /stops and rolls back/,
  },
  'CodeDeploy, cancelled': {
    ...codeDeploy,
    prepare: slow,
    meanwhile: (_, runner) => runner.cancel(),
    after: 60,
    verdict: 'cancelled',
    says: /stops and rolls back/,
  },
  ...shiftingEnds('BLUE_GREEN'),
  ...shiftingEnds('LINEAR'),
  ...shiftingEnds('CANARY'),
}

export interface Played {
  readonly sim: Simulator
  readonly runner: FakeRunner
  /** The image that users get once the step has ended. */
  readonly serving: string
}

export interface Trouble {
  /** Once the scene is prepared, before the step begins. */
  readonly before?: (sim: Simulator) => void
  readonly given?: Readonly<Record<string, string>>
}

/** Runs the step; `meanwhile` happens so many virtual seconds after the call that starts the deployment. */
export async function play(
  { scene, prepare, meanwhile, after = 0, given = {} }: End,
  trouble: Trouble = {},
): Promise<Played> {
  const sim = scene()
  await prepare?.(sim)
  const idToken = async (audience: string) => sim.oidc.token(audience)
  const runner = Object.assign(await fakeRunner({ clock: sim.clock.forProgram, environment }), { idToken })
  let hasBegun = false
  const soon = () => {
    if (!hasBegun) sim.clock.after(after * 1000, () => void meanwhile?.(sim, runner))
    hasBegun = true
  }
  trouble.before?.(sim)
  // Behind what spoils calls: a deployment starts with the call that is carried out.
  sim.faults.add({ operation: /^(UpdateService|CreateDeployment)$/, effect: { kind: 'callback', run: soon } })
  const action = createDeploy({ requestHandler: sim.requestHandler, fetch: (url, init) => sim.fetch(url, init) })
  const inputs = {
    service: 'api',
    cluster: 'shop',
    image: newImage,
    'github-token': 'ghs_1',
    // Every look is like the one before it.
    'wait-max-delay-seconds': '20',
    ...given,
    ...trouble.given,
  }
  await action
    .main(givenInputs(deployInputs, inputs), runner)
    .catch((error: unknown) => runner.lines.push(String(error)))
  return { sim, runner, serving: servingImage(sim) }
}
