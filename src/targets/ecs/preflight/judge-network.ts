import type { Finding } from '../../../diagnosis/finding.ts'
import { text, untrusted } from '../../../text.ts'
import { finding } from '../facts/finding-kinds.ts'
import type { PreflightFacts } from '../facts/preflight-facts.ts'
import { gapsOf } from '../network/gaps.ts'
import { needsOf } from '../network/needs.ts'

/**
 * Whether the tasks reach what they need. Only on AWS Fargate: elsewhere images, secrets and logs go through the network of
 * the container instance.
 */
export function judgeNetwork({ network, isFargate, definition, region, service }: PreflightFacts): readonly Finding[] {
  if (network === undefined || !isFargate) return []
  const needs = needsOf(definition, region, service?.enableExecuteCommand ?? false)
  const gaps = gapsOf(network, needs).map(({ code, severity, what, why, fix }) =>
    finding(code, { what, why, fix }, severity === 'warns'),
  )
  const free = network.subnets.reduce((sum, { freeAddresses }) => sum + freeAddresses, 0)
  return [...gaps, ...(free === 0 ? [noAddresses(network.subnets.map(({ id }) => id))] : [])]
}

/** Addresses may become free meanwhile, as old tasks stop. */
function noAddresses(subnets: readonly string[]): Finding {
  return finding('subnets-full', {
    what: text`The subnets of the service have no free IP addresses`,
    why: text`${untrusted(subnets.join(', '))} ${subnets.length === 1 ? 'has' : 'have'} none left for new tasks`,
    fix: text`Add a subnet to the service, or stop what uses the addresses.`,
  })
}
