import type { ReadFact } from '../../../diagnosis/read-fact.ts'
import type { NetworkSources, Service } from '../../../ports.ts'
import type { NetworkFacts } from '../facts/network-facts.ts'
import { enclosedSubnets } from './gaps.ts'

/** The network of a service's tasks; undefined when they have none of their own, or it could not be read. */
export async function gatherNetwork(
  service: Service | undefined,
  region: string,
  sources: NetworkSources,
  readFact: ReadFact,
): Promise<NetworkFacts | undefined> {
  const { subnets: ids = [], securityGroups: taskGroups = [], assignPublicIp } = networkOf(service) ?? {}
  if (ids.length === 0) return undefined
  const shows = 'the network path of the tasks'
  const subnets = (await readFact('ec2:DescribeSubnets', shows, () => sources.subnets(ids)))?.value ?? []
  const vpcId = subnets[0]?.vpcId
  if (vpcId === undefined) return undefined
  const tables = await readFact('ec2:DescribeRouteTables', shows, () => sources.routeTables(vpcId))
  if (tables === undefined) return undefined
  const facts: NetworkFacts = {
    region,
    vpcId,
    assignsPublicIp: assignPublicIp === 'ENABLED',
    subnets,
    routeTables: tables.value,
    endpoints: undefined,
    taskGroups,
    groups: undefined,
  }
  const isEnclosed = enclosedSubnets(facts).length > 0
  const seen = isEnclosed
    ? await readFact('ec2:DescribeVpcEndpoints', shows, () => sources.vpcEndpoints(vpcId))
    : undefined
  const endpoints = seen?.value
  const used = [...taskGroups, ...(endpoints ?? []).flatMap(({ securityGroups }) => securityGroups)]
  if (used.length === 0) return { ...facts, endpoints }
  const groups = await readFact('ec2:DescribeSecurityGroups', 'the rules of the security groups', () =>
    sources.securityGroups([...new Set(used)]),
  )
  return { ...facts, endpoints, groups: groups?.value }
}

/** Of the service, or of its live task set: CodeDeploy keeps it there. */
function networkOf(service: Service | undefined) {
  const primary = service?.taskSets?.find(({ status }) => status === 'PRIMARY')
  return (service?.networkConfiguration ?? primary?.networkConfiguration)?.awsvpcConfiguration
}
