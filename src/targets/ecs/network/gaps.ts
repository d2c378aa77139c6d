import { endpointServicePrefix } from '../../../partitions.ts'
import type { Subnet, VpcEndpoint } from '../../../ports.ts'
import { type Text, text, untrusted } from '../../../text.ts'
import type { Need, NetworkFacts, NetworkGap } from '../facts/network-facts.ts'
import { admitsTasks, isConnected, letsOut, tableOf, wayOut } from './reach.ts'

type Endpoint = Extract<Need, { kind: 'endpoint' }>

/** What keeps the tasks from reaching what they need, in the order of the needs. */
export function gapsOf(facts: NetworkFacts, needs: readonly Need[]): readonly NetworkGap[] {
  if (needs.length === 0) return []
  const enclosed = enclosedSubnets(facts)
  const general = [...blackholes(facts), ...(letsOut(facts, false) ? [] : [closedTasks(facts)])]
  if (enclosed.length === 0) return general
  return [...general, ...needs.flatMap((need) => gapOf(need, enclosed, facts) ?? [])]
}

/** Subnets from which a task cannot get to the internet. */
export function enclosedSubnets(facts: NetworkFacts): readonly Subnet[] {
  return facts.subnets.filter((subnet) => wayOut(subnet, facts) !== 'open')
}

/** `subnet-1 and subnet-2 have no route to the internet`. */
export function whyEnclosed(subnets: readonly Subnet[], facts: NetworkFacts): Text {
  const isPublic = subnets.every((subnet) => wayOut(subnet, facts) === 'no-public-address')
  const one = subnets.length === 1
  return isPublic
    ? text`${listed(subnets)} ${one ? 'routes' : 'route'} to an internet gateway, but the tasks have no public IP address (assignPublicIp is DISABLED)`
    : text`${listed(subnets)} ${one ? 'has' : 'have'} no usable route to the internet`
}

function listed(items: readonly { readonly id: string }[]): Text {
  const ids = items.map(({ id }) => id)
  return text`${untrusted(ids.length > 1 ? `${ids.slice(0, -1).join(', ')} and ${ids.at(-1)}` : (ids[0] ?? ''))}`
}

function blackholes(facts: NetworkFacts): readonly NetworkGap[] {
  const lost = facts.subnets.filter((subnet) => wayOut(subnet, facts) === 'blackhole')
  if (lost.length === 0) return []
  const tables = lost.flatMap((subnet) => tableOf(subnet, facts.routeTables) ?? [])
  const targets = tables.flatMap(({ routes }) => routes.filter(({ isBlackhole }) => isBlackhole))
  return [
    {
      code: 'route-blackhole',
      severity: 'warns',
      endpoint: undefined,
      what: text`The default route of ${listed(lost)} is a blackhole`,
      why: text`${listed(tables)} ${tables.length === 1 ? 'routes' : 'route'} to ${listed(targets.map(({ target }) => ({ id: target })))}, which no longer exists`,
      fix: text`Correct the route, or create its target again.`,
    },
  ]
}

function closedTasks({ taskGroups }: NetworkFacts): NetworkGap {
  return {
    code: 'egress-closed',
    severity: 'blocks',
    endpoint: undefined,
    what: text`The tasks have no outbound access to TCP port 443`,
    why: text`no rule of security group ${listed(taskGroups.map((id) => ({ id })))} allows outbound TCP 443`,
    fix: text`Add an outbound rule for TCP 443.`,
  }
}

function gapOf(need: Need, enclosed: readonly Subnet[], facts: NetworkFacts): NetworkGap | undefined {
  const severity = enclosed.some((subnet) => isConnected(subnet, facts)) ? 'warns' : 'blocks'
  const what = text`The tasks cannot reach ${untrusted(need.name)}`
  if (need.kind === 'internet') {
    return {
      code: 'internet-unreachable',
      severity,
      endpoint: 'internet',
      what,
      why: text`there is no VPC endpoint for it, and ${whyEnclosed(enclosed, facts)}`,
      fix: text`Copy it to the AWS service in this region, or ${wayToInternet(enclosed, facts)}.`,
    }
  }
  if (facts.endpoints === undefined) return undefined
  const wanted = facts.endpoints.filter(({ serviceName }) => isOf(serviceName, need, facts))
  const faults = wanted.map((endpoint) => faultOf(endpoint, enclosed, facts))
  if (faults.some((fault) => fault === undefined)) return undefined
  const fault = faults.find((each) => each !== undefined) ?? missing(need, enclosed, facts)
  return { severity: need.isLater ? 'warns' : severity, endpoint: need.endpoint, what, ...fault }
}

/** Outside of the public partition, some names begin as they do there. */
function isOf(serviceName: string, { endpoint }: Endpoint, { region }: NetworkFacts): boolean {
  return [`${endpointServicePrefix(region)}.${endpoint}`, `com.amazonaws.${region}.${endpoint}`].includes(serviceName)
}

type Fault = Pick<NetworkGap, 'code' | 'why' | 'fix'>

function missing({ endpoint }: Endpoint, enclosed: readonly Subnet[], facts: NetworkFacts): Fault {
  const name = `${endpointServicePrefix(facts.region)}.${endpoint}`
  const vpc = untrusted(facts.vpcId)
  const made =
    endpoint === 's3'
      ? text`the gateway endpoint ${name} in ${vpc} for ${listed(tablesOf(enclosed, facts))}`
      : text`the interface endpoint ${name} in ${vpc} with private DNS and a security group that allows inbound TCP 443 from the tasks`
  return {
    code: 'endpoint-missing',
    why: text`${vpc} has no endpoint ${name}, and ${whyEnclosed(enclosed, facts)}`,
    fix: text`Create ${made}, or ${wayToInternet(enclosed, facts)}.`,
  }
}

function tablesOf(subnets: readonly Subnet[], { routeTables }: NetworkFacts) {
  return [...new Set(subnets.flatMap((subnet) => tableOf(subnet, routeTables) ?? []))]
}

function wayToInternet(enclosed: readonly Subnet[], facts: NetworkFacts): string {
  const isPublic = enclosed.every((subnet) => wayOut(subnet, facts) === 'no-public-address')
  return isPublic ? 'set assignPublicIp of the service to ENABLED' : 'route the subnets to a NAT gateway'
}

/** What is wrong with an existing endpoint; undefined when nothing is. */
function faultOf(endpoint: VpcEndpoint, enclosed: readonly Subnet[], facts: NetworkFacts): Fault | undefined {
  const name = text`${untrusted(endpoint.id)} (${untrusted(endpoint.serviceName)})`
  if (endpoint.state.toLowerCase() !== 'available') {
    return {
      code: 'endpoint-pending',
      why: text`the endpoint ${name} is ${untrusted(endpoint.state)}`,
      fix: text`Wait until it is available, accept it, or create it again.`,
    }
  }
  if (endpoint.type === 'Gateway') return faultOfGateway(endpoint, enclosed, facts, name)
  if (!endpoint.hasPrivateDns) {
    return {
      code: 'endpoint-private-dns',
      why: text`private DNS is disabled for the endpoint ${name}, so the host name of the service does not resolve to it`,
      fix: text`Enable it: aws ec2 modify-vpc-endpoint --vpc-endpoint-id ${untrusted(endpoint.id)} --private-dns-enabled.`,
    }
  }
  if (admitsTasks(endpoint.securityGroups, facts)) return undefined
  return {
    code: 'endpoint-closed',
    why: text`security group ${listed(endpoint.securityGroups.map((id) => ({ id })))} of the endpoint ${name} does not allow inbound TCP 443 from the tasks`,
    fix: text`Add an inbound rule for TCP 443 from ${facts.taskGroups.length > 0 ? listed(facts.taskGroups.map((id) => ({ id }))) : listed(facts.subnets)}.`,
  }
}

function faultOfGateway(
  { id, routeTables }: VpcEndpoint,
  enclosed: readonly Subnet[],
  facts: NetworkFacts,
  name: Text,
): Fault | undefined {
  const without = tablesOf(enclosed, facts).filter((table) => !routeTables.includes(table.id))
  if (without.length > 0) {
    return {
      code: 'endpoint-route',
      why: text`the route table ${listed(without)} has no route to the endpoint ${name}`,
      fix: text`Add it: aws ec2 modify-vpc-endpoint --vpc-endpoint-id ${untrusted(id)} --add-route-table-ids ${untrusted(without.map((table) => table.id).join(' '))}.`,
    }
  }
  if (letsOut(facts, true)) return undefined
  return {
    code: 'egress-gateway',
    why: text`no rule of security group ${listed(facts.taskGroups.map((group) => ({ id: group })))} allows outbound TCP 443 to ${name}`,
    fix: text`Add an outbound rule for TCP 443 to the prefix list of the endpoint.`,
  }
}
