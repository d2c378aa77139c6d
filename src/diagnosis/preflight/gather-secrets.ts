import { parseArn } from '../../arn.ts'
import type { JsonObject, PreflightSources } from '../../ports.ts'
import { containersOf, isEssential, objectIn, objectsIn, textIn } from '../../task-definition/members.ts'
import type { SecretFact, SecretReference } from './facts.ts'
import type { Look } from './look.ts'

type Secret = Extract<SecretReference, { kind: 'secret' }>
type Parameter = Extract<SecretReference, { kind: 'parameter' }>

/** What one container takes from AWS Secrets Manager or the SSM Parameter Store. */
export type SecretUse = Pick<SecretFact, 'reference' | 'user' | 'isEssential'>

/** All that containers take from there, in the order of the definition. What is `blank` is a placeholder. */
export function secretUsesIn(definition: JsonObject, blank: ReadonlySet<string>): readonly SecretUse[] {
  return containersOf(definition).flatMap((container) => usesOf(container, blank))
}

/** Whether all that is there: parameters ten at a time, secrets one by one and each once. */
export async function gatherSecrets(
  uses: readonly SecretUse[],
  checkKeys: boolean,
  sources: PreflightSources,
  look: Look,
): Promise<readonly SecretFact[]> {
  const parameters = missingParameters(uses, sources, look)
  const seen = new Map<string, Promise<SecretFact['standing']>>()
  return await Promise.all(
    uses.map(async (use): Promise<SecretFact> => {
      const { reference } = use
      if (reference.kind === 'invalid') return { ...use, standing: 'unread' }
      if (reference.kind === 'parameter') return { ...use, standing: (await parameters)(reference) }
      const key = `${reference.region} ${reference.id}`
      const asked = seen.get(key) ?? standingOf(reference, sources, look)
      seen.set(key, asked)
      const standing = await asked
      const isRead = checkKeys && reference.key !== undefined && standing === 'there'
      return { ...use, standing, keys: isRead ? await keysOf(reference, sources, look) : undefined }
    }),
  )
}

function usesOf(container: JsonObject, blank: ReadonlySet<string>): readonly SecretUse[] {
  const owner = `of container ${textIn(container, 'name') ?? 'without a name'}`
  const use = (given: string, user: string, parse = parseSecretReference): readonly SecretUse[] =>
    blank.has(given) ? [] : [{ reference: parse(given), user: `${user} ${owner}`, isEssential: isEssential(container) }]
  const named = (secret: JsonObject, kind: string) =>
    use(textIn(secret, 'valueFrom') ?? '', `${kind} ${textIn(secret, 'name') ?? 'without a name'}`)
  const credentials = textIn(objectIn(container, 'repositoryCredentials'), 'credentialsParameter')
  return [
    ...objectsIn(container, 'secrets').flatMap((secret) => named(secret, 'secret')),
    ...objectsIn(objectIn(container, 'logConfiguration'), 'secretOptions').flatMap((option) =>
      named(option, 'log option'),
    ),
    ...(credentials === undefined ? [] : use(credentials, 'registry credentials', parseCredentials)),
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
  const { region, accountId } = arn
  // Parameters that AWS publishes are of no account.
  const isPublic = arn.resource.startsWith('parameter/aws/') && accountId === ''
  if (region === '' || !(isPublic || /^\d{12}$/.test(accountId))) return { kind: 'invalid', id: '' }
  if (arn.service === 'ssm' && arn.resource.startsWith('parameter/'))
    return { kind: 'parameter', id: valueFrom, region, accountId }
  const [type, name, key, stage, version, ...more] = arn.resource.split(':')
  if (arn.service !== 'secretsmanager' || type !== 'secret' || !name || more.length > 0)
    return { kind: 'invalid', id: '' }
  const id = `arn:${arn.partition}:secretsmanager:${region}:${accountId}:secret:${name}`
  const part = { key: key || undefined, stage: stage || undefined, version: version || undefined }
  return { kind: 'secret', id, region, accountId, ...part }
}

/** Registry credentials are a secret by its ARN or by its name (API RepositoryCredentials, credentialsParameter). */
function parseCredentials(given: string): SecretReference {
  return parseArn(given) === undefined ? { kind: 'secret', id: given } : parseSecretReference(given)
}

async function standingOf(
  { id, region }: Secret,
  sources: PreflightSources,
  look: Look,
): Promise<SecretFact['standing']> {
  const read = () => sources.secret(id, region)
  const seen = await look('secretsmanager:DescribeSecret', 'whether the secrets exist', read, (it) => it === undefined)
  if (seen === undefined) return 'unread'
  if (seen.value === undefined) return 'missing'
  return seen.value.deletedAt ? 'deleted' : 'there'
}

async function keysOf({ id, region, stage, version }: Secret, sources: PreflightSources, look: Look) {
  const shows = 'whether the keys of the secrets exist'
  const read = () => sources.secretKeys(id, { stage, version }, region)
  const seen = await look('secretsmanager:GetSecretValue', shows, read)
  return seen?.value ?? 'unread'
}

/** A secret by the name of a parameter: its value would have to be read (Systems Manager user guide, "Referencing AWS Secrets Manager secrets"). */
const borrowed = /(^|parameter)\/aws\/reference\/secretsmanager\//

/** All parameters of a region in one go. */
async function missingParameters(uses: readonly SecretUse[], sources: PreflightSources, look: Look) {
  const parameters = uses.flatMap(({ reference }) => (reference.kind === 'parameter' ? reference : []))
  const asked = parameters.filter(({ id }) => !borrowed.test(id))
  const missing = await Promise.all(
    [...Map.groupBy(asked, ({ region }) => region)].map(async ([region, those]) => {
      const read = () => sources.missingParameters([...new Set(those.map(({ id }) => id))], region)
      const shows = 'whether the parameters exist'
      const seen = await look('ssm:GetParameters', shows, read, (names) => names.length > 0)
      return [region, seen && new Set(seen.value)] as const
    }),
  )
  const byRegion = new Map(missing)
  return ({ region, id }: Parameter): SecretFact['standing'] => {
    const unknown = borrowed.test(id) ? undefined : byRegion.get(region)
    return unknown === undefined ? 'unread' : unknown.has(id) ? 'missing' : 'there'
  }
}
