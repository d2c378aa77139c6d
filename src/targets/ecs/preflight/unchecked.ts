import type { Finding } from '../../../diagnosis/finding.ts'
import type { Unread } from '../../../diagnosis/read-fact.ts'
import { asName, type Text, text, untrusted } from '../../../text.ts'
import { type FindingCode, finding } from '../facts/finding-kinds.ts'
import type { ImageFact, PreflightFacts } from '../facts/preflight-facts.ts'

/** A check that was not made. No full stops. */
export interface Unchecked {
  readonly code: Extract<
    FindingCode,
    'image-unchecked' | 'secret-keys-unchecked' | 'permission-missing' | 'not-checked'
  >
  /** Such as `whether the images exist`. */
  readonly shows: Text
  readonly why: Text
  readonly fix: Text
}

/** What could not be read: no message must mean that all is well. */
export function uncheckedIn(facts: PreflightFacts): readonly Unchecked[] {
  return [
    ...facts.images.filter(({ standing }) => standing.kind === 'elsewhere').map(externalImage),
    ...keysUnasked(facts),
    ...facts.unread.map(unread),
  ]
}

function externalImage({ reference, containers }: ImageFact): Unchecked {
  return {
    code: 'image-unchecked',
    shows: text`the image ${asName(reference)} of container ${asName(containers.join(', '))}`,
    why: text`it is not in the Amazon ECR of this account and region`,
    fix: text`Copy images that production needs into your own ECR, where they stay and can be checked.`,
  }
}

function keysUnasked({ secrets }: PreflightFacts): readonly Unchecked[] {
  const { length } = secrets.filter(
    ({ reference, standing, keys }) =>
      reference.kind === 'secret' && reference.key && standing === 'there' && keys === undefined,
  )
  if (length === 0) return []
  return [
    {
      code: 'secret-keys-unchecked',
      shows: text`the JSON keys of ${length} ${length === 1 ? 'secret' : 'secrets'}`,
      why: text`check-secret-keys is false`,
      fix: text`Set check-secret-keys to true, and allow secretsmanager:GetSecretValue; no value is shown or kept.`,
    },
  ]
}

function unread({ action, shows, reason }: Unread): Unchecked {
  return action
    ? {
        code: 'permission-missing',
        shows: text`${untrusted(shows)}`,
        why: text`not authorized to perform ${untrusted(action)}`,
        fix: text`Allow ${untrusted(action)} to have it checked.`,
      }
    : {
        code: 'not-checked',
        shows: text`${untrusted(shows)}`,
        why: text`${untrusted(reason ?? 'it could not be read')}`,
        fix: text`Run it again if that is temporary.`,
      }
}

/** The same as findings, which never block. */
export function judgeUnchecked(facts: PreflightFacts): readonly Finding[] {
  return uncheckedIn(facts).map(asFinding)
}

/** What could not be read as a finding, which never blocks. */
export function unreadFinding(one: Unread): Finding {
  return asFinding(unread(one))
}

function asFinding({ code, shows, why, fix }: Unchecked): Finding {
  return finding(code, { what: text`Not checked: ${shows}`, why, fix })
}

/** All of them in one line; undefined where everything was checked. */
export function uncheckedLine(facts: PreflightFacts): Text | undefined {
  const all = uncheckedIn(facts)
  if (all.length === 0) return undefined
  const listed = all.flatMap(({ shows, why }, index) => text`${index === 0 ? '' : '; '}${shows} (${why})`)
  return text`Preflight did not check ${listed}`
}
