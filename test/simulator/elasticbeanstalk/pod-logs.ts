/**
 * The log of a deployment to a cluster: a ZIP file in S3 once the deployment has ended, "best effort". Developer guide, "Deployment logs",
 * has its key, its files and their blocks; lines of events are kubelet's, and how a block of logs names containers is the simulator's own.
 */
import type { Deploying } from './command.ts'
import type { VersionBehaviour } from './state.ts'
import { zipOf } from './zip.ts'

/** Key of the log of a deployment to a cluster. */
export const clusterLogKey = (environmentId: string, name: string, requestId: string) =>
  `resources/environments/logs/deployments/${environmentId}/deployment-${name}-${requestId}.zip`

interface Blocks {
  readonly events: readonly string[]
  readonly log: readonly string[]
}

const back = 'Warning  BackOff  Back-off restarting failed container app in pod'
const probe = 'Warning  Unhealthy  Readiness probe failed: HTTP probe failed with statuscode: 503'

function blocksOf(behaviour: VersionBehaviour): Blocks {
  switch (behaviour.kind) {
    case 'pods-fail':
      return { events: behaviour.events, log: behaviour.log ?? [] }
    case 'command-fails':
      return { events: [back], log: behaviour.log }
    case 'unhealthy':
      return { events: [probe], log: ['listening on 8080'] }
    default:
      return { events: [], log: ['listening on 8080'] }
  }
}

const fileOf = ({ events, log }: Blocks) =>
  ['=====EVENTS=====', ...events, '', '=====LOGS=====', '----- container: app -----', ...log, ''].join('\n')

/** Uploads the files of a pod of the version before, which ends, and of one of the new version. */
export function uploadPodLogs({ state, environment, label }: Deploying): void {
  const { operation, EnvironmentId, EnvironmentName } = environment
  const { clusterLog } = state.quirks
  if (operation === undefined || clusterLog === undefined) return
  const behaviour = state.behaviour(label)
  const image = state.versions.find(({ VersionLabel }) => VersionLabel === label)?.ImageSource?.Uri
  const { events, log } = blocksOf(behaviour)
  const pulled = `Normal   Pulling    Pulling image "${image}"`
  const ended = { events: ['Normal   Killing    Stopping container app', probe], log: ['received SIGTERM'] }
  const shared = behaviour.kind === 'pods-fail' ? (behaviour.shared ?? []) : []
  const key = clusterLogKey(EnvironmentId, EnvironmentName, operation.requestId)
  const file = zipOf([
    { name: '1-environment/_k8Events.txt', content: shared.join('\n') },
    { name: `1-environment/${EnvironmentName}-5d9f-aaaaa.txt`, content: fileOf(ended) },
    { name: `1-environment/${EnvironmentName}-7c6b-bbbbb.txt`, content: fileOf({ events: [pulled, ...events], log }) },
  ])
  void state.world.clock.after(clusterLog * 1000, () => state.storage.write(state.bucket, key, file))
}
