/**
 * Cluster mode (tier EKS): an image on pods of Amazon EKS, without instances and their health. No page has the events of a roll-out:
 * those between the first and the last are the simulator's own.
 */
import { AwsError } from '../contract.ts'
import type { Wait } from '../ecs/script.ts'
import type { Deploying } from './command.ts'
import { tell } from './events.ts'
import { uploadPodLogs } from './pod-logs.ts'
import type { AppVersion, Environment } from './state.ts'

/** Whether an environment runs on a cluster. */
export const isCluster = ({ Tier }: Environment): boolean => Tier?.Type === 'EKS'

/** Throws where the version is none of the tier: a cluster runs images, and instances get source bundles. */
export function requireFit(environment: Environment, { VersionLabel, ImageSource }: AppVersion): void {
  if (isCluster(environment) === (ImageSource !== undefined)) return
  const needs = isCluster(environment) ? 'ImageConfiguration' : 'SourceBundle'
  throw new AwsError('InvalidParameterValue', `Application Version ${VersionLabel} has no ${needs}.`)
}

/** RollingUpdate, the default strategy: pods of the version before stay until those of the new one are ready. */
export function* rollOut(deploying: Deploying): Generator<Wait, boolean, void> {
  const { state, environment, label } = deploying
  const behaviour = state.behaviour(label)
  tell(state, environment, 'Deploying new version to the cluster.')
  yield { seconds: state.quirks.launch }
  if (behaviour.kind === 'healthy' || behaviour.kind === 'warning') {
    uploadPodLogs(deploying)
    return true
  }
  yield { seconds: state.quirks.healthLimit }
  uploadPodLogs(deploying)
  const said = behaviour.kind === 'command-fails' ? (behaviour.log.at(-1) ?? '') : 'ProgressDeadlineExceeded'
  tell(state, environment, `Deployment to the cluster failed: ${said}`, 'ERROR')
  return false
}
