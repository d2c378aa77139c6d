import type { RouteTable, SecurityGroup, SecurityRule, Subnet } from '../../../ports.ts'
import type { NetworkFacts } from '../facts/network-facts.ts'

/** Everything that tasks call is HTTPS. */
const https = 443

/** How a subnet gets to the internet, over IPv4. */
export type Way = 'open' | 'no-public-address' | 'blackhole' | 'none'

/** The internet route of a task in a subnet: the target of its default route, and whether the task can use it. */
export function wayOut(subnet: Subnet, facts: NetworkFacts): Way {
  const table = tableOf(subnet, facts.routeTables)
  // Some split the default route in two halves, 0.0.0.0/1 and 128.0.0.0/1.
  const outward = table?.routes.filter(({ destination }) => /\/[01]$/.test(destination ?? '')) ?? []
  const working = outward.filter(({ isBlackhole }) => !isBlackhole)
  if (working.length === 0) return outward.length > 0 ? 'blackhole' : 'none'
  const isDirect = working.every(({ target }) => target.startsWith('igw-'))
  return isDirect && !facts.assignsPublicIp ? 'no-public-address' : 'open'
}

/** The route table of a subnet: its own, or the main one of the VPC. */
export function tableOf(subnet: Subnet, tables: readonly RouteTable[]): RouteTable | undefined {
  return tables.find(({ subnets }) => subnets.includes(subnet.id)) ?? tables.find(({ isMain }) => isMain)
}

/** Whether a subnet has a route to another network, which may have endpoints of its own for it. */
export function isConnected(subnet: Subnet, { routeTables }: NetworkFacts): boolean {
  const routes = tableOf(subnet, routeTables)?.routes ?? []
  return routes.some(({ target, isBlackhole }) => !isBlackhole && /^(tgw|vgw|pcx|lgw)-|:core-network\//.test(target))
}

/** Whether a security group of an endpoint admits the tasks on port 443. Unknown groups are assumed to do so. */
export function admitsTasks(endpointGroups: readonly string[], facts: NetworkFacts): boolean {
  const groups = known(endpointGroups, facts.groups)
  if (groups === undefined) return true
  const blocks = facts.subnets.map(({ cidr }) => cidr)
  return groups.some(({ ingress }) =>
    ingress.some(
      (rule) =>
        isHttps(rule) &&
        (rule.prefixLists.length > 0 ||
          rule.groups.some((group) => facts.taskGroups.includes(group)) ||
          blocks.every((block) => rule.cidrs.some((cidr) => contains(cidr, block)))),
    ),
  )
}

/** Whether the tasks may send to port 443 at all; with `publicly`, to public addresses. */
export function letsOut(facts: NetworkFacts, publicly: boolean): boolean {
  const groups = known(facts.taskGroups, facts.groups)
  if (groups === undefined) return true
  return groups.some(({ egress }) =>
    egress.some(
      (rule) =>
        isHttps(rule) && (!publicly || rule.prefixLists.length > 0 || rule.cidrs.some((cidr) => !isPrivate(cidr))),
    ),
  )
}

function known(ids: readonly string[], groups: readonly SecurityGroup[] | undefined) {
  const found = groups?.filter(({ id }) => ids.includes(id))
  return found && found.length === ids.length && found.length > 0 ? found : undefined
}

function isHttps({ protocol, fromPort = 0, toPort = 65_535 }: SecurityRule): boolean {
  return protocol === '-1' || (/^(tcp|6)$/.test(protocol) && fromPort <= https && https <= toPort)
}

/** Whether an IPv4 block lies in another one. */
export function contains(outer: string, inner: string): boolean {
  const [around, within] = [blockOf(outer), blockOf(inner)]
  if (!around || !within || around.length > within.length) return false
  const size = 2 ** (32 - around.length)
  return Math.floor(around.address / size) === Math.floor(within.address / size)
}

function isPrivate(cidr: string): boolean {
  return ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'].some((block) => contains(block, cidr))
}

/** True for an address of a private network (RFC 1918, RFC 6598). */
export function isPrivateAddress(address: string): boolean {
  return isPrivate(`${address}/32`)
}

function blockOf(cidr: string) {
  const [, address = '', length] = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(cidr) ?? []
  if (length === undefined) return undefined
  return { address: address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0), length: Number(length) }
}
