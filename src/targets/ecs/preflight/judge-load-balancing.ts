import type { Finding } from '../../../diagnosis/finding.ts'
import type { Json, LoadBalancer } from '../../../ports.ts'
import { containersOf, objectsIn, textIn } from '../../../task-definition/members.ts'
import { text, untrusted } from '../../../text.ts'
import { loadBalancersOf } from '../codedeploy-group/appspec.ts'
import { isExpress } from '../facts/express-mode.ts'
import { finding } from '../facts/finding-kinds.ts'
import type { PreflightFacts, TargetGroupFact } from '../facts/preflight-facts.ts'

/** Findings about container, port and target group that do not match. A given AppSpec decides the routing. */
export function judgeLoadBalancing(facts: PreflightFacts): readonly Finding[] {
  const { appSpecTargets: given, service } = facts
  // Express Mode changes target groups and ports with the definition.
  if (service && isExpress(service)) return []
  const [owner, balancers] = given
    ? (['AppSpec', given] as const)
    : (['load balancer of the service', loadBalancersOf(service)] as const)
  const targets = new Map<string, LoadBalancer>()
  for (const balancer of balancers)
    if (balancer.containerName) targets.set(`${balancer.containerName}:${balancer.containerPort}`, balancer)
  return [
    ...[...targets.values()].flatMap((balancer) => judgeTarget(balancer, owner, facts)),
    ...facts.targetGroups.flatMap((group) => judgeGroup(group, facts)),
  ]
}

/** Sentences of ECS: "The container … does not exist in the task definition.", "The container … did not have a container port … defined.". */
function judgeTarget(
  { containerName = '', containerPort }: LoadBalancer,
  owner: string,
  { definition }: PreflightFacts,
): readonly Finding[] {
  const containers = containersOf(definition)
  const container = containers.find((candidate) => textIn(candidate, 'name') === containerName)
  const name = untrusted(containerName)
  if (!container) {
    const names = containers.map((candidate) => textIn(candidate, 'name') ?? 'without a name').join(', ')
    return [
      finding('target-container', {
        what: text`The container ${name} does not exist in the task definition`,
        why: text`the ${owner} sends traffic to it, and the task definition has ${untrusted(names)}`,
        fix: text`Name a container of the task definition ${name}, or change the ${owner}.`,
      }),
    ]
  }
  const mappings = objectsIn(container, 'portMappings')
  const isMapped = mappings.some(
    (mapping) => mapping.containerPort === containerPort || isWithin(containerPort ?? 0, mapping.containerPortRange),
  )
  if (containerPort === undefined || isMapped) return []
  const ports = mappings.map((mapping) => mapping.containerPort ?? mapping.containerPortRange).join(', ')
  return [
    finding('target-port', {
      what: text`The container ${name} does not have a container port ${containerPort} defined`,
      why: text`the ${owner} sends traffic to it, and portMappings has ${untrusted(ports || 'none')}`,
      fix: text`Add containerPort ${containerPort} to portMappings, or change the ${owner}.`,
    }),
  ]
}

/** `8000-8100` (API PortMapping, containerPortRange). */
function isWithin(port: number, range: Json | undefined): boolean {
  const [, first, last] = /^(\d+)-(\d+)$/.exec(typeof range === 'string' ? range : '') ?? []
  return Number(first) <= port && port <= Number(last)
}

function judgeGroup({ arn, standing }: TargetGroupFact, { definition, engine }: PreflightFacts): readonly Finding[] {
  const name = untrusted(arn.split('/').at(-2) ?? arn)
  if (standing === 'unread') return []
  if (standing === 'missing') {
    return [
      finding('target-group-missing', {
        what: text`The target group ${name} does not exist (TargetGroupNotFound)`,
        why: text`the service registers its tasks in it`,
        fix: text`Create it again, or change the load balancer of the service.`,
      }),
    ]
  }
  const needed = textIn(definition, 'networkMode') === 'awsvpc' ? 'ip' : 'instance'
  const mode = untrusted(textIn(definition, 'networkMode') ?? 'bridge')
  return [
    // CodeDeploy's second target group gets its listener while traffic is shifted.
    ...(standing.isUsed || engine === 'codedeploy'
      ? []
      : [
          finding('target-group-unused', {
            what: text`The target group ${name} does not have an associated load balancer`,
            why: text`no listener and no rule forwards to it, so the tasks would get no traffic`,
            fix: text`Add it to a listener or a rule of the load balancer.`,
          }),
        ]),
    ...(standing.targetType === needed
      ? []
      : [
          finding('target-type', {
            what: text`The target group ${name} has target type ${untrusted(standing.targetType)}, which is incompatible with the ${mode} network mode`,
            why: text`tasks with that network mode are targets of the type ${needed}`,
            fix: text`Create a target group of the type ${needed}; the type of an existing one cannot be changed.`,
          }),
        ]),
  ]
}
