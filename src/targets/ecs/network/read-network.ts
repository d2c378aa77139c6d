import { parseArn } from '../../../arn.ts'
import type { ReadFact } from '../../../diagnosis/read-fact.ts'
import type { JsonObject, NetworkSources, Service } from '../../../ports.ts'
import type { Evidence } from '../facts/deployment-evidence.ts'
import { runsOnFargate } from '../facts/fargate.ts'
import type { NetworkEvidence } from '../facts/network-facts.ts'
import { unreachableIn } from './explain-network.ts'
import { enclosedSubnets, gapsOf, whyEnclosed } from './gaps.ts'
import { gatherNetwork } from './gather-network.ts'
import { needsOf } from './needs.ts'

/** Network settings that keep tasks from their dependencies; read only when a task could not reach one. */
export async function readNetwork(
  { stoppedTasks, serviceEvents }: Pick<Evidence, 'stoppedTasks' | 'serviceEvents'>,
  service: Service | undefined,
  definition: JsonObject | undefined,
  sources: NetworkSources,
  readFact: ReadFact,
): Promise<NetworkEvidence | undefined> {
  const said = [
    ...stoppedTasks.flatMap(({ stoppedReason, containers }) => [
      stoppedReason,
      ...containers.map(({ reason }) => reason),
    ]),
    ...serviceEvents.map(({ message }) => message),
  ]
  const { region } = parseArn(service?.serviceArn ?? '') ?? {}
  if (definition === undefined || region === undefined || !runsOnFargate(service, definition)) return undefined
  if (!said.some((words) => words && unreachableIn(words.untrusted))) return undefined
  const facts = await gatherNetwork(service, region, sources, readFact)
  if (facts === undefined) return undefined
  const enclosed = enclosedSubnets(facts)
  return {
    region,
    vpcId: facts.vpcId,
    enclosed: enclosed.length > 0 ? whyEnclosed(enclosed, facts) : undefined,
    gaps: gapsOf(facts, needsOf(definition, region, service?.enableExecuteCommand ?? false)),
    isWhole: enclosed.length === 0 || (facts.endpoints !== undefined && facts.groups !== undefined),
  }
}
