import { type Finding, inOrder } from '../../../diagnosis/finding.ts'
import type { PreflightFacts } from '../facts/preflight-facts.ts'
import { judgeAlarms } from './judge-alarms.ts'
import { judgeCodeDeploy } from './judge-codedeploy.ts'
import { judgeExpress } from './judge-express.ts'
import { judgeImages } from './judge-images.ts'
import { judgeLoadBalancing } from './judge-load-balancing.ts'
import { judgeLogs } from './judge-logs.ts'
import { judgeNames } from './judge-names.ts'
import { judgeNetwork } from './judge-network.ts'
import { judgePlaceholders } from './judge-placeholders.ts'
import { judgeRoleUse } from './judge-role-use.ts'
import { judgeRoles } from './judge-roles.ts'
import { judgeRollout } from './judge-rollout.ts'
import { judgeScaling } from './judge-scaling.ts'
import { judgeSecrets } from './judge-secrets.ts'
import { judgeSize } from './judge-size.ts'
import { judgeTraffic } from './judge-traffic.ts'
import { judgeUnchecked } from './unchecked.ts'

const checks = [
  judgePlaceholders,
  judgeImages,
  judgeRoles,
  judgeRoleUse,
  judgeSecrets,
  judgeLogs,
  judgeNetwork,
  judgeExpress,
  judgeLoadBalancing,
  judgeTraffic,
  judgeSize,
  judgeNames,
  judgeAlarms,
  judgeCodeDeploy,
  judgeRollout,
  judgeScaling,
  judgeUnchecked,
]

/** Everything that the facts say about a deployment that is going to happen, the worst first. */
export function judge(facts: PreflightFacts): readonly Finding[] {
  return inOrder(checks.flatMap((check) => check(facts)))
}
