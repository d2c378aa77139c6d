import { parseArn } from '../../../arn.ts'
import type { ReadFact } from '../../../diagnosis/read-fact.ts'
import type { Identity, RoleSources } from '../../../ports.ts'

/**
 * ARN that policies can be simulated for: of a session, that of its role, whose path only IAM knows. `shows`: what stays unchecked
 * without it.
 */
export async function callerOf(
  identity: () => Promise<Identity>,
  shows: string,
  sources: Pick<RoleSources, 'role'>,
  readFact: ReadFact,
): Promise<string | undefined> {
  const asked = await readFact('sts:GetCallerIdentity', shows, identity)
  const arn = asked?.value.arn ?? ''
  const { resource = '', service } = parseArn(arn) ?? {}
  const [, session] = /^assumed-role\/([^/]+)/.exec(resource) ?? []
  if (service === 'iam') return resource.startsWith('user/') ? arn : undefined
  if (session === undefined) return undefined
  const found = await readFact('iam:GetRole', 'whether the roles exist and trust Amazon ECS', () =>
    sources.role(session),
  )
  return found?.value?.arn
}
