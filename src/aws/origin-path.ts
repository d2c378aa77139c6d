import type { OriginPathChange, OriginPathSet } from '../ports.ts'
import type { Connection } from './connection.ts'
import { isSwitched, pathsOf, readConfig, switched, untilUnmet, writeConfig } from './distribution-config.ts'

/**
 * Sets OriginPath of the origins that have a bucket, and nothing else of the distribution: the configuration is read, and written over
 * what was read alone (If-Match).
 */
export async function setOriginPath(
  connection: Connection,
  id: string,
  change: OriginPathChange,
): Promise<OriginPathSet> {
  return await untilUnmet<OriginPathSet>(id, 'UpdateDistribution', async () => {
    const { config, etag } = await readConfig(connection, id)
    const other = pathsOf(config, change).find((path) => path !== change.from && path !== change.to)
    if (other !== undefined) return { kind: 'other', path: other }
    if (isSwitched(config, change)) return { kind: 'set' }
    const next = { config: switched(config, change), etag }
    const set = await writeConfig(connection, id, next, (now) => isSwitched(now, change))
    return set === 'met' ? 'met' : { kind: 'set' }
  })
}
