import { imagePull } from '../../../diagnosis/catalogue/image-pull.ts'
import { initialization } from '../../../diagnosis/catalogue/initialization.ts'
import type { Cause } from '../../../diagnosis/cause.ts'
import { findEntry } from '../../../diagnosis/entry.ts'
import { endpointServicePrefix } from '../../../partitions.ts'
import { type Text, text, untrusted } from '../../../text.ts'
import type { Evidence } from '../facts/deployment-evidence.ts'
import type { NetworkEvidence, NetworkGap } from '../facts/network-facts.ts'
import { isPrivateAddress } from './reach.ts'

/** The dependency that a cause of the catalogue names as unreachable. */
const ways: ReadonlyMap<string, readonly string[]> = new Map([
  ['ecr-unreachable', ['ecr.api']],
  ['registry-unreachable', ['ecr.dkr', 'internet']],
  ['registry-layers-unreachable', ['s3', 'internet']],
  ['secrets-unreachable', ['secretsmanager', 'internet']],
  ['parameters-unreachable', ['ssm', 'internet']],
  ['logs-unreachable', ['logs', 'internet']],
])

const entries = [...initialization, ...imagePull]

/** Whether AWS's message is about a dependency that a task could not reach at its start. */
export function unreachableIn(said: string): boolean {
  return ways.has(findEntry(entries, said)?.entry.code ?? '')
}

/** The cause with the missing or wrong network setting, where it is about an unreachable dependency. */
export function withNetwork(cause: Cause, said: string, { network, missingPermissions }: Evidence): Cause {
  const way = ways.get(cause.code)
  if (way === undefined) return cause
  const gap = network && gapOn(way, network)
  if (network && gap) {
    const why = text`${cause.why}: ${gap.why}`
    return { ...cause, why, fix: text`${gap.fix}${otherMissingEndpoints(gap, network)}`, confidence: 'certain' }
  }
  if (network?.isWhole) return { ...cause, ...sound(cause, way, network), confidence: 'likely' }
  const denied = missingPermissions.map(({ action }) => action).filter((action) => action.startsWith('ec2:'))
  const more =
    denied.length > 0
      ? text` Allow ${untrusted(denied.join(', '))} to the deploying role to get the missing part of the network.`
      : []
  return { ...cause, fix: text`${addressed(said)}${cause.fix}${more}` }
}

function gapOn(way: readonly string[], { gaps }: NetworkEvidence): NetworkGap | undefined {
  return (
    gaps.find(({ endpoint }) => endpoint !== undefined && way.includes(endpoint)) ??
    gaps.find(({ endpoint }) => endpoint === undefined)
  )
}

/** A task fails at one gap at a time: the others would each fail a later deployment. */
function otherMissingEndpoints(gap: NetworkGap, { gaps, region }: NetworkEvidence): Text {
  const others = gaps.filter((other) => other !== gap && other.severity === 'blocks' && other.endpoint !== 'internet')
  const names = others.flatMap(({ endpoint }) =>
    endpoint === undefined ? [] : `${endpointServicePrefix(region)}.${endpoint}`,
  )
  if (names.length === 0) return []
  return text` The task also needs ${names.join(', ')}, which ${names.length === 1 ? 'is' : 'are'} missing too.`
}

function sound(cause: Cause, [endpoint]: readonly string[], { enclosed, region, vpcId }: NetworkEvidence) {
  return enclosed
    ? {
        why: text`${cause.why}, although the endpoint ${endpointServicePrefix(region)}.${endpoint ?? ''} of ${untrusted(vpcId)} is available and allows inbound traffic from the tasks`,
        fix: text`Check the network ACLs of the subnets, the policy of the endpoint and the DNS settings of the VPC. DNS knows a new endpoint after about two minutes: then deploy again.`,
      }
    : {
        why: text`${cause.why}, although they have a route to the internet`,
        fix: text`Check the NAT gateway or firewall on that route, and the network ACLs of the subnets.`,
      }
}

/** The called address shows whether an endpoint resolves the name. */
function addressed(said: string): Text {
  const [, address] = /dial tcp (\d{1,3}(?:\.\d{1,3}){3}):443/.exec(said.slice(0, 4000)) ?? []
  if (address === undefined || !isPrivateAddress(address)) return []
  return text`The task called the private address ${untrusted(address)}, so there is an endpoint: allow inbound TCP 443 from the task in its security group. Otherwise: `
}
