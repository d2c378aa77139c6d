import type { Cause } from '../../../diagnosis/cause.ts'
import { text, untrusted } from '../../../text.ts'
import type { Evidence } from '../facts/deployment-evidence.ts'

/** By kind of cause: the permissions that would make it more specific. */
const relevantActions: readonly (readonly [codes: RegExp, actions: RegExp])[] = [
  [/^container-(?:crashed|ended|killed)$|^exec-format$/, /^logs:|DescribeTaskDefinition$/],
  [/^health-check-|^target-|^replacement-unhealthy$/, /^elasticloadbalancing:|^ecs:/],
  [/^container-health-check$/, /^ecs:|^logs:/],
  [/^image-/, /^ecr:/],
  [/^(?:circuit-breaker|tasks-inconsistent|tasks-not-launched|placement-failed)$/, /^/],
]

/** The cause with the permissions that would have shown more of it: what may not be read is part of the advice. */
export function withUnreadEvidence(cause: Cause, { missingPermissions }: Evidence): Cause {
  const [, relevant] = relevantActions.find(([codes]) => codes.test(cause.code)) ?? []
  const missing = missingPermissions.map(({ action }) => action).filter((action) => relevant?.test(action))
  if (missing.length === 0) return cause
  const actions = untrusted([...new Set(missing)].join(', '))
  // Without the tasks themselves, the catalogue advises to check what may not be read.
  const isAll = /^(?:circuit-breaker|tasks-inconsistent)$/.test(cause.code) && missing.some((one) => /Tasks/.test(one))
  const more = text`Allow ${actions} to the deploying role to get more details.`
  return {
    ...cause,
    fix: isAll ? text`Allow ${actions} to the deploying role to get the reason.` : text`${cause.fix} ${more}`,
  }
}
