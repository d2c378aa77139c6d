import { parseArn } from '../../arn.ts'
import type { JsonObject, PreflightSources } from '../../ports.ts'
import { containersOf, objectIn, objectsIn, textIn } from '../../task-definition/members.ts'
import type { SecretFact, SecretReference } from './facts.ts'
import type { Look } from './look.ts'

type Used = Pick<SecretFact, 'reference' | 'user'>
type Secret = Extract<SecretReference, { kind: 'secret' }>

/** All that containers take from Secrets Manager and the Parameter Store, in the order of the definition. */
export async function gatherSecrets(
  definition: JsonObject,
  checkKeys: boolean,
  sources: PreflightSources,
  look: Look,
): Promise<readonly SecretFact[]> {
  const used = containersOf(definition).flatMap(usesOf)
  const missing = await missingParameters(used, sources, look)
  const seen = new Map<string, Promise<SecretFact['standing']>>()
  return await Promise.all(
    used.map(async ({ reference, user }): Promise<SecretFact> => {
      if (reference.kind === 'invalid') return { reference, user, standing: 'unread' }
      if (reference.kind === 'parameter') return { reference, user, standing: missing(reference) }
      const key = `${reference.region} ${reference.id}`
      const standing = seen.get(key) ?? standingOf(reference, sources, look)
      seen.set(key, standing)
      const isRead = checkKeys && reference.key !== undefined && (await standing) === 'there'
      return {
        reference,
        user,
        standing: await standing,
        keys: isRead ? await keysOf(reference, sources, look) : undefined,
      }
    }),
  )
}

function usesOf(container: JsonObject): readonly Used[] {
  const owner = `of container ${textIn(container, 'name') ?? 'without a name'}`
  const named = (secret: JsonObject, kind: string): Used => ({
    reference: parseSecretReference(textIn(secret, 'valueFrom') ?? ''),
    user: `${kind} ${textIn(secret, 'name') ?? 'without a name'} ${owner}`,
  })
  const credentials = textIn(objectIn(container, 'repositoryCredentials'), 'credentialsParameter')
  return [
    ...objectsIn(container, 'secrets').map((secret) => named(secret, 'secret')),
    ...objectsIn(objectIn(container, 'logConfiguration'), 'secretOptions').map((secret) => named(secret, 'log option')),
    ...(credentials === undefined
      ? []
      : [{ reference: parseSecretReference(credentials), user: `registry credentials ${owner}` }]),
  ]
}

/**
 * What a `valueFrom` means: the ARN of a secret, with `:key:stage:version` behind it where wanted, the ARN of a parameter,
 * or the name of a parameter of the same region (ECS developer guide, "Pass sensitive data to an Amazon ECS container").
 */
export function parseSecretReference(valueFrom: string): SecretReference {
  const arn = parseArn(valueFrom)
  if (arn === undefined) {
    // A name has no spaces and no equals sign; what has them is a value by mistake, and is not repeated.
    const isName = /^\/?[\w.-]+(\/[\w.-]+)*(:[\w.-]+)?$/.test(valueFrom)
    return isName ? { kind: 'parameter', id: valueFrom } : { kind: 'invalid', id: '' }
  }
  const { region } = arn
  if (arn.service === 'ssm' && arn.resource.startsWith('parameter/'))
    return { kind: 'parameter', id: valueFrom, region }
  const [type, name, key, stage, version, ...more] = arn.resource.split(':')
  if (arn.service !== 'secretsmanager' || type !== 'secret' || !name || more.length > 0)
    return { kind: 'invalid', id: '' }
  const id = `arn:${arn.partition}:secretsmanager:${region}:${arn.accountId}:secret:${name}`
  return { kind: 'secret', id, region, key: key || undefined, stage: stage || undefined, version: version || undefined }
}

async function standingOf(
  { id, region }: Secret,
  sources: PreflightSources,
  look: Look,
): Promise<SecretFact['standing']> {
  const seen = await look('secretsmanager:DescribeSecret', 'whether the secrets exist', () =>
    sources.secret(id, region),
  )
  if (seen === undefined) return 'unread'
  if (seen.value === undefined) return 'missing'
  return seen.value.deletedAt ? 'deleted' : 'there'
}

async function keysOf({ id, region, stage, version }: Secret, sources: PreflightSources, look: Look) {
  const shows = 'whether the keys of the secrets exist'
  const read = () => sources.secretKeys(id, { stage, version }, region)
  const seen = await look('secretsmanager:GetSecretValue', shows, read)
  return seen === undefined ? 'unread' : (seen.value ?? 'not-json')
}

/** All parameters of a region in one go. */
async function missingParameters(used: readonly Used[], sources: PreflightSources, look: Look) {
  const byRegion = new Map<string | undefined, Set<string>>()
  for (const { reference } of used) {
    if (reference.kind !== 'parameter') continue
    byRegion.set(reference.region, (byRegion.get(reference.region) ?? new Set()).add(reference.id))
  }
  const missing = new Map<string | undefined, ReadonlySet<string> | undefined>()
  for (const [region, names] of byRegion) {
    const read = () => sources.missingParameters([...names], region)
    const seen = await look('ssm:GetParameters', 'whether the parameters exist', read)
    missing.set(region, seen && new Set(seen.value))
  }
  return ({ region, id }: { readonly region?: string | undefined; readonly id: string }): SecretFact['standing'] => {
    const unknown = missing.get(region)
    return unknown === undefined ? 'unread' : unknown.has(id) ? 'missing' : 'there'
  }
}
