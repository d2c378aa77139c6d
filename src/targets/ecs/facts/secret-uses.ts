import { parseArn } from '../../../arn.ts'
import type { JsonObject } from '../../../ports.ts'
import { containersOf, isEssential, objectIn, objectsIn, textIn } from '../../../task-definition/members.ts'
import type { SecretFact, SecretReference } from './preflight-facts.ts'

/** What one container takes from AWS Secrets Manager or the SSM Parameter Store. */
export type SecretUse = Pick<SecretFact, 'reference' | 'user' | 'isEssential'>

/** All that containers take from there, in the order of the definition. What is `blank` is a placeholder. */
export function secretUsesIn(definition: JsonObject, blank: ReadonlySet<string>): readonly SecretUse[] {
  return containersOf(definition).flatMap((container) => usesOf(container, blank))
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

/** Registry credentials are a secret by its ARN or by its name (API RepositoryCredentials, credentialsParameter). */
function parseCredentials(given: string): SecretReference {
  return parseArn(given) === undefined ? { kind: 'secret', id: given } : parseSecretReference(given)
}
