/** Two registries, of two accounts in two regions, on one clock. */
import type { Registry } from '../../src/ports.ts'
import { openRegistry } from '../../src/registry/distribution.ts'
import { connected, plain } from '../aws/simulated.ts'
import { imageStore, type StoredRepository } from '../simulator/image-store.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'

export interface RegistryEnd {
  readonly simulator: Simulator
  readonly registry: Registry
  readonly repository: string
  readonly host: string
  readonly stored: StoredRepository
  /** Methods and paths of the requests since the last call. */
  requests(): readonly string[]
}

export function copyScene() {
  const one = createSimulator()
  const other = createSimulator({ accountId: '444455556666', clock: one.clock })
  const lines: string[] = []
  const cancel = new AbortController()
  const end = (simulator: Simulator, region: string, repository: string): RegistryEnd => {
    const { clock, aws } = connected(simulator, { region })
    const registry = openRegistry({
      login: () => aws.ecr.login(),
      clock,
      signal: cancel.signal,
      retryTime: 600_000,
      fetch: simulator.fetch,
      environment: {},
      onRetry: (line) => lines.push(plain(line)),
    })
    simulator.world.region(region).ecr.createRepository(repository)
    const stored = imageStore(simulator.world, region).repositories.get(repository)
    if (stored === undefined) throw new Error('no repository')
    let seen = 0
    return {
      ...{ simulator, registry, repository, stored },
      host: `${simulator.world.accountId}.dkr.ecr.${region}.amazonaws.com`,
      requests() {
        const all = simulator.recorder.all.filter(({ service }) => service === 'registry')
        const since = all.slice(seen).map(({ operation }) => operation)
        seen = all.length
        return since
      },
    }
  }
  const source = end(one, 'eu-west-1', 'api')
  const target = end(other, 'us-east-1', 'shop/api')
  const ports = {
    clock: one.clock.forProgram,
    say: (line: Parameters<typeof plain>[0]) => void lines.push(plain(line)),
  }
  return { source, target, lines, ports, cancel, sibling: (repository: string) => end(one, 'eu-west-1', repository) }
}
