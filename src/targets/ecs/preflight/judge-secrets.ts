import type { Finding } from '../../../diagnosis/finding.ts'
import { type Text, text, untrusted } from '../../../text.ts'
import { type FindingCode, finding } from '../facts/finding-kinds.ts'
import type { PreflightFacts, SecretFact } from '../facts/preflight-facts.ts'

/** The secrets and parameters that containers get. */
export function judgeSecrets(facts: PreflightFacts): readonly Finding[] {
  return facts.secrets.flatMap((fact) => judge(fact, facts))
}

function judge(fact: SecretFact, facts: PreflightFacts): readonly Finding[] {
  const { reference, standing } = fact
  const user = untrusted(fact.user)
  const id = untrusted(shown(reference.id))
  const found = (code: FindingCode, what: Text, why: Text, fix: Text, isDoubtful = false): readonly Finding[] => [
    finding(code, { what, why, fix }, isDoubtful || !fact.isEssential),
  ]
  if (reference.kind === 'invalid') {
    return found(
      'secret-reference',
      text`Invalid valueFrom of the ${user}`,
      text`it is neither the ARN of a secret or parameter, with region and account, nor the name of a parameter`,
      text`Give the ARN of a secret or parameter, or the name of a parameter of this region. Never write a secret value there.`,
    )
  }
  if (standing === 'missing') return missing(fact, facts)
  if (standing === 'deleted') {
    return found(
      'secret-deleted',
      text`The ${user} cannot be retrieved (InvalidRequestException)`,
      text`${id} is marked for deletion`,
      text`Restore it: aws secretsmanager restore-secret --secret-id ${id}.`,
    )
  }
  return judgeKey(fact)
}

function missing({ reference, user, isEssential }: SecretFact, { accountId, region }: PreflightFacts) {
  const isSecret = reference.kind === 'secret'
  const theirs = reference.kind === 'invalid' ? undefined : reference
  const isForeign = theirs?.accountId !== undefined && accountId !== undefined && theirs.accountId !== accountId
  const where = text`${theirs?.region ?? region}, account ${untrusted(theirs?.accountId ?? accountId ?? 'unknown')}`
  const store = isSecret ? 'AWS Secrets Manager' : 'the SSM Parameter Store'
  const error = isSecret ? 'ResourceNotFoundException' : 'invalid SSM parameters'
  return [
    finding(
      isSecret ? 'secret-missing' : 'parameter-missing',
      {
        what: text`The ${untrusted(user)} does not exist (${error})`,
        why: text`${store} has no ${untrusted(shown(reference.id))} (${where}), so tasks would stop with ResourceInitializationError`,
        fix: isForeign
          ? text`Correct valueFrom, or check that the other account shares it.`
          : text`Create it, or correct valueFrom: region, account and the random suffix of a secret's ARN count.`,
      },
      isForeign || !isEssential,
    ),
  ]
}

/** A bare word may be a secret itself, by mistake. */
function shown(id: string): string {
  return /^(arn:|\/)/.test(id) ? id : 'name that valueFrom gives'
}

function judgeKey({ reference, user, keys, isEssential }: SecretFact): readonly Finding[] {
  if (reference.kind !== 'secret' || !reference.key || keys === undefined || keys === 'unread') return []
  const [name, key, id] = [untrusted(user), untrusted(reference.key), untrusted(reference.id)]
  if (keys === 'not-json') {
    return [
      finding(
        'secret-not-json',
        {
          what: text`JSON key ${key} not found for the ${name}`,
          why: text`the value of ${id} is no JSON object`,
          fix: text`Store the secret as a JSON object with that key, or remove the key from valueFrom.`,
        },
        !isEssential,
      ),
    ]
  }
  if (keys !== 'no-value' && keys.includes(reference.key)) return []
  const has =
    keys === 'no-value' ? text`no value of that version` : text`the keys ${untrusted(keys.join(', ') || '(none)')}`
  return [
    finding(
      'secret-key-missing',
      {
        what: text`JSON key ${key} not found for the ${name}`,
        why: text`${id} has ${has}`,
        fix: text`Add the key to the secret, or correct it in valueFrom.`,
      },
      !isEssential,
    ),
  ]
}
