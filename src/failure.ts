import { inOneLine, listed, type Mistake } from './mistake.ts'
import { type Text, text } from './text.ts'

/**
 * Every way in which Slipway fails on purpose. The codes are part of the contract: people search for them, and the
 * troubleshooting page (`docs/troubleshooting.md`) is generated from this table.
 */
export const failureCodes = {
  'inputs-invalid': 'One or more inputs are missing, misspelt or have a value that is not allowed.',
  'file-unreadable': 'A file that an input names cannot be read.',
  'file-unwritable': 'The runner has no room for a file, or may not write it.',
  'file-invalid': 'A file that an input names is not what it should be.',
  'config-invalid': 'slipway.yml has unknown keys, wrong types or missing parts.',
  'task-definition-lossy': 'The task definition has members that Amazon ECS does not know; they would be lost.',
  'task-definition-invalid': 'The task definition cannot be rendered or is refused by Amazon ECS.',
  'container-unknown': 'The task definition has no container of the given name.',
  'service-not-found': 'The cluster or the service does not exist.',
  'service-unsupported': 'The service cannot be deployed in the way that was asked.',
  'deployment-conflict': 'Another deployment is in progress.',
  'deployment-not-found': 'The deployment that is to be watched does not exist, or is of another service.',
  'commit-order-unproven': 'It is not proven that this commit is newer than what runs now.',
  'environment-order-unproven':
    'It is not proven that the environment before this one was deployed to successfully with the same image.',
  'nothing-to-go-back-to': 'There is no earlier revision that a rollback could go back to.',
  'revision-gone': 'The revision that is to be deployed, or an image of it, is not there any more.',
  'preflight-failed': 'The checks before the deployment found what would make it fail.',
  'deployment-failed': 'The deployment was started and did not end well.',
  'task-failed': 'A one-off task did not end well.',
  'permission-missing': 'The credentials do not allow an AWS action.',
  'credentials-missing': 'There are no AWS credentials, or they cannot be obtained.',
  'credentials-expired': 'The AWS credentials expired.',
  'account-not-allowed': 'The credentials belong to an account that is not allowed here.',
  'aws-rejected': 'AWS refused a request for a reason that trying again does not change.',
  'proxy-refused': 'The HTTP proxy of the runner refuses a connection, or cannot be used.',
  'aws-unreachable': 'AWS did not answer, or only with errors, until the deadline.',
  'repository-not-found': 'The ECR repository does not exist.',
  'image-tag-taken': 'The image tag exists with other content and cannot be overwritten.',
  'image-not-found': 'The image is not in the registry.',
  'image-layout-invalid': 'The OCI image layout is incomplete or damaged.',
  'registry-rejected': 'The registry refused an upload.',
  'docker-unavailable': 'Docker or Docker Buildx is needed here and cannot be used.',
  'build-failed': 'The image could not be built.',
  'slack-rejected': 'Slack refused the message.',
  'timed-out': 'The deadline passed.',
  cancelled: 'The run was cancelled.',
  unexpected: 'A fault in Slipway.',
} as const

export type FailureCode = keyof typeof failureCodes

export interface FailureParts {
  readonly code: FailureCode
  /** What happened, in one sentence without a full stop at the end. */
  readonly what: Text
  /** Why it happened, if known. */
  readonly why?: Text
  /** What is wrong in a file or in the text of an input, each with its place; `reasonOf` adds them to the why. */
  readonly mistakes?: readonly Mistake[] | undefined
  /** Lines of files to mark; what is wrong there is in the other parts already. */
  readonly marks?: readonly Mistake[] | undefined
  /** What the reader can do about it. */
  readonly fix?: Text
  /** Address of the page that explains it. */
  readonly docs?: string
  /** The error that led here. */
  readonly cause?: unknown
}

/** The one error that people are meant to read. Anything else that is thrown is reported as `unexpected`. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly parts: FailureParts

  constructor(parts: FailureParts) {
    super(parts.code, { cause: parts.cause })
    this.parts = parts
  }
}

/** Why it happened, with every mistake in a line of its own where there are several. */
export function reasonOf({ why = [], mistakes = [] }: Pick<FailureParts, 'why' | 'mistakes'>): Text {
  return after(why, listed(mistakes), mistakes.length > 1 ? ':' : ': ')
}

/** Why it happened, in one line. */
export function reasonInOneLine({ why = [], mistakes = [] }: Pick<FailureParts, 'why' | 'mistakes'>): Text {
  return after(why, inOneLine(mistakes), ': ')
}

function after(why: Text, list: Text, joint: string): Text {
  if (list.length === 0) return why
  return why.length === 0 ? list : text`${why}${joint}${list}`
}
