import { describe, expect, test } from '@jest/globals'
import type { VersionBehaviour } from '../simulator/elasticbeanstalk/state.ts'
import type { FaultRule } from '../simulator/faults.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { beanstalkOf, beanstalkScene, deployBeanstalk, production, rolling } from './beanstalk-scene.ts'

const immutable = { policy: 'Immutable' }
const crash: VersionBehaviour = { kind: 'command-fails', exitCode: 1, log: ["Error: Cannot find module 'express'"] }
const after = (sim: Simulator, seconds: number, happens: () => unknown) =>
  sim.faults.add({
    operation: 'UpdateEnvironment',
    effect: { kind: 'callback', run: () => void sim.clock.after(seconds * 1000, () => void happens()) },
  })
const ask = (sim: Simulator, operation: string, input: object) => {
  const call = {
    service: 'elasticbeanstalk',
    operation,
    region: 'eu-west-1',
    accessKeyId: '',
    at: 0,
    requestId: 'theirs',
    input: {},
  }
  return beanstalkOf(sim).handlers[operation]?.(input, call)
}
const fault =
  (operation: string, effect: FaultRule['effect'], more: object = {}) =>
  (sim: Simulator) =>
    sim.faults.add({ service: 'elasticbeanstalk', operation, effect, ...more })

interface End {
  readonly name: string
  readonly seed?: object
  readonly behaviour?: VersionBehaviour
  readonly prepare?: (sim: Simulator) => unknown
  readonly given?: Record<string, string>
  readonly verdict: string
  readonly code?: string
  readonly labels: readonly string[]
  readonly says?: RegExp
}

const ends: readonly End[] = [
  ...['AllAtOnce', 'RollingWithAdditionalBatch', 'Immutable', 'TrafficSplitting'].map((policy) => ({
    name: `good, by the policy ${policy}`,
    seed: { ...rolling, policy },
    verdict: 'succeeded',
    labels: ['v2', 'v2'],
    says: new RegExp(`with Elastic Beanstalk \\(${policy}`),
  })),
  {
    name: 'good, with basic health reporting',
    seed: { enhanced: false },
    verdict: 'succeeded',
    labels: ['v2', 'v2'],
  },
  {
    name: 'good once traffic is shifted, with old instances still there',
    seed: immutable,
    given: { 'wait-for': 'traffic-shifted' },
    verdict: 'succeeded',
    labels: ['v1', 'v1', 'v2', 'v2'],
  },
  {
    name: 'rolling, and the second instance fails: both versions, named by instance, and the log of the step',
    seed: { ...rolling, instances: 3 },
    behaviour: { ...crash, on: [1] },
    verdict: 'failed',
    code: 'beanstalk-module-missing',
    labels: ['v2', 'v2', 'v1'],
    says: /Cannot find module express[\s\S]*Mixed versions: v2 on i-\w+, i-\w+ \(Failed\); v1 on i-\w+/,
  },
  {
    name: 'rolling, failed in the second batch, and rolled back on request',
    seed: { ...rolling, instances: 3 },
    behaviour: { ...crash, on: [1] },
    given: { 'roll-back-on-failure': 'true' },
    verdict: 'rolled-back',
    code: 'beanstalk-module-missing',
    labels: ['v1', 'v1', 'v1'],
  },
  {
    name: 'immutable and failed between two reads: rolled back, with the cause',
    seed: immutable,
    behaviour: { kind: 'unhealthy', causes: ['ELB health is failing or not available for all instances.'] },
    verdict: 'rolled-back',
    code: 'beanstalk-health-check',
    labels: ['v1', 'v1'],
  },
  {
    name: 'a command that hangs: the time-out of Elastic Beanstalk, with its own words',
    behaviour: { kind: 'command-hangs' },
    verdict: 'failed',
    code: 'beanstalk-command-timeout',
    labels: ['v2', 'v2'],
    says: /Timeout plus 240 s/,
  },
  {
    name: 'deployed all at once, and never healthy',
    behaviour: { kind: 'unhealthy', causes: ['100.0 % of the requests are failing with HTTP 5xx.'] },
    given: { 'wait-for-environment-recovery': '60' },
    verdict: 'failed',
    code: 'beanstalk-http-errors',
    labels: ['v2', 'v2'],
  },
  {
    name: 'deployed and unhealthy, with recovery not waited for: what was asked',
    behaviour: { kind: 'unhealthy', causes: [] },
    given: { 'wait-for-environment-recovery': 'false' },
    verdict: 'succeeded',
    labels: ['v2', 'v2'],
  },
  {
    name: 'no instance can be launched',
    seed: immutable,
    behaviour: {
      kind: 'launch-fails',
      message: 'EC2 Instance Launch Failure. Waiting for a New EC2 Instance to Launch...',
    },
    verdict: 'rolled-back',
    code: 'beanstalk-capacity',
    labels: ['v1', 'v1'],
  },
  {
    name: 'a bundle that AWS cannot process: no instance is touched',
    behaviour: {
      kind: 'processing-fails',
      message: 'The configuration file .ebextensions/a.config in application version v2 contains invalid YAML or JSON.',
    },
    verdict: 'failed',
    code: 'version-failed',
    labels: ['v1', 'v1'],
    says: /invalid YAML or JSON/,
  },
  {
    name: 'aborted by a user in the second batch: stopped, mixed',
    seed: { ...rolling, instances: 3 },
    prepare: (sim) => after(sim, 60, () => ask(sim, 'AbortEnvironmentUpdate', { EnvironmentName: production })),
    verdict: 'stopped',
    code: 'deployment-aborted',
    labels: ['v2', 'v2', 'v1'],
    says: /mixed versions/,
  },
  {
    name: 'a managed update is waited for, and named',
    prepare: (sim) => beanstalkOf(sim).managedUpdate(production, 300),
    verdict: 'succeeded',
    labels: ['v2', 'v2'],
    says: /waiting for the deployment managed-action-1/,
  },
  {
    name: 'a managed update is no failure of the run that must not wait: it says so',
    prepare: (sim) => beanstalkOf(sim).managedUpdate(production, 300),
    given: { 'on-conflict': 'fail' },
    verdict: 'failed',
    code: 'deployment-conflict',
    labels: ['v1', 'v1'],
    says: /Must be Ready: the managed action managed-action-1 is running/,
  },
  {
    name: 'an error event of another operation is none of ours',
    prepare: (sim) => after(sim, 5, () => ask(sim, 'NotOurs', {})),
    verdict: 'succeeded',
    labels: ['v2', 'v2'],
  },
  {
    name: 'throttled hard: later, and the same',
    prepare: fault('DescribeEnvironments', { kind: 'throttle' }, { times: 6 }),
    verdict: 'succeeded',
    labels: ['v2', 'v2'],
  },
  {
    name: 'the reply to UpdateEnvironment is lost: found by its events, and sent once',
    prepare: fault('UpdateEnvironment', { kind: 'apply-then-drop' }),
    verdict: 'succeeded',
    labels: ['v2', 'v2'],
  },
  {
    name: 'the reply to CreateApplicationVersion is lost: the version is ours',
    prepare: fault('CreateApplicationVersion', { kind: 'apply-then-drop' }),
    verdict: 'succeeded',
    labels: ['v2', 'v2'],
  },
  {
    name: 'time is up: it goes on, and how it is watched further',
    seed: immutable,
    given: { 'wait-for-minutes': '2' },
    verdict: 'timed-out',
    code: 'timed-out',
    labels: ['v1', 'v1', 'v2', 'v2'],
    says: /deployment-id: [0-9a-f-]{36}/,
  },
  {
    name: 'not watched, as asked',
    given: { 'wait-for-deployment': 'false' },
    verdict: 'detached',
    labels: ['v1', 'v1'],
  },
  {
    name: 'another user deploys another version in the meantime: superseded',
    prepare: (sim) => {
      beanstalkOf(sim).seed({ environment: 'other', label: 'v3' })
      after(sim, 14, () => ask(sim, 'UpdateEnvironment', { EnvironmentName: production, VersionLabel: 'v3' }))
    },
    verdict: 'superseded',
    labels: ['v3', 'v3'],
  },
  {
    name: 'the environment is terminated in the meantime',
    prepare: (sim) => after(sim, 5, () => ask(sim, 'TerminateEnvironment', { EnvironmentName: production })),
    verdict: 'failed',
    code: 'environment-terminated',
    labels: ['v2', 'v2'],
  },
  {
    name: 'settings first, then the version',
    given: { 'option-settings': 'aws:elasticbeanstalk:command:Timeout=900\nenv:LOG_LEVEL=debug' },
    verdict: 'succeeded',
    labels: ['v2', 'v2'],
    says: /environment:LOG_LEVEL not set → \*\*\*/,
  },
  {
    name: 'settings that AWS takes back: no version is deployed',
    prepare: (sim) =>
      beanstalkOf(sim).failConfiguration(production, 'Service:AmazonCloudFormation, Message:Quota exceeded'),
    given: { 'option-settings': 'aws:elasticbeanstalk:command:Timeout=900' },
    verdict: 'rolled-back',
    code: 'beanstalk-stack-failed',
    labels: ['v1', 'v1'],
  },
  {
    name: 'settings that AWS refuses: before anything is changed',
    given: { 'option-settings': 'aws:elasticbeanstalk:command:Timeout=9999' },
    verdict: 'failed',
    code: 'inputs-invalid',
    labels: ['v1', 'v1'],
    says: /Timeout: Invalid option value/,
  },
  {
    name: 'a label that has another bundle',
    given: { 'version-label': 'v1' },
    verdict: 'failed',
    code: 'version-label-taken',
    labels: ['v1', 'v1'],
  },
  {
    name: 'the deployment log may not be read: the permission is named, and the cause is that of the events',
    behaviour: crash,
    prepare: (sim) =>
      sim.faults.add({ service: 's3', operation: 'GetObject', times: 99, effect: { kind: 'access-denied' } }),
    verdict: 'failed',
    code: 'beanstalk-command-failed',
    labels: ['v2', 'v2'],
    says: /return code 1/,
  },
]

describe('the end of a deployment', () => {
  test.each(ends.map((end) => [end.name, end] as const))('%s', async (_, end) => {
    const sim = beanstalkScene(end.seed)
    if (end.behaviour) beanstalkOf(sim).behave('v2', end.behaviour)
    end.prepare?.(sim)
    const { outputs, isRed, log, labels } = await deployBeanstalk(sim, end.given)
    const { verdict, 'cause-code': code } = outputs
    expect({ verdict, code, log }).toMatchObject({
      verdict: end.verdict,
      code: end.code ?? (verdict === end.verdict ? code : ''),
    })
    expect(isRed).toBe(!/^(succeeded|unchanged|detached)$/.test(end.verdict))
    if (!/terminated/.test(end.name)) expect(labels).toEqual(end.labels)
    expect(log).toMatch(end.says ?? /(?:)/)
    expect(sim.recorder.count('elasticbeanstalk', 'UpdateEnvironment')).toBeLessThanOrEqual(2)
  })
})
