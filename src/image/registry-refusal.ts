import { Failure } from '../failure.ts'
import { type Text, text, untrusted } from '../text.ts'

/** What a registry said, from an HTTP answer or from a line of Docker's. */
export interface RegistryRefusal {
  /** Code of the OCI distribution spec, such as NAME_UNKNOWN; undefined when only a text is known. */
  readonly code?: string | undefined
  readonly message: string
  readonly status?: number | undefined
}

interface Rule {
  readonly pattern: RegExp
  readonly explain: (match: RegExpExecArray) => Failure['parts']
}

const retried = text`Run the job again; everything that was uploaded already is kept.`

// Texts: Amazon ECR user guide, "Troubleshooting errors with Docker commands when using Amazon ECR", and the registry's own.
const rules: readonly Rule[] = [
  {
    pattern: /not authorized to perform:? (ecr[\w-]*:\w+)(?: on resource:? (\S+))?/i,
    explain: ([, action = '', resource]) => ({
      code: 'permission-missing',
      what: text`The credentials do not allow ${untrusted(action)}`,
      fix: text`Add ${untrusted(JSON.stringify({ Effect: 'Allow', Action: action, Resource: resource ?? '*' }))} to the role's policy.`,
    }),
  },
  {
    pattern: /tag '?([\w.-]+)'? already exists in the '?([\w./-]+)'? repository and cannot be overwritten/i,
    explain: ([, tag = '', repository = '']) => ({
      code: 'image-tag-taken',
      what: text`The tag "${untrusted(tag)}" of the repository "${untrusted(repository)}" is taken and cannot be moved: the repository's tags are immutable`,
      fix: text`Use a tag of its own for every commit. A registry cache needs a repository whose tags are mutable.`,
    }),
  },
  {
    pattern: /repository with name '?([\w./-]+)'? does not exist/i,
    explain: ([, repository = '']) => ({
      code: 'repository-not-found',
      what: text`There is no ECR repository "${untrusted(repository)}" in this account and region`,
      fix: text`Create it or set create-repository: true. If it was there when the job began, it has been deleted since.`,
    }),
  },
  {
    pattern: /authorization token has expired/i,
    explain: () => ({
      code: 'credentials-expired',
      what: text`The registry's token expired during the push`,
      why: text`ECR's tokens live for 12 hours, or as long as the role's session if that is shorter`,
      fix: text`Run the job again. For builds this long, let role-duration-seconds cover the build.`,
    }),
  },
  {
    pattern:
      /no basic auth credentials|\bunauthorized\b|not authorized$|authentication required|incorrect username or password/i,
    explain: () => ({
      code: 'registry-rejected',
      what: text`The registry did not accept the login`,
      why: text`the credentials are for another registry, account or region, or they have been revoked`,
      fix: text`Check aws-region and the role's account. A base image from a private registry needs a login step of its own before this one.`,
    }),
  },
  {
    pattern: /toomanyrequests|too many requests|rate exceeded|rate limit/i,
    explain: () => ({
      code: 'registry-rejected',
      what: text`A registry refused more requests for now`,
      why: text`its rate limit is reached; for base images that is usually Docker Hub's`,
      fix: text`Run the job again later. Take base images from ECR Public or an ECR pull-through cache, or log in to Docker Hub.`,
    }),
  },
  {
    pattern: /KmsException|kms:\w+|KMS key/i,
    explain: () => ({
      code: 'registry-rejected',
      what: text`The registry could not use the KMS key of the repository`,
      fix: text`Check that the key is enabled and that its policy lets the role use it.`,
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

/** The failure for a refusal: by its words, or as it is. `doing` follows "The registry refused". */
export function registryFailure(refusal: RegistryRefusal, doing: Text, cause?: unknown): Failure {
  const known = explainRegistryText(refusal.message)
  if (known !== undefined)
    return new Failure({ ...known, why: known.why ?? text`the registry says: ${untrusted(refusal.message)}`, cause })
  const said =
    refusal.message === ''
      ? text`it answered HTTP ${refusal.status ?? 0}`
      : text`it says: ${untrusted([refusal.code, refusal.message].filter(Boolean).join(': '))}`
  return new Failure({
    code: 'registry-rejected',
    what: text`The registry refused ${doing}`,
    why: said,
    fix: retried,
    cause,
  })
}
