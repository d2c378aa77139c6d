import type { Finding } from '../../../diagnosis/finding.ts'
import { type Text, text, untrusted } from '../../../text.ts'
import { finding } from '../facts/finding-kinds.ts'
import type { PreflightFacts, TrafficFact } from '../facts/preflight-facts.ts'
import { primary } from '../facts/service-facts.ts'
import { nameOfTargetGroup } from './gather-traffic.ts'

/**
 * Production traffic before a deployment that shifts it: all of it on one of the two target groups (ECS developer guide,
 * "Troubleshooting Amazon ECS blue/green deployments"; CodeDeploy user guide, "Troubleshoot Amazon ECS deployment issues").
 */
export function judgeTraffic({ traffic, engine, service, codeDeploy }: PreflightFacts): readonly Finding[] {
  // Traffic that is being shifted is split, as requested.
  const isShifting = (service && primary(service)?.rolloutState === 'IN_PROGRESS') || codeDeploy?.active !== undefined
  return isShifting ? [] : traffic.flatMap((route) => judgeRoute(route, engine === 'codedeploy'))
}

function judgeRoute({ arn, targetGroups, standing }: TrafficFact, isCodeDeploy: boolean): readonly Finding[] {
  const route = text`${/:listener-rule\//.test(arn) ? 'rule' : 'listener'} ${untrusted(arn)}`
  if (standing === 'unread') return []
  if (standing === 'missing') {
    return [
      finding('listener-missing', {
        what: text`Production listener rule not found`,
        why: text`the ${route} does not exist`,
        fix: text`Create it again, or name another one in the load balancer of the service or in the deployment group.`,
      }),
    ]
  }
  const serving = standing
    .filter(({ weight }) => weight > 0)
    .map((group) => ({ ...group, name: nameOfTargetGroup(group.targetGroupArn) }))
  const other = serving.find(({ name }) => !targetGroups.includes(name))
  // CodeDeploy shifts the rules of a listener, too, which are not read.
  if (!isCodeDeploy && (other || serving.length === 0)) return [unexpectedTarget(route, targetGroups, other?.name)]
  if (serving.length < 2 || other) return []
  const weights = serving.map(({ name, weight }) => `${name} ${weight}`).join(' and ')
  return [
    finding(
      'listener-weights',
      {
        what: text`Two target groups are serving traffic before the deployment, where exactly one should`,
        why: text`the ${route} has the weights ${untrusted(weights)}`,
        fix: text`Set the weights to 100 for the target group that has the tasks now, and 0 for the other.`,
      },
      isCodeDeploy,
    ),
  ]
}

/** `other`: the target group that is neither of the two; undefined where the traffic goes to none. */
function unexpectedTarget(route: Text, targetGroups: readonly string[], other: string | undefined): Finding {
  const [first, second] = targetGroups
  return finding('listener-target', {
    what: text`Production listener rule is forwarding traffic to unexpected target group`,
    why:
      other === undefined
        ? text`the ${route} forwards to no target group`
        : text`the ${route} forwards to ${untrusted(other)}, and the service has ${untrusted(targetGroups.join(' and '))}`,
    fix: text`Forward to ${untrusted(first ?? '')} and ${untrusted(second ?? '')} only, with all weight on the one that has the traffic now.`,
  })
}
