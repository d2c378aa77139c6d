import type { Finding } from '../../../diagnosis/finding.ts'
import type { Decision } from '../../../ports.ts'
import { type Text, text, untrusted } from '../../../text.ts'
import { finding } from '../facts/finding-kinds.ts'
import type { PreflightFacts, RoleFact } from '../facts/preflight-facts.ts'
import { isTrusting, principalOf } from './task-trust.ts'

/**
 * Checks of the roles in IAM: they exist, tasks may assume them, the deploying role may pass them, and they allow what starts a
 * task.
 */
export function judgeRoleUse({ roles }: PreflightFacts): readonly Finding[] {
  return roles.flatMap((role) => [...judgeStanding(role), ...judgePassing(role), ...judgeDoing(role)])
}

function judgeStanding({ member, arn, standing }: RoleFact): readonly Finding[] {
  if (standing === 'missing') {
    return [
      finding('role-missing', {
        what: text`The role of ${member} does not exist (NoSuchEntity)`,
        why: text`IAM has no ${untrusted(arn)}, so ECS is unable to assume the role`,
        fix: text`Create it with a trust policy for ${principalOf(member)}, or correct ${member}.`,
      }),
    ]
  }
  if (standing === 'unread' || isTrusting(member, standing.trust)) return []
  return [
    finding('role-trust', {
      what: text`ECS is unable to assume the role of ${member}`,
      why: text`the trust policy of ${untrusted(arn)} does not allow sts:AssumeRole to ${principalOf(member)}`,
      fix: text`Add to its trust policy: {"Effect":"Allow","Principal":{"Service":"${principalOf(member)}"},"Action":"sts:AssumeRole"}.`,
    }),
  ]
}

function judgePassing({ member, arn, passing }: RoleFact): readonly Finding[] {
  if (passing === undefined || passing.decision.decision === 'allowed') return []
  const role = untrusted(arn)
  return [
    finding(
      'role-not-passed',
      {
        what: text`Not authorized to perform iam:PassRole on the role of ${member}`,
        why: text`${untrusted(passing.caller)} ${isExplicit(passing.decision) ? 'has an explicit deny' : 'has no policy that allows it'} for ${role}`,
        fix: text`Allow iam:PassRole on ${role}, with the condition that iam:PassedToService is ${principalOf(member)}.`,
      },
      passing.decision.isUnsure,
    ),
  ]
}

/** Policies of the resource itself may allow these; IAM's simulator does not include them. */
const sharedByResource = /^(ecr:(Batch|GetDownload)|secretsmanager:)/

function judgeDoing({ arn, doing }: RoleFact): readonly Finding[] {
  const byResource = Map.groupBy(doing, ({ resource }) => resource)
  return [...byResource].map(([resource, decisions]): Finding => {
    const actions = untrusted(decisions.map(({ action }) => action).join(', '))
    const isSure = decisions.some(
      (decision) => !decision.isUnsure && (isExplicit(decision) || !sharedByResource.test(decision.action)),
    )
    const where: Text = resource === '*' ? [] : text` on ${untrusted(resource)}`
    return finding(
      'execution-role-denied',
      {
        what: text`The execution role is not authorized to perform ${actions}${where}`,
        why: text`the policies of ${untrusted(arn)} do not allow it${decisions.some(isExplicit) ? ', and one has an explicit deny' : ''}; a task needs it to start`,
        fix: isSure
          ? text`Allow ${actions} to the role; the managed policy AmazonECSTaskExecutionRolePolicy has what images and logs need.`
          : text`Allow ${actions} to the role, unless the policy of the resource does.`,
      },
      !isSure,
    )
  })
}

function isExplicit({ decision }: Decision): boolean {
  return decision === 'explicitDeny'
}
