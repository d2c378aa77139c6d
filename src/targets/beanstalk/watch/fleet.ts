import type { Progress } from '../../../deployment/unit-progress.ts'
import type { BeanstalkInstance } from '../../../ports.ts'
import { asName, joined, type Text, text } from '../../../text.ts'

/** The instances of an environment, by the version that was deployed to them last. */
export interface Fleet {
  readonly all: readonly BeanstalkInstance[]
  /** Those that got the version; also where its deployment to them failed. */
  readonly ours: readonly BeanstalkInstance[]
  /** Every instance has the version, and its deployment succeeded on each. */
  readonly isWhole: boolean
}

/** Undefined where the environment has basic health reporting, or the role is not authorized to read the instances. */
export function fleetOf(instances: readonly BeanstalkInstance[] | undefined, label: string): Fleet | undefined {
  if (instances === undefined) return undefined
  const ours = instances.filter((instance) => instance.label === label)
  const isWhole = ours.length === instances.length && ours.every(isDeployed)
  return { all: instances, ours, isWhole }
}

/**
 * The label of the newest deployment that instances have begun since an update began (milliseconds since 1970). What they got before is
 * no proof of it: a failed rolling deployment leaves two versions. Undefined: no instance shows it yet.
 */
export function labelSince(since: number, instances: readonly BeanstalkInstance[] = []): string | undefined {
  const [newest] = instances
    .filter(({ deployedAt }) => deployedAt !== undefined && deployedAt >= wholeSecond(since))
    .toSorted((one, other) => (other.deploymentId ?? 0) - (one.deploymentId ?? 0))
  return newest?.label
}

/** Times of deployments may be of whole seconds. */
function wholeSecond(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000
}

/** Whether every instance has this label from before that time. */
export function isUntouched(
  instances: readonly BeanstalkInstance[],
  label: string | undefined,
  since: number,
): boolean {
  return instances.every(
    (instance) =>
      instance.label === label && instance.deployedAt !== undefined && instance.deployedAt < wholeSecond(since),
  )
}

function isDeployed({ deploymentStatus }: BeanstalkInstance): boolean {
  return deploymentStatus === 'Deployed'
}

/** Which instances have which version: `i-1, i-2: v2; i-3: v1`. Undefined where the instances are unknown. */
export function fleetInWords(fleet: Fleet | undefined): Text | undefined {
  if (fleet === undefined || fleet.all.length === 0) return undefined
  const labels = [...new Set(fleet.all.map(({ label = 'no version' }) => label))]
  const rows = labels.map((label) => {
    const those = fleet.all.filter((instance) => (instance.label ?? 'no version') === label)
    return text`${asName(label)} on ${joined(those.map(inWords))}`
  })
  return joined(rows, '; ')
}

function inWords({ id, deploymentStatus }: BeanstalkInstance): Text {
  return deploymentStatus === 'Deployed' || deploymentStatus === undefined
    ? text`${asName(id)}`
    : text`${asName(id)} (${asName(deploymentStatus)})`
}

/** How many instances have the version. `wanted`: as many as the environment had before the deployment. */
export function progressOf(fleet: Fleet, wanted: number): Progress {
  const done = fleet.ours.filter(isDeployed).length
  const failed = fleet.ours.filter(({ deploymentStatus }) => deploymentStatus === 'Failed').length
  const pending = Math.max(0, Math.max(wanted, done) - done - failed)
  return { unit: 'instances', doneWord: 'deployed', wanted: Math.max(wanted, done), done, pending, failed }
}
