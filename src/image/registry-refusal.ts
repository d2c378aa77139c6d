import { Failure } from '../failure.ts'
import { type Text, text, untrusted } from '../text.ts'

/** The error of a registry, or why there was no response. */
export interface RegistryRefusal {
  /** Code of the OCI distribution spec, such as NAME_UNKNOWN. */
  readonly code?: string | undefined
  readonly message: string
  /** Undefined where the connection was lost. */
  readonly status?: number | undefined
}

interface Rule {
  readonly pattern: RegExp
  readonly explain: (match: RegExpExecArray) => Failure['parts']
}

const retried = text`Run the job again; blobs that were uploaded are kept.`

// Texts: Amazon ECR user guide, "Troubleshooting errors with Docker commands when using Amazon ECR", and the registry's own.
const rules: readonly Rule[] = [
  {
    pattern: /not authorized to perform:? (ecr[\w-]*:\w+)(?: on resource:? (\S+))?/i,
    explain: ([, action = '', resource]) => ({
      code: 'permission-missing',
      what: text`Not authorized to perform ${untrusted(action)}${resource === undefined ? '' : text` on ${untrusted(resource)}`}`,
      fix: text`Add this statement to the policy of the role: ${untrusted(JSON.stringify({ Effect: 'Allow', Action: action, Resource: resource ?? '*' }))}`,
    }),
  },
  {
    pattern: /tag '?([\w.-]+)'? already exists in the '?([\w./-]+)'? repository and cannot be overwritten/i,
    explain: ([, tag = '', repository = '']) => ({
      code: 'image-tag-taken',
      what: text`ImageTagAlreadyExistsException: the tag "${untrusted(tag)}" already exists in the immutable repository "${untrusted(repository)}"`,
      fix: text`Use another tag for every commit. A registry cache requires a repository with mutable tags.`,
    }),
  },
  {
    pattern: /repository with name '?([\w./-]+)'? does not exist/i,
    explain: ([, repository = '']) => ({
      code: 'repository-not-found',
      what: text`RepositoryNotFoundException: the ECR repository "${untrusted(repository)}" does not exist`,
      fix: text`Create it, or set create-repository: true. If it existed when the job began, it was deleted since.`,
    }),
  },
  {
    pattern: /authorization token has expired/i,
    explain: () => ({
      code: 'credentials-expired',
      what: text`The authorization token of the registry has expired during the push`,
      why: text`an ECR token is valid for 12 hours, or as long as the session of the role if that is shorter`,
      fix: text`Run the job again. For a build this long, raise role-duration-seconds.`,
    }),
  },
  {
    pattern:
      /no basic auth credentials|\bunauthorized\b|not authorized$|authentication required|incorrect username or password/i,
    explain: () => ({
      code: 'registry-rejected',
      what: text`The registry refused the credentials`,
      fix: text`Check aws-region and the account of the role. A base image from a private registry requires its own login step before this one (docker/login-action).`,
    }),
  },
  {
    pattern: /toomanyrequests|too many requests|rate exceeded|rate limit/i,
    explain: () => ({
      code: 'registry-rejected',
      what: text`Pull rate limit reached (toomanyrequests); for base images most often that of Docker Hub`,
      fix: text`Run the job again later. Use base images from ECR Public or an ECR pull-through cache, or log in to Docker Hub.`,
    }),
  },
  {
    // "Troubleshooting Amazon ECR error messages", HTTP 403, and the common error LimitExceededException.
    pattern: /LimitExceededException|exceeded? a service limit|service quotas?\b/i,
    explain: () => ({
      code: 'registry-rejected',
      what: text`LimitExceededException: a service quota of Amazon ECR is reached, such as images per repository`,
      fix: text`Delete images that are not in use (a lifecycle policy does it), or request a higher quota in Service Quotas.`,
    }),
  },
  {
    pattern: /KmsException|kms:\w+|KMS key/i,
    explain: () => ({
      code: 'registry-rejected',
      what: text`The registry could not use the KMS key of the repository`,
      fix: text`Check that the key is enabled and that its key policy allows the role to use it.`,
    }),
  },
]

/** Finds the cause of a registry's refusal, wherever its words appear. Undefined when they are not known. */
export function explainRegistryText(message: string): Failure['parts'] | undefined {
  for (const { pattern, explain } of rules) {
    const match = pattern.exec(message)
    if (match !== null) return explain(match)
  }
  return undefined
}

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
    return new Failure({ ...known, why: known.why ?? text`the registry returned: ${untrusted(refusal.message)}` })
  return new Failure({
    code: 'registry-rejected',
    what: isPassing(refusal)
      ? text`The request to the registry failed (${doing})`
      : text`The registry refused ${doing}`,
    why: refusalWords(refusal),
    fix: retried,
  })
}
