import type { ReadFact } from '../../../diagnosis/read-fact.ts'
import type { PreflightSources } from '../../../ports.ts'
import type { SecretFact, SecretReference } from '../facts/preflight-facts.ts'
import type { SecretUse } from '../facts/secret-uses.ts'

type Secret = Extract<SecretReference, { kind: 'secret' }>
type Parameter = Extract<SecretReference, { kind: 'parameter' }>

/** Whether all of them exist: parameters ten at a time, secrets one by one and each once. */
export async function gatherSecrets(
  uses: readonly SecretUse[],
  checkKeys: boolean,
  sources: PreflightSources,
  readFact: ReadFact,
): Promise<readonly SecretFact[]> {
  const parameters = missingParameters(uses, sources, readFact)
  const seen = new Map<string, Promise<SecretFact['standing']>>()
  return await Promise.all(
    uses.map(async (use): Promise<SecretFact> => {
      const { reference } = use
      if (reference.kind === 'invalid') return { ...use, standing: 'unread' }
      if (reference.kind === 'parameter') return { ...use, standing: (await parameters)(reference) }
      const key = `${reference.region} ${reference.id}`
      const asked = seen.get(key) ?? standingOf(reference, sources, readFact)
      seen.set(key, asked)
      const standing = await asked
      const isRead = checkKeys && reference.key !== undefined && standing === 'there'
      return { ...use, standing, keys: isRead ? await keysOf(reference, sources, readFact) : undefined }
    }),
  )
}

async function standingOf(
  { id, region }: Secret,
  sources: PreflightSources,
  readFact: ReadFact,
): Promise<SecretFact['standing']> {
  const read = () => sources.secret(id, region)
  const seen = await readFact(
    'secretsmanager:DescribeSecret',
    'whether the secrets exist',
    read,
    (it) => it === undefined,
  )
  if (seen === undefined) return 'unread'
  if (seen.value === undefined) return 'missing'
  return seen.value.deletedAt ? 'deleted' : 'there'
}

async function keysOf({ id, region, stage, version }: Secret, sources: PreflightSources, readFact: ReadFact) {
  const shows = 'whether the keys of the secrets exist'
  const read = () => sources.secretKeys(id, { stage, version }, region)
  const seen = await readFact('secretsmanager:GetSecretValue', shows, read)
  return seen?.value ?? 'unread'
}

/** A secret by the name of a parameter: its value would have to be read (Systems Manager user guide, "Referencing AWS Secrets Manager secrets"). */
const borrowed = /(^|parameter)\/aws\/reference\/secretsmanager\//

/** All parameters of a region in one go. */
async function missingParameters(uses: readonly SecretUse[], sources: PreflightSources, readFact: ReadFact) {
  const parameters = uses.flatMap(({ reference }) => (reference.kind === 'parameter' ? reference : []))
  const asked = parameters.filter(({ id }) => !borrowed.test(id))
  const missing = await Promise.all(
    [...Map.groupBy(asked, ({ region }) => region)].map(async ([region, those]) => {
      const read = () => sources.missingParameters([...new Set(those.map(({ id }) => id))], region)
      const shows = 'whether the parameters exist'
      const seen = await readFact('ssm:GetParameters', shows, read, (names) => names.length > 0)
      return [region, seen && new Set(seen.value)] as const
    }),
  )
  const byRegion = new Map(missing)
  return ({ region, id }: Parameter): SecretFact['standing'] => {
    const unknown = borrowed.test(id) ? undefined : byRegion.get(region)
    return unknown === undefined ? 'unread' : unknown.has(id) ? 'missing' : 'there'
  }
}
