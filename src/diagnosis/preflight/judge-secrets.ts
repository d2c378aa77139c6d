import { type Text, text, untrusted } from '../../text.ts'
import type { PreflightFacts, SecretFact } from './facts.ts'
import type { Finding } from './finding.ts'

/** The secrets and parameters that containers get. */
export function judgeSecrets({ secrets }: PreflightFacts): readonly Finding[] {
  return [...secrets.flatMap(judge), ...unchecked(secrets)]
}

function blocks(code: string, what: Text, why: Text, fix: Text): readonly Finding[] {
  return [{ code, severity: 'blocks', what, why, fix }]
}

function judge(fact: SecretFact): readonly Finding[] {
  const { reference, user, standing } = fact
  const id = untrusted(shown(reference.id))
  const name = untrusted(user)
  if (reference.kind === 'invalid') {
    return blocks(
      'secret-reference',
      text`The ${name} refers to nothing that Amazon ECS knows`,
      text`its valueFrom is neither a secret of AWS Secrets Manager nor a parameter of the SSM Parameter Store`,
      text`Give the ARN of a secret or parameter, or the name of a parameter of this region. A value itself does not belong there.`,
    )
  }
  if (standing === 'missing') {
    const store = reference.kind === 'secret' ? 'AWS Secrets Manager' : 'the SSM Parameter Store'
    return blocks(
      `${reference.kind}-missing`,
      text`The ${name} cannot be read`,
      text`${store} has no ${id}`,
      text`Create it, or correct valueFrom: the region, the account and the random ending of the ARN count.`,
    )
  }
  if (standing === 'deleted') {
    return blocks(
      'secret-deleted',
      text`The ${name} cannot be read`,
      text`${id} is scheduled for deletion`,
      text`Restore it: aws secretsmanager restore-secret --secret-id ${id}.`,
    )
  }
  return judgeKey(fact)
}

/** A bare word may be a secret itself, by mistake. */
function shown(id: string): string {
  return /^(arn:|\/)/.test(id) ? id : 'the parameter that valueFrom names'
}

function judgeKey({ reference, user, keys }: SecretFact): readonly Finding[] {
  if (reference.kind !== 'secret' || !reference.key || keys === undefined || keys === 'unread') return []
  if (keys === 'not-json') {
    return blocks(
      'secret-not-json',
      text`The ${untrusted(user)} cannot be read`,
      text`valueFrom names the key ${untrusted(reference.key)}, and ${untrusted(reference.id)} does not hold a JSON object`,
      text`Store the secret as a JSON object with that key, or take the key out of valueFrom.`,
    )
  }
  if (keys.includes(reference.key)) return []
  return blocks(
    'secret-key-missing',
    text`The ${untrusted(user)} cannot be read`,
    text`${untrusted(reference.id)} has no key ${untrusted(reference.key)}; it has ${untrusted(keys.join(', ') || 'none')}`,
    text`Add the key to the secret, or correct it in valueFrom.`,
  )
}

function unchecked(secrets: readonly SecretFact[]): readonly Finding[] {
  const some = secrets.filter(
    ({ reference, standing, keys }) =>
      reference.kind === 'secret' && reference.key && standing === 'there' && keys === undefined,
  )
  if (some.length === 0) return []
  return [
    {
      code: 'secret-keys-unchecked',
      severity: 'notes',
      what: text`The keys of ${some.length} ${some.length === 1 ? 'secret' : 'secrets'} were not checked`,
      why: text`that would read their values`,
      fix: text`Set check-secret-keys to true where the role may do secretsmanager:GetSecretValue; no value is shown or kept.`,
    },
  ]
}
