import type { Decision, Json, JsonObject } from '../../ports.ts'
import { isList, isObject, objectsIn } from '../../task-definition/members.ts'
import { type Text, text, untrusted } from '../../text.ts'
import type { PreflightFacts, RoleFact } from './facts.ts'
import type { Finding } from './finding.ts'

const tasks = 'ecs-tasks.amazonaws.com'

/** The roles as IAM has them: there, assumed by tasks, passed by who deploys, and able to do what starts a task. */
export function judgeRoleUse({ roles }: PreflightFacts): readonly Finding[] {
  return roles.flatMap((role) => [...judgeStanding(role), ...judgePassing(role), ...judgeDoing(role)])
}

function judgeStanding({ member, arn, standing }: RoleFact): readonly Finding[] {
  if (standing === 'missing') {
    return [
      {
        code: 'role-missing',
        severity: 'blocks',
        what: text`The ${member} names a role that does not exist`,
        why: text`IAM has no ${untrusted(arn)}`,
        fix: text`Create it with a trust policy for ${tasks}, or correct ${member}.`,
      },
    ]
  }
  if (standing === 'unread' || standing.trust === undefined || trustsTasks(standing.trust)) return []
  return [
    {
      code: 'role-trust',
      severity: 'blocks',
      what: text`Amazon ECS cannot assume the ${member}`,
      why: text`the trust policy of ${untrusted(arn)} does not let ${tasks} do sts:AssumeRole`,
      fix: text`Add to its trust policy: {"Effect":"Allow","Principal":{"Service":"${tasks}"},"Action":"sts:AssumeRole"}.`,
    },
  ]
}

/** Conditions are not weighed: what they ask for is known only when a task starts. */
function trustsTasks(trust: JsonObject): boolean {
  const statements = isObject(trust.Statement) ? [trust.Statement] : objectsIn(trust, 'Statement')
  return statements.some(({ Effect, Principal, Action }) => {
    const services = isObject(Principal) ? Principal.Service : Principal
    const isService = texts(services).some((service) => service === tasks || service === '*')
    return Effect === 'Allow' && isService && texts(Action).some((action) => /^(sts:(AssumeRole|\*)|\*)$/i.test(action))
  })
}

function texts(value: Json | undefined): readonly string[] {
  return (isList(value) ? value : [value]).flatMap((one) => (typeof one === 'string' ? one : []))
}

function judgePassing({ member, arn, passing }: RoleFact): readonly Finding[] {
  if (passing === undefined || passing.decision.decision === 'allowed') return []
  const role = untrusted(arn)
  return [
    {
      code: 'role-not-passed',
      severity: passing.decision.isUnsure ? 'warns' : 'blocks',
      what: text`The ${member} cannot be passed to Amazon ECS`,
      why: text`${untrusted(passing.caller)} may not do iam:PassRole on ${role}${denied(passing.decision)}`,
      fix: text`Allow iam:PassRole on ${role}, with the condition that iam:PassedToService is ${tasks}.`,
    },
  ]
}

/** Policies of the resource itself may allow these; IAM's simulator does not look at them. */
const sharedByResource = /^(ecr:(Batch|GetDownload)|secretsmanager:)/

function judgeDoing({ arn, doing }: RoleFact): readonly Finding[] {
  const byResource = new Map<string, Decision[]>()
  for (const decision of doing)
    byResource.set(decision.resource, [...(byResource.get(decision.resource) ?? []), decision])
  return [...byResource].map(([resource, decisions]): Finding => {
    const actions = untrusted(decisions.map(({ action }) => action).join(', '))
    const isSure = decisions.some(
      ({ action, decision, isUnsure }) => !isUnsure && (decision === 'explicitDeny' || !sharedByResource.test(action)),
    )
    const where: Text = resource === '*' ? [] : text` on ${untrusted(resource)}`
    return {
      code: 'execution-role-denied',
      severity: isSure ? 'blocks' : 'warns',
      what: text`The execution role may not do what a task needs to start`,
      why: text`the policies of ${untrusted(arn)} do not allow ${actions}${where}${decisions.some(isExplicit) ? ', and one denies it' : ''}`,
      fix: isSure
        ? text`Allow ${actions} to it; the managed policy AmazonECSTaskExecutionRolePolicy has what images and logs take.`
        : text`Allow ${actions} to it, unless the policy of the resource does.`,
    }
  })
}

function isExplicit({ decision }: Decision): boolean {
  return decision === 'explicitDeny'
}

function denied(decision: Decision): string {
  return isExplicit(decision) ? ': a policy denies it' : ''
}
