import type { ReadFact } from '../../../diagnosis/read-fact.ts'
import type { EvidenceSources, LoadBalancer, PreflightSources, Service } from '../../../ports.ts'
import { untrusted } from '../../../text.ts'
import type { Evidence, HealthCheck, TargetHealth } from '../facts/deployment-evidence.ts'
import type { KnownTasks } from './known-tasks.ts'

/** The targets of the service that are not healthy, but for those that are known to be old tasks. */
export async function readTargetHealth(
  service: Service | undefined,
  tasks: KnownTasks,
  sources: EvidenceSources,
  readFact: ReadFact,
): Promise<readonly TargetHealth[]> {
  const shown = await Promise.all(
    groupsOf(service).map(async (targetGroupArn) => {
      const read = () => sources.targetHealth(targetGroupArn)
      const seen = await readFact('elasticloadbalancing:DescribeTargetHealth', 'the health of the targets', read)
      return (seen?.value ?? [])
        .filter(isUnhealthy)
        .map((found) => ({ ...found, address: addressOf(found.target) }))
        .filter(({ address }) => tasks.whose(address) !== 'old')
        .map(({ target, address, state, reason, description }) => ({
          target,
          targetGroupArn,
          isNew: tasks.whose(address) === undefined ? undefined : true,
          zone: tasks.zoneOf(address),
          runningSince: tasks.runningSince(address),
          state,
          reason,
          description: description === undefined ? undefined : untrusted(description),
        }))
    }),
  )
  return shown.flat()
}

/**
 * `unused` are the targets of a group that no listener forwards to, which is no fault; but also those in an Availability
 * Zone that is not enabled for the load balancer (ELB API, TargetHealth: `Target.NotInUse`).
 */
function isUnhealthy({ state, description }: { readonly state: string; readonly description?: string | undefined }) {
  return /^(?:unhealthy|unavailable)/.test(state) || (state === 'unused' && /Availability Zone/.test(description ?? ''))
}

/** Without the port, which is behind the last colon. */
function addressOf(target: string): string {
  return target.replace(/:\d{1,5}$/, '')
}

function balancersOf(service: Service | undefined): readonly LoadBalancer[] {
  const ofTaskSets = (service?.taskSets ?? []).flatMap(({ loadBalancers = [] }) => loadBalancers)
  return [...(service?.loadBalancers ?? []), ...ofTaskSets].flatMap((balancer) => {
    const other = balancer.advancedConfiguration?.alternateTargetGroupArn
    return other === undefined ? [balancer] : [balancer, { ...balancer, targetGroupArn: other }]
  })
}

function groupsOf(service: Service | undefined): readonly string[] {
  return [...new Set(balancersOf(service).flatMap(({ targetGroupArn }) => targetGroupArn ?? []))]
}

const unhealthy = /is unhealthy in|is not healthy in|failed ELB health checks/

/** A service has few; each costs a call. */
const mostGroups = 10

function isOneContainer(balancers: readonly LoadBalancer[]): boolean {
  return new Set(balancers.map(({ containerName, containerPort }) => `${containerName}:${containerPort}`)).size === 1
}

/** Health check settings of the service's target groups, where a message is about the health of targets. */
export async function readHealthChecks(
  { stoppedTasks, serviceEvents, targetHealth }: Pick<Evidence, 'stoppedTasks' | 'serviceEvents' | 'targetHealth'>,
  service: Service | undefined,
  sources: Pick<PreflightSources, 'targetGroup'>,
  readFact: ReadFact,
): Promise<readonly HealthCheck[] | undefined> {
  const said = [
    ...stoppedTasks.map(({ stoppedReason }) => stoppedReason),
    ...serviceEvents.map((event) => event.message),
  ]
  const ill = said.flatMap((words) => (words && unhealthy.test(words.untrusted) ? words.untrusted.slice(0, 4000) : []))
  if (targetHealth.length === 0 && ill.length === 0) return undefined
  // After a rollback, the task set of the new version no longer exists with its target group; ECS's messages about it do.
  const named = ill.flatMap((words) => /target-group (arn:[^\s)]{1,300})/.exec(words)?.[1] ?? [])
  const groups = [...new Set([...named, ...groupsOf(service)])].slice(0, mostGroups)
  const balancers = balancersOf(service)
  return await Promise.all(
    groups.map(async (targetGroupArn) => {
      const own = balancers.find((each) => each.targetGroupArn === targetGroupArn)
      const balancer = own ?? (isOneContainer(balancers) ? balancers[0] : undefined)
      const read = () => sources.targetGroup(targetGroupArn)
      const seen = await readFact('elasticloadbalancing:DescribeTargetGroups', 'the health check settings', read)
      const { path, port, accepts } = seen?.value?.healthCheck ?? {}
      // Not a number: `traffic-port`, which is where the container gets its traffic.
      const checkPort = Number(port)
      return {
        targetGroupArn,
        container: balancer?.containerName,
        port: Number.isInteger(checkPort) && checkPort > 0 ? checkPort : balancer?.containerPort,
        path,
        accepts,
      }
    }),
  )
}
