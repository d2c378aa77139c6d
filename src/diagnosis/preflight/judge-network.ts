import { text, untrusted } from '../../text.ts'
import { gapsOf } from '../network/gaps.ts'
import { needsOf } from '../network/needs.ts'
import type { PreflightFacts } from './facts.ts'
import type { Finding } from './finding.ts'

/**
 * Whether the tasks reach what they need. Only on AWS Fargate: elsewhere images, secrets and logs go through the network of
 * the container instance.
 */
export function judgeNetwork({ network, isFargate, definition, region, service }: PreflightFacts): readonly Finding[] {
  if (network === undefined || !isFargate) return []
  const needs = needsOf(definition, region, service?.enableExecuteCommand ?? false)
  const gaps = gapsOf(network, needs).map(({ endpoint: _, ...finding }): Finding => finding)
  const free = network.subnets.reduce((sum, { freeAddresses }) => sum + freeAddresses, 0)
  return [...gaps, ...(free === 0 ? [noAddresses(network.subnets.map(({ id }) => id))] : [])]
}

function noAddresses(subnets: readonly string[]): Finding {
  return {
    code: 'subnets-full',
    severity: 'blocks',
    what: text`No new task gets an IP address`,
    why: text`${untrusted(subnets.join(', '))} ${subnets.length === 1 ? 'has' : 'have'} no free address left`,
    fix: text`Add a subnet to the service, or stop what uses the addresses.`,
  }
}
