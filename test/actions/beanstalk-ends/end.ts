/** One deployment to Elastic Beanstalk: what AWS does with it, and how it must be reported. */
import type { BeanstalkSeed } from '../../simulator/elasticbeanstalk/elasticbeanstalk.ts'
import type { VersionBehaviour } from '../../simulator/elasticbeanstalk/state.ts'
import type { FaultRule } from '../../simulator/faults.ts'
import type { Simulator } from '../../simulator/simulator.ts'
import { beanstalkOf, production, region } from '../beanstalk-scene.ts'

export interface End {
  readonly name: string
  /** Row of the table of ends, or the failure of another action that it repeats. */
  readonly source: string
  readonly seed?: Partial<BeanstalkSeed>
  /** Of `v2`, which is deployed. Default: healthy. */
  readonly behaviour?: VersionBehaviour
  readonly prepare?: (sim: Simulator) => unknown
  readonly given?: Readonly<Record<string, string>>
  /** The same job a second time; what is expected is the end of that. */
  readonly isRepeated?: true
  readonly verdict: string
  /** Of the cause; only of a bad end. */
  readonly code?: string
  /** What a person must read of the cause, in AWS's words; only of a bad end. */
  readonly cause?: RegExp
  /** Labels of the instances afterwards. */
  readonly labels: readonly string[]
  readonly says?: RegExp
  /** Of what no other action can do: not compared with them. */
  readonly isOwn?: true
}

/** Whether a step with this verdict is green. */
export const isGreen = ({ verdict }: Pick<End, 'verdict'>): boolean => /^(succeeded|unchanged|detached)$/.test(verdict)

/** Happens so many virtual seconds after UpdateEnvironment was sent. */
export const after = (sim: Simulator, seconds: number, happens: () => unknown) =>
  sim.faults.add({
    operation: 'UpdateEnvironment',
    times: 1,
    effect: { kind: 'callback', run: () => void sim.clock.after(seconds * 1000, () => void happens()) },
  })

/** What another user asks of Elastic Beanstalk. */
export const ask = (sim: Simulator, operation: string, input: object, requestId = 'theirs') => {
  const call = { service: 'elasticbeanstalk', operation, region, accessKeyId: '', at: 0, requestId, input: {} }
  return beanstalkOf(sim).handlers[operation]?.(input, call)
}

/** A fault of one operation. */
export const fault =
  (operation: string, effect: FaultRule['effect'], more: Partial<FaultRule> = {}) =>
  (sim: Simulator) =>
    sim.faults.add({ service: 'elasticbeanstalk', operation, effect, ...more })

/** The version `v3` of another user. */
export const theirs = (sim: Simulator): void => {
  beanstalkOf(sim).seed({ environment: 'shop-other', label: 'v3' })
}

/** Deploys a version to the environment as another user. */
export const deployTheirs = (sim: Simulator, label = 'v3') =>
  ask(sim, 'UpdateEnvironment', { EnvironmentName: production, VersionLabel: label })

export const immutable = { policy: 'Immutable' }
export const crash: Extract<VersionBehaviour, { kind: 'command-fails' }> = {
  kind: 'command-fails',
  exitCode: 1,
  log: ["Error: Cannot find module 'express'"],
}
export const ill: VersionBehaviour = {
  kind: 'unhealthy',
  causes: ['ELB health is failing or not available for all instances.'],
}
/** One fails before the deployment log is read, in the words of the events alone or of the log. */
export const crashed = /Cannot find module|Command failed on instance|Instance deployment failed/
