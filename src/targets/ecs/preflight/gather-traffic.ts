import type { ReadFact } from '../../../diagnosis/read-fact.ts'
import type { PreflightSources, Service } from '../../../ports.ts'
import { loadBalancersOf } from '../codedeploy-group/appspec.ts'
import type { CodeDeployFacts, TargetGroupFact, TrafficFact } from '../facts/preflight-facts.ts'

type Route = Pick<TrafficFact, 'arn' | 'targetGroups'>

/** The target groups that the service registers its tasks in. */
export async function gatherTargetGroups(
  service: Service | undefined,
  sources: PreflightSources,
  readFact: ReadFact,
): Promise<readonly TargetGroupFact[]> {
  const arns = new Set(loadBalancersOf(service).flatMap(({ targetGroupArn }) => targetGroupArn ?? []))
  return await Promise.all(
    [...arns].map(async (arn): Promise<TargetGroupFact> => {
      const shows = 'whether load balancers use the target groups'
      const read = () => sources.targetGroup(arn)
      const seen = await readFact(
        'elasticloadbalancing:DescribeTargetGroups',
        shows,
        read,
        (group) => group === undefined,
      )
      return { arn, standing: seen === undefined ? 'unread' : (seen.value ?? 'missing') }
    }),
  )
}

/** The listeners and rules between whose target groups a deployment shifts production traffic. */
export async function gatherTraffic(
  service: Service | undefined,
  codeDeploy: CodeDeployFacts | undefined,
  sources: PreflightSources,
  readFact: ReadFact,
): Promise<readonly TrafficFact[]> {
  const routes = codeDeploy ? routesOfGroup(codeDeploy) : routesOfService(service)
  return await Promise.all(
    routes.map(async (route): Promise<TrafficFact> => {
      const kind = /:listener-rule\//.test(route.arn) ? 'Rules' : 'Listeners'
      const shows = 'where listeners send the production traffic'
      const read = () => sources.trafficRule(route.arn)
      const seen = await readFact(`elasticloadbalancing:Describe${kind}`, shows, read, (rule) => rule === undefined)
      return { ...route, standing: seen === undefined ? 'unread' : (seen.value ?? 'missing') }
    }),
  )
}

function routesOfService(service: Service | undefined): readonly Route[] {
  const isRolling = (service?.deploymentConfiguration?.strategy ?? 'ROLLING') === 'ROLLING'
  return (isRolling ? [] : (service?.loadBalancers ?? [])).flatMap(({ targetGroupArn, advancedConfiguration }) => {
    const { productionListenerRule: arn, alternateTargetGroupArn: other } = advancedConfiguration ?? {}
    return arn && other && targetGroupArn ? [{ arn, targetGroups: [targetGroupArn, other].map(nameOfTargetGroup) }] : []
  })
}

function routesOfGroup({ group }: CodeDeployFacts): readonly Route[] {
  const pairs = group?.loadBalancerInfo?.targetGroupPairInfoList ?? []
  return pairs.flatMap(({ targetGroups = [], prodTrafficRoute }) =>
    (prodTrafficRoute?.listenerArns ?? []).map((arn) => ({
      arn,
      targetGroups: targetGroups.flatMap(({ name }) => name ?? []),
    })),
  )
}

/** `…:targetgroup/<name>/<id>` (Elastic Load Balancing). */
export function nameOfTargetGroup(arn: string): string {
  return arn.split('/').at(-2) ?? arn
}
