import { primary } from '../../deployment/engine.ts'
import { type Text, text, untrusted } from '../../text.ts'
import type { PreflightFacts, TrafficFact } from './facts.ts'
import type { Finding } from './finding.ts'
import { nameOfTargetGroup } from './gather-traffic.ts'

/**
 * Production traffic before a deployment that shifts it: all of it on one of the two target groups (ECS developer guide,
 * "Troubleshooting Amazon ECS blue/green deployments"; CodeDeploy user guide, "Troubleshoot Amazon ECS deployment issues").
 */
export function judgeTraffic({ traffic, engine, service, codeDeploy }: PreflightFacts): readonly Finding[] {
  // Traffic that is being shifted is split, and that is what was asked for.
  const isShifting = (service && primary(service)?.rolloutState === 'IN_PROGRESS') || codeDeploy?.active !== undefined
  return isShifting ? [] : traffic.flatMap((route) => judgeRoute(route, engine === 'codedeploy'))
}

function judgeRoute({ arn, targetGroups, standing }: TrafficFact, isCodeDeploy: boolean): readonly Finding[] {
  const route = text`${/:listener-rule\//.test(arn) ? 'rule' : 'listener'} ${untrusted(arn)}`
  if (standing === 'unread') return []
  if (standing === 'missing') return [missing(route)]
  const serving = standing
    .filter(({ weight }) => weight > 0)
    .map((group) => ({ ...group, name: nameOfTargetGroup(group.targetGroupArn) }))
  const [first, second] = targetGroups
  const stranger = serving.find(({ name }) => !targetGroups.includes(name))
  // CodeDeploy shifts the rules of a listener, too, which are not looked at.
  if (!isCodeDeploy && (stranger || serving.length === 0)) {
    return [
      {
        code: 'listener-target',
        severity: 'blocks',
        what: text`The production traffic does not go to the service`,
        why: stranger
          ? text`the ${route} forwards to the target group ${untrusted(stranger.name)}, and the service has ${untrusted(targetGroups.join(' and '))}`
          : text`the ${route} forwards to no target group`,
        fix: text`Let it forward to ${untrusted(first ?? '')} and ${untrusted(second ?? '')} only, with all weight on the one that serves now.`,
      },
    ]
  }
  if (serving.length < 2 || stranger) return []
  const weights = serving.map(({ name, weight }) => `${name} ${weight}`).join(' and ')
  return [
    {
      code: 'listener-weights',
      severity: 'blocks',
      what: text`The production traffic is split before the deployment has begun`,
      why: text`the ${route} has the weights ${untrusted(weights)}, and ${isCodeDeploy ? 'CodeDeploy' : 'Amazon ECS'} begins only where one target group has all of it`,
      fix: text`Set the weights to 100 for the one that serves now and 0 for the other.`,
    },
  ]
}

function missing(route: Text): Finding {
  return {
    code: 'listener-missing',
    severity: 'blocks',
    what: text`The production traffic of the service has no way to it`,
    why: text`the ${route} does not exist`,
    fix: text`Create it again, or name another one where the deployment takes it from.`,
  }
}
