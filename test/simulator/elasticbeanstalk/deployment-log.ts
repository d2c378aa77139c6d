/**
 * The consolidated log of one deployment, which grows in S3 while it runs: developer guide, "Deployment logs". The page gives the key,
 * the mark `[ERROR]` of a failed step with its last 50 lines, and the cap of 1 MB; the other words are the simulator's own.
 */
import type { Environment, State } from './state.ts'

const mostBytes = 1024 * 1024

/** Key of the log of a deployment. */
export const logKey = (environmentId: string, requestId: string) =>
  `resources/environments/logs/deployments/${environmentId}/eb-deployment-${requestId}.log`

/** Appends lines to the log of the operation in progress. */
export function log(state: State, { EnvironmentId, operation, Tier }: Environment, ...lines: readonly string[]): void {
  // A cluster has a ZIP file of its pods' logs instead, once the deployment has ended.
  if (operation === undefined || Tier?.Type === 'EKS') return
  const key = logKey(EnvironmentId, operation.requestId)
  const time = new Date(state.world.clock.now()).toISOString().slice(0, 19).replace('T', ' ')
  const before = state.storage.read(state.bucket, key) ?? Buffer.alloc(0)
  const added = Buffer.from(
    lines.map((line) => (/^\[(INFO|ERROR)\]/.test(line) ? `${time} ${line}\n` : `${line}\n`)).join(''),
  )
  state.storage.write(state.bucket, key, Buffer.concat([before, added]).subarray(0, mostBytes))
}
