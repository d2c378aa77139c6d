import { text, untrusted } from '../../text.ts'
import type { PreflightFacts } from './facts.ts'
import { type Finding, inOrder } from './finding.ts'
import { judgeAlarms } from './judge-alarms.ts'
import { judgeCodeDeploy } from './judge-codedeploy.ts'
import { judgeImages } from './judge-images.ts'
import { judgeLoadBalancing } from './judge-load-balancing.ts'
import { judgeLogs } from './judge-logs.ts'
import { judgeNames } from './judge-names.ts'
import { judgeNetwork } from './judge-network.ts'
import { judgeRoleUse } from './judge-role-use.ts'
import { judgeRoles } from './judge-roles.ts'
import { judgeRollout } from './judge-rollout.ts'
import { judgeSecrets } from './judge-secrets.ts'
import { judgeSize } from './judge-size.ts'
import { judgeTraffic } from './judge-traffic.ts'

const checks = [
  judgeImages,
  judgeRoles,
  judgeRoleUse,
  judgeSecrets,
  judgeLogs,
  judgeNetwork,
  judgeLoadBalancing,
  judgeTraffic,
  judgeSize,
  judgeNames,
  judgeAlarms,
  judgeCodeDeploy,
  judgeRollout,
  judgeUnread,
]

/** Everything that the facts say about a deployment that is going to happen, the worst first. */
export function judge(facts: PreflightFacts): readonly Finding[] {
  return inOrder(checks.flatMap((check) => check(facts)))
}

/** What could not be looked at is named: silence must mean that all is well. */
function judgeUnread({ unread }: PreflightFacts): readonly Finding[] {
  return unread.map(
    ({ action, shows, reason }): Finding =>
      action
        ? {
            code: 'permission-missing',
            severity: 'notes',
            what: text`Not checked: ${untrusted(shows)}`,
            why: text`the credentials do not allow ${untrusted(action)}`,
            fix: text`Allow ${untrusted(action)} to have it checked.`,
          }
        : {
            code: 'not-checked',
            severity: 'notes',
            what: text`Not checked: ${untrusted(shows)}`,
            why: text`${untrusted(reason ?? 'it could not be read')}`,
            fix: text`Run it again, if that may pass.`,
          },
  )
}
