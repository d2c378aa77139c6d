import type { LoadBalancer, Service } from '../../ports.ts'
import { containersOf, objectsIn, textIn } from '../../task-definition/members.ts'
import { text, untrusted } from '../../text.ts'
import type { PreflightFacts, TargetGroupFact } from './facts.ts'
import type { Finding } from './finding.ts'

/** The load balancers of a service, those of its primary task set included; each container and port once. */
export function loadBalancersOf(service: Service | undefined): readonly LoadBalancer[] {
  const primary = service?.taskSets?.find(({ status }) => status === 'PRIMARY')
  const all = [...(service?.loadBalancers ?? []), ...(primary?.loadBalancers ?? [])]
  const byKey = new Map(all.map((balancer) => [JSON.stringify(balancer), balancer]))
  return [...byKey.values()]
}

/** Container, port and target group: do they fit each other? */
export function judgeLoadBalancing(facts: PreflightFacts): readonly Finding[] {
  const ports = new Map<string, LoadBalancer>()
  for (const balancer of loadBalancersOf(facts.service))
    if (balancer.containerName) ports.set(`${balancer.containerName}:${balancer.containerPort}`, balancer)
  return [
    ...[...ports.values()].flatMap((balancer) => judgePort(balancer, facts)),
    ...facts.targetGroups.flatMap((group) => judgeGroup(group, facts)),
  ]
}

function judgePort({ containerName = '', containerPort }: LoadBalancer, facts: PreflightFacts): readonly Finding[] {
  const containers = containersOf(facts.definition)
  const container = containers.find((candidate) => textIn(candidate, 'name') === containerName)
  const name = untrusted(containerName)
  if (!container) {
    const names = containers.map((candidate) => textIn(candidate, 'name') ?? 'without a name').join(', ')
    return [
      {
        code: 'target-container',
        severity: 'blocks',
        what: text`The load balancer of the service sends traffic to a container that is not there`,
        why: text`the service names ${name}, and the task definition has ${untrusted(names)}`,
        fix: text`Name a container of the task definition ${name}, or change the load balancer of the service.`,
      },
    ]
  }
  const ports = objectsIn(container, 'portMappings').map((mapping) => mapping.containerPort)
  if (containerPort === undefined || ports.includes(containerPort)) return []
  return [
    {
      code: 'target-port',
      severity: 'blocks',
      what: text`The load balancer of the service sends traffic to a port that container ${name} does not have`,
      why: text`the service names port ${containerPort}, and portMappings has ${untrusted(ports.join(', ') || 'none')}`,
      fix: text`Add containerPort ${containerPort} to portMappings, or change the load balancer of the service.`,
    },
  ]
}

function judgeGroup({ arn, standing }: TargetGroupFact, { definition, engine }: PreflightFacts): readonly Finding[] {
  const name = untrusted(arn.split('/').at(-2) ?? arn)
  if (standing === 'unread') return []
  if (standing === 'missing') {
    return [
      {
        code: 'target-group-missing',
        severity: 'blocks',
        what: text`The target group ${name} does not exist`,
        why: text`the service registers its tasks there`,
        fix: text`Create it again, or change the load balancer of the service.`,
      },
    ]
  }
  const findings: Finding[] = []
  // CodeDeploy's second target group gets its listener while traffic is shifted.
  if (!standing.isUsed && engine !== 'codedeploy') {
    findings.push({
      code: 'target-group-unused',
      severity: 'blocks',
      what: text`No load balancer sends traffic to the target group ${name}`,
      why: text`no listener and no rule forwards to it, and Amazon ECS starts no deployment with such a group`,
      fix: text`Add it to a listener or a rule of the load balancer.`,
    })
  }
  const needed = textIn(definition, 'networkMode') === 'awsvpc' ? 'ip' : 'instance'
  if (standing.targetType !== needed) {
    findings.push({
      code: 'target-type',
      severity: 'blocks',
      what: text`The target group ${name} takes targets of another kind`,
      why: text`its target type is ${untrusted(standing.targetType)}, and tasks with the network mode ${untrusted(textIn(definition, 'networkMode') ?? 'bridge')} are targets of the type ${needed}`,
      fix: text`Make a target group of the type ${needed}; the type of one that exists cannot be changed.`,
    })
  }
  return findings
}
