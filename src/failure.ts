import { inOneLine, listed, type Mistake } from './mistake.ts'
import { type Text, text, withoutStop } from './text.ts'

/**
 * Every deliberate failure of Slipway. The codes are part of the contract: people search for them, and the troubleshooting page
 * (`docs/troubleshooting.md`) is generated from this table.
 */
export const failureCodes = {
  'inputs-invalid': 'One or more inputs are missing, misspelt or have an invalid value.',
  'file-unreadable': 'A file that an input names cannot be read.',
  'file-unwritable': 'A file cannot be written: ENOSPC, EDQUOT, EROFS or EACCES.',
  'file-invalid': 'The content of a file or of an input is invalid.',
  'config-invalid': 'slipway.yml is invalid: unknown keys, wrong types or missing keys.',
  'task-definition-lossy': 'The task definition has unknown parameters, which ECS would ignore.',
  'task-definition-invalid':
    'The task definition is invalid, or AWS refused ecs:RegisterTaskDefinition (ClientException).',
  'container-unknown': 'The task definition has no container with the given name.',
  'service-not-found':
    'ClusterNotFoundException, ServiceNotFoundException, ServiceNotActiveException: the cluster or the service does not exist in this region and account.',
  'service-unsupported':
    'The service does not support what was requested: its deployment controller, deployment group, scaling or load balancer rules it out.',
  'environment-not-found':
    'No Elastic Beanstalk environment of this name exists in this application, region and account.',
  'environment-unsupported': 'The Elastic Beanstalk environment does not support what was requested.',
  'bundle-invalid': 'The source bundle is empty, too large, or is not what the platform of the environment takes.',
  'version-label-taken': 'The application version label already exists with another source bundle.',
  'version-failed': 'Elastic Beanstalk could not process the application version (status Failed).',
  'version-quota': 'TooManyApplicationVersionsException: the quota of application versions is reached.',
  'deployment-conflict':
    'Another deployment of the service is in progress (CodeDeploy: DeploymentLimitExceededException).',
  'deployment-not-found':
    'The deployment with the given id was not found (DeploymentDoesNotExistException), or is of another service.',
  'commit-order-unproven': 'Could not verify that this commit is newer than the live revision.',
  'environment-order-unproven':
    'Could not verify that the same image was deployed successfully to the environment before this one.',
  'nothing-to-go-back-to': 'The service has no earlier revision to roll back to.',
  'revision-gone':
    'The task definition revision is INACTIVE or deleted, or its image no longer exists (ImageNotFoundException).',
  'preflight-failed': 'Preflight found a problem that would make the deployment fail.',
  'deployment-failed': 'The deployment was started and failed.',
  'task-failed': 'A one-off task failed, or ecs:RunTask did not start it.',
  'permission-missing': 'AccessDeniedException: the credentials are not authorized to perform an AWS action.',
  'credentials-missing': 'No AWS credentials found, or AWS refused sts:AssumeRoleWithWebIdentity.',
  'credentials-expired': 'ExpiredTokenException: AWS rejected the credentials, most often because they expired.',
  'account-not-allowed': 'The credentials belong to an account other than the target account.',
  'aws-rejected': 'AWS refused a request with an error that a retry does not change.',
  'proxy-refused': 'The HTTP proxy of the runner refused CONNECT, or its address is invalid.',
  'aws-unreachable': 'AWS did not respond until the deadline, or only with throttling and server errors.',
  'repository-not-found': 'RepositoryNotFoundException: the ECR repository does not exist in this region and account.',
  'bucket-not-found': 'NoSuchBucket, PermanentRedirect: there is no such S3 bucket, or its region is another one.',
  'site-state-invalid': 'What Slipway keeps in the bucket of a site cannot be read.',
  'site-busy': 'Another run deploys the same site, or has just changed it.',
  'site-not-served': 'The public address of the site returns other content than the release.',
  'release-not-found': 'The site has no such earlier release, or its files are no longer in the bucket.',
  'distribution-not-found': 'NoSuchDistribution: there is no CloudFront distribution with this id in this account.',
  'image-tag-taken': 'ImageTagAlreadyExistsException: the tag has another image, and the repository is immutable.',
  'image-not-found': 'ImageNotFoundException: the image is not in the registry.',
  'image-incomplete':
    'The digests to join are not one image: one is missing, or the platforms or commits do not match.',
  'image-layout-invalid': 'The OCI image layout is incomplete or damaged.',
  'image-vulnerable': 'The image scan of Amazon ECR found vulnerabilities of the severity in scan-threshold or above.',
  'image-scan-missing':
    'The image has no scan result: ScanNotFoundException, FAILED, UNSUPPORTED_IMAGE, or the scan did not end in time.',
  'image-unsigned':
    'Amazon ECR did not sign the image, or the registry has no signing configuration for it (SigningConfigurationNotFoundException).',
  'image-not-replicated':
    'Amazon ECR did not replicate the image, or the registry has no replication rule for its repository.',
  'registry-rejected': 'The registry refused a request.',
  'registry-unreachable': 'No connection to the registry, or its certificate is not trusted.',
  'docker-unavailable': 'Docker or Docker Buildx is required and not available.',
  'build-failed': 'The image build failed.',
  'slack-rejected': 'Slack API error: the message was not delivered.',
  'timed-out': 'The deadline passed.',
  cancelled: 'The run was cancelled.',
  unexpected: 'Internal error (a bug in Slipway).',
} as const

/** A stable code of `failureCodes`. */
export type FailureCode = keyof typeof failureCodes

/** The parts of a failure's message: what failed, why, and what to do. */
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

/** The one error whose message is written for users. Any other error is reported as `unexpected`. */
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

/** What happened and why in one line, for a message that this failure is only a part of; no full stop at the end. */
export function failureInOneLine(parts: FailureParts): Text {
  const reason = reasonInOneLine(parts)
  return withoutStop(reason.length === 0 ? parts.what : text`${parts.what}: ${reason}`)
}

/** Why it happened, in one line. */
export function reasonInOneLine({ why = [], mistakes = [] }: Pick<FailureParts, 'why' | 'mistakes'>): Text {
  return after(why, inOneLine(mistakes), ': ')
}

function after(why: Text, list: Text, joint: string): Text {
  if (list.length === 0) return why
  return why.length === 0 ? list : text`${why}${joint}${list}`
}
