/** Every end of a deployment that ECS itself shifts the traffic of. */
import { answerWaiting, hook } from '../deployment/pause-scene.ts'
import { newImage, oldImage, region, run } from '../deployment/scene.ts'
import { type NativeOptions, seedNativeService } from '../simulator/fixtures.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { alarm, crash, deployed, type End, expire, newer, slow, stopRolling } from './end.ts'

const functionArn = 'arn:aws:lambda:eu-west-1:111122223333:function:check'

/** Steps of a minute, so that no end is far away. */
const steps = {
  bakeTimeInMinutes: 1,
  canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 1 },
  linearConfiguration: { stepPercent: 50, stepBakeTimeInMinutes: 1 },
}

/** ECS takes the configuration of the strategy only. */
function stepsOf(strategy: NativeOptions['strategy']): Partial<NativeOptions> {
  const { bakeTimeInMinutes, canaryConfiguration, linearConfiguration } = steps
  if (strategy === 'CANARY') return { bakeTimeInMinutes, canaryConfiguration }
  return strategy === 'LINEAR' ? { bakeTimeInMinutes, linearConfiguration } : { bakeTimeInMinutes }
}

export function shiftingEnds(strategy: NativeOptions['strategy']): Readonly<Record<string, End>> {
  const scene =
    (options: Partial<NativeOptions> = {}) =>
    (): Simulator => {
      const sim = createSimulator()
      seedNativeService(sim, { strategy, ...stepsOf(strategy), ...options })
      sim.recorder.clear()
      return sim
    }
  const rows: Readonly<Record<string, End>> = {
    healthy: { scene: scene(), verdict: 'succeeded', green: true, says: /100%.*api \(shop\): deployed in/s },
    'nothing new': {
      scene: scene(),
      given: { image: oldImage },
      verdict: 'unchanged',
      green: true,
      says: /already up to date, nothing deployed/,
    },
    'broken, without rollback': {
      scene: scene({ circuitBreaker: 'stop' }),
      prepare: crash,
      verdict: 'failed',
      says: /exit code 1\)/,
    },
    broken: {
      scene: scene(),
      prepare: crash,
      verdict: 'rolled-back',
      says: /rolled back to api:1.*exit code 1\)/s,
    },
    alarm: {
      scene: scene({ alarms: ['api-5xx'] }),
      meanwhile: alarm,
      after: 60,
      verdict: 'rolled-back',
      says: /alarm api-5xx/,
    },
    'its rollback fails': {
      scene: scene({
        lifecycleHooks: [
          {
            targetType: 'AWS_LAMBDA',
            hookTargetArn: functionArn,
            roleArn: 'arn:aws:iam::111122223333:role/hooks',
            lifecycleStages: ['PRODUCTION_TRAFFIC_SHIFT'],
          },
        ],
      }),
      prepare: (sim) => sim.world.region(region).ecs.lambdaHooks.set(functionArn, { kind: 'failed' }),
      verdict: 'rollback-failed',
      says: /Act now/,
    },
    'stopped by somebody': {
      scene: scene(),
      prepare: slow,
      meanwhile: stopRolling,
      after: 60,
      verdict: 'stopped',
      says: /was stopped/,
    },
    'replaced by somebody': {
      scene: scene(),
      prepare: slow,
      meanwhile: (sim) => run(sim, { image: 'registry.example.com/api:theirs', request: { wait: false } }),
      after: 60,
      verdict: 'superseded',
      says: /was started by another user or run/,
    },
    'an older commit': {
      scene: scene(),
      prepare: deployed(newer),
      verdict: 'superseded',
      says: /is older than the live commit ccccccc.*allow-older/s,
    },
    'too slow': {
      scene: scene(),
      given: { 'wait-for-minutes': '2' },
      prepare: (sim) => sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 1200 }),
      verdict: 'timed-out',
      says: /did not complete within \d+ minutes.*deployment-id: service-deployment/s,
    },
    'credentials expire': {
      scene: scene(),
      prepare: slow,
      meanwhile: expire,
      after: 60,
      verdict: 'detached',
      says: /credentials.*deployment-id: service-deployment/s,
    },
    'paused and continued': {
      scene: scene({ lifecycleHooks: [hook(60)] }),
      meanwhile: (sim) => answerWaiting(sim, 'CONTINUE'),
      after: 300,
      verdict: 'succeeded',
      green: true,
      says: /Paused at POST_TEST_TRAFFIC_SHIFT.*Pause at \S+ continued.*: deployed in/s,
    },
    'paused and timed out': {
      scene: scene({ lifecycleHooks: [hook(10)] }),
      verdict: 'rolled-back',
      says: /the pause at POST_TEST_TRAFFIC_SHIFT .*was not answered.*ecs:ContinueServiceDeployment/s,
    },
    cancelled: {
      scene: scene(),
      prepare: slow,
      meanwhile: (_, runner) => runner.cancel(),
      after: 60,
      verdict: 'cancelled',
      says: /stops and rolls back/,
    },
  }
  return Object.fromEntries(Object.entries(rows).map(([name, end]) => [`${strategy}, ${name}`, end]))
}
