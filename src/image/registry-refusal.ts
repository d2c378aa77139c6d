import { Failure } from '../failure.ts'
import { type Text, text, untrusted } from '../text.ts'
import { explainRegistryText } from './registry-rules.ts'

/** The error of a registry, or why there was no response. */
export interface RegistryRefusal {
  /** Code of the OCI distribution spec, such as NAME_UNKNOWN. */
  readonly code?: string | undefined
  readonly message: string
  /** Undefined where the connection was lost. */
  readonly status?: number | undefined
}

const retried = text`Run the job again; blobs that were uploaded are kept.`

/** True where another try may end otherwise: no answer, or a status of the moment. */
export function isPassing({ status }: RegistryRefusal): boolean {
  return status === undefined || status === 429 || status === 408 || status >= 500
}

/** `DENIED: no access`; the HTTP status replaces a missing code. */
export function refusalWords({ code, status, message }: RegistryRefusal): Text {
  const name = code || (status === undefined ? '' : `HTTP ${status}`)
  return text`${untrusted([name, message].filter(Boolean).join(': '))}`
}

/** The failure for a refusal: by its words, or as it is. `doing` ends "The registry refused …". */
export function registryFailure(refusal: RegistryRefusal, doing: Text): Failure {
  const known = explainRegistryText(refusal.message)
  if (known !== undefined)
    return new Failure({
      ...known,
      why: known.why ?? text`the registry refused ${doing}: ${untrusted(refusal.message)}`,
    })
  return new Failure({
    code: 'registry-rejected',
    what: isPassing(refusal)
      ? text`The request to the registry failed (${doing})`
      : text`The registry refused ${doing}`,
    why: refusalWords(refusal),
    fix: isSilentDenial(refusal)
      ? text`Most often the policy of the role lacks ecr:BatchCheckLayerAvailability, or the repository policy denies it; a proxy may refuse the request, too.`
      : retried,
  })
}

/** Answers to HEAD have no body, so they name no action. */
function isSilentDenial({ status, message }: RegistryRefusal): boolean {
  return status === 403 && message === ''
}
