import type { Json, JsonObject } from '../../../ports.ts'
import { isList, isObject, objectsIn } from '../../../task-definition/members.ts'
import type { RoleFact } from '../facts/preflight-facts.ts'

/** The principal that assumes the roles of tasks (ECS developer guide, "Task IAM role" and "Task execution IAM role"). */
const tasks = 'ecs-tasks.amazonaws.com'

/** The principal that assumes a role: Amazon ECS itself, where it is for a volume (developer guide, "Amazon ECS infrastructure IAM role"). */
export function principalOf(member: RoleFact['member']): string {
  return member === 'managedEBSVolume.roleArn' ? 'ecs.amazonaws.com' : tasks
}

/** `trustsService` for the principal of a role. */
export function isTrusting(member: RoleFact['member'], trust: JsonObject | undefined): boolean {
  return trustsService(trust, principalOf(member).replace('amazonaws.com', ''))
}

/**
 * Whether a trust policy has a statement that may let a service of AWS assume the role, by the beginning of its principal's name. Only its
 * absence is certain: conditions and denials are not weighed, and what is written by exception (`NotPrincipal`, `NotAction`) counts.
 * Undefined counts, too.
 */
export function trustsService(trust: JsonObject | undefined, prefix: string): boolean {
  if (trust === undefined) return true
  const statements = isObject(trust.Statement) ? [trust.Statement] : objectsIn(trust, 'Statement')
  return statements.some(
    (statement) => statement.Effect === 'Allow' && isFor(statement, prefix) && isAssuming(statement),
  )
}

function isFor({ Principal, NotPrincipal }: JsonObject, prefix: string): boolean {
  if (NotPrincipal !== undefined) return true
  const named = isObject(Principal) ? Object.values(Principal).flatMap(textsOf) : textsOf(Principal)
  // Partitions may have a suffix of their own, such as `.amazonaws.com.cn`.
  return named.some((name) => name.startsWith(prefix) || name === '*')
}

function isAssuming({ Action, NotAction }: JsonObject): boolean {
  return NotAction !== undefined || textsOf(Action).some((action) => fits(action, 'sts:assumerole'))
}

/** With a wildcard in it, the text before the first one decides (IAM user guide, "Action"). */
function fits(pattern: string, action: string): boolean {
  const [literal = '', ...more] = pattern.toLowerCase().split(/[*?]/)
  return more.length > 0 ? action.startsWith(literal) : action === literal
}

function textsOf(value: Json | undefined): readonly string[] {
  return (isList(value) ? value : [value]).flatMap((one) => (typeof one === 'string' ? one : []))
}
