import type { Entry } from '../entry.ts'

const docs = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html'
const endpoints = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html'
const efs = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshoot-efs-volumes.html'

const error = '{errorName|ResourceInitializationError}'

/** `ResourceInitializationError`: what Fargate needs before a container starts. In the order of a task's start. */
export const initialization: readonly Entry[] = [
  {
    code: 'secret-key-missing',
    pattern: /retrieved secret from Secrets Manager did not contain json key (?<key>\S+)/,
    error,
    why: 'retrieved secret from Secrets Manager did not contain json key {key}',
    fix: 'Add the key {key} to the secret, or correct valueFrom in the task definition (secret ARN:{key}::).',
    docs,
  },
  {
    code: 'secret-not-json',
    pattern: /unable to retrieve secret from asm:.{0,200}(?<invalid>invalid character)/s,
    error,
    why: 'the secret is not valid JSON ({invalid|invalid character}), but valueFrom in the task definition refers to a JSON key of it',
    fix: 'Store the secret as a JSON object, or use its whole value (valueFrom without :key::).',
    docs,
  },
  {
    code: 'secret-not-found',
    pattern: /can't retrieve the secret with ARN '(?<secret>[^']+)' from AWS Secrets Manager/,
    error,
    why: 'secret {secret} not found in {place|this account and region} (ResourceNotFoundException)',
    fix: 'Create the secret, or correct valueFrom in the task definition: the full ARN, in the region of the task.',
    docs,
  },
  {
    code: 'secret-not-found',
    pattern: /ResourceNotFoundException: Secrets Manager can't find the specified secret/,
    error,
    why: 'a secret of the task definition not found in {place|this account and region} (ResourceNotFoundException)',
    fix: 'Create the secret, or correct valueFrom in the task definition: the full ARN, in the region of the task.',
    docs,
  },
  {
    code: 'parameter-not-found',
    pattern: /(?<invalid>invalid (?:ssm )?parameters|ParameterNotFound): (?<parameter>[^\s,]+)/,
    within: /ssm|Parameter Store|ParameterNotFound/,
    error,
    why: 'SSM parameter {parameter} not found in {place|this account and region} ({invalid|invalid ssm parameters})',
    fix: 'Create the parameter, or correct valueFrom in the task definition.',
    docs,
  },
  {
    code: 'secret-denied',
    pattern:
      /(?:assumed-role\/(?<role>[^/\s]{1,64})\/\S{1,64} is )?not authorized to perform: (?<action>(?:secretsmanager|ssm|kms):\w+)(?: on resource: (?<resource>[^\s,]+))?/,
    error,
    why: 'execution role {role|of the task} is not authorized to perform {action} on {resource|what the task needs} (AccessDeniedException)',
    fix: 'Allow {action} on it in a policy of the execution role (executionRoleArn, not the task role); a customer managed KMS key also needs kms:Decrypt.',
    docs,
  },
  {
    code: 'secret-key-denied',
    pattern:
      /(?:failed to fetch secret (?<secret>\S{1,600}) from secrets manager: [^:]{1,100}: )?Access to KMS is not allowed/,
    error,
    why: 'Access to KMS is not allowed: the execution role is not authorized to decrypt secret {secret|of the task definition}',
    fix: 'Allow kms:Decrypt on the KMS key of the secret to the execution role (executionRoleArn), in a policy of the role and in the key policy.',
    docs,
  },
  {
    code: 'secrets-unreachable',
    pattern:
      /(?:retrieve secret from asm|AWS Secrets Manager).*(?<reason>connection issue|deadline exceeded|i\/o timeout|RequestCanceled|send request failed|no such host)/s,
    error,
    why: 'cannot reach AWS Secrets Manager from the subnets of the task ({reason|i/o timeout})',
    fix: 'Add the interface endpoint secretsmanager to the VPC (private DNS enabled, inbound TCP 443 from the task in its security group), or a NAT gateway.',
    docs: endpoints,
    weight: 'passing',
  },
  {
    code: 'parameters-unreachable',
    pattern:
      /(?:retrieve secrets from ssm|Systems Manager Parameter Store).*(?:(?<reason>(?:Request)?Canceled|deadline exceeded|i\/o timeout|send request failed|no such host)|Check your network)/s,
    error,
    why: 'cannot reach AWS Systems Manager Parameter Store from the subnets of the task ({reason|connection issue})',
    fix: 'Add the interface endpoint ssm to the VPC (private DNS enabled, inbound TCP 443 from the task in its security group), or a NAT gateway.',
    docs: endpoints,
    weight: 'passing',
  },
  {
    code: 'ecr-unreachable',
    pattern:
      /(?:cannot pull registry auth|unable to pull secrets or registry auth).*(?:Amazon ECR|api\.ecr|ECR: GetAuthorizationToken|\becr\b).*(?<reason>connection issue|i\/o timeout|exceeded maximum number of attempts|RequestError)/s,
    error,
    why: 'cannot reach Amazon ECR from the subnets of the task ({reason|i/o timeout})',
    fix: 'Add the interface endpoints ecr.api and ecr.dkr and the S3 gateway endpoint to the VPC (private DNS enabled, inbound TCP 443 from the task in their security group), or a NAT gateway.',
    docs: endpoints,
    weight: 'passing',
  },
  {
    code: 'log-group-missing',
    pattern: /ResourceNotFoundException: The specified log group does not exist/,
    error,
    why: 'log group {logGroup|of the task definition} not found in {place|this account and region} (ResourceNotFoundException: The specified log group does not exist)',
    fix: 'Create the log group {logGroup}, or set awslogs-create-group to true and allow logs:CreateLogGroup to the execution role.',
    docs,
  },
  {
    code: 'logs-unreachable',
    pattern:
      /failed to validate logger args:.*(?<reason>connection issue(?= between the task and Amazon CloudWatch)|signal: killed|i\/o timeout|deadline exceeded)/s,
    error,
    why: 'cannot reach Amazon CloudWatch Logs from the subnets of the task ({reason|i/o timeout})',
    fix: 'Add the interface endpoint logs to the VPC (private DNS enabled, inbound TCP 443 from the task in its security group), or a NAT gateway.',
    docs: endpoints,
    weight: 'passing',
  },
  {
    code: 'logs-denied',
    pattern:
      /(?:assumed-role\/(?<role>[^/\s]{1,64})\/\S{1,64} is )?not authorized to perform: (?<action>logs:\w+)(?: on resource: (?<resource>[^\s,]+))?/,
    error,
    why: 'execution role {role|of the task} is not authorized to perform {action} on {resource|the log group} (AccessDeniedException)',
    fix: 'Allow {action} on the log group in a policy of the execution role (executionRoleArn).',
    docs,
  },
  {
    code: 'log-configuration',
    pattern: /awslogs-region is required/,
    error,
    why: 'awslogs-region is required in logConfiguration.options of a container',
    fix: 'Set awslogs-region in the options of logConfiguration.',
    docs,
  },
  {
    code: 'log-configuration',
    pattern: /unable to get awslogs driver arguments/,
    error,
    why: 'invalid logConfiguration of a container: {said|unable to get awslogs driver arguments}',
    fix: 'Correct the options of logConfiguration in the task definition.',
    docs,
  },
  {
    code: 'efs-denied',
    pattern: /mount\.nfs4: access denied by server/,
    error,
    why: 'mount.nfs4: access denied by server: Amazon EFS rejected the mount of a volume',
    fix: 'Allow elasticfilesystem:ClientMount to the task role (with IAM authorization and transit encryption enabled in the volume), and check the policies of the file system and its access point.',
    docs: efs,
  },
  {
    code: 'efs-unresolved',
    pattern: /Failed to resolve "?(?<name>fs-[^\s"]{1,200})/,
    error,
    why: 'Failed to resolve {name}: the EFS file system has no DNS record in the VPC of the task',
    fix: 'Check the file system ID, that there is a mount target in each Availability Zone of the task, and that DNS resolution is enabled in the VPC.',
    docs: efs,
  },
  {
    code: 'efs-directory',
    pattern: /mount\.nfs4: mounting (?<path>\S{1,500}) failed, reason given by server: No such file or directory/,
    error,
    why: 'mount.nfs4: mounting {path} failed: No such file or directory',
    fix: 'Create the directory in the EFS file system, or mount an access point that creates it.',
    docs: efs,
  },
  {
    code: 'efs-mount',
    pattern: /failed to invoke EFS utils commands|mount\.nfs4/,
    error,
    why: 'failed to invoke EFS utils commands to set up EFS volumes: an EFS volume could not be mounted',
    fix: 'Check that there is a mount target in each Availability Zone of the task, and that its security group allows inbound TCP 2049 from the task.',
    docs: efs,
  },
  {
    code: 'resource-initialization',
    pattern: /ResourceInitializationError|resource cannot be initialized for task/,
    error,
    why: 'a resource of the task could not be initialized: {said|AWS gives no reason}',
    fix: 'Check secrets, log groups, volumes, the network and the execution role.',
    docs,
    weight: 'general',
  },
]
