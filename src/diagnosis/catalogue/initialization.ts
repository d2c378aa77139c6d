import type { Entry } from '../entry.ts'

const docs = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html'
const endpoints = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html'
const efs = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshoot-efs-volumes.html'

/** `ResourceInitializationError`: what Fargate needs before a container starts. In the order in which a task meets it. */
export const initialization: readonly Entry[] = [
  {
    code: 'secret-key-missing',
    pattern: /retrieved secret from Secrets Manager did not contain json key (?<key>\S+)/,
    why: 'the secret has no JSON key {key}',
    fix: 'Add the key {key} to the secret, or correct the valueFrom of the task definition (…:key::).',
    docs,
  },
  {
    code: 'secret-not-json',
    pattern: /unable to retrieve secret from asm:.{0,200}invalid character/s,
    why: 'a secret is not valid JSON, but the task definition asks for a key of it',
    fix: 'Store the secret as a JSON object, or take its whole value (valueFrom without …:key::).',
    docs,
  },
  {
    code: 'secret-not-found',
    pattern: /can't retrieve the secret with ARN '(?<secret>[^']+)' from AWS Secrets Manager/,
    why: 'the secret {secret} does not exist in this region',
    fix: 'Create the secret, or correct the valueFrom of the task definition: the full ARN, in the region of the task.',
    docs,
  },
  {
    code: 'secret-not-found',
    pattern: /ResourceNotFoundException: Secrets Manager can't find the specified secret/,
    why: 'a secret of the task definition does not exist in this region',
    fix: 'Create the secret, or correct the valueFrom of the task definition: the full ARN, in the region of the task.',
    docs,
  },
  {
    code: 'parameter-not-found',
    pattern: /(?:invalid (?:ssm )?parameters|ParameterNotFound): (?<parameter>[^\s,]+)/,
    within: /ssm|Parameter Store|ParameterNotFound/,
    why: 'the SSM parameter {parameter} does not exist in this region',
    fix: 'Create the parameter, or correct the valueFrom of the task definition.',
    docs,
  },
  {
    code: 'secret-denied',
    pattern:
      /(?:assumed-role\/(?<role>[^/\s]{1,64})\/\S{1,64} is )?not authorized to perform: (?<action>(?:secretsmanager|ssm|kms):\w+)(?: on resource: (?<resource>[^\s,]+))?/,
    why: 'the execution role {role|of the task} may not {action} on {resource|what the task needs}',
    fix: 'Allow {action} on it to the execution role (executionRoleArn), not to the task role; with an own KMS key also kms:Decrypt.',
    docs,
  },
  {
    code: 'secret-key-denied',
    pattern:
      /(?:failed to fetch secret (?<secret>\S{1,600}) from secrets manager: [^:]{1,100}: )?Access to KMS is not allowed/,
    why: 'the execution role of the task may not decrypt the secret {secret|of the task definition}: its KMS key does not allow it',
    fix: 'Allow kms:Decrypt on the key of the secret to the execution role (executionRoleArn), in its policy and in that of the key.',
    docs,
  },
  {
    code: 'secrets-unreachable',
    pattern:
      /(?:retrieve secret from asm|AWS Secrets Manager).*(?:connection issue|deadline exceeded|i\/o timeout|RequestCanceled|send request failed|no such host)/s,
    why: 'AWS Secrets Manager cannot be reached from the subnets of the task',
    fix: 'Add the interface endpoint secretsmanager to the VPC (private DNS on, its security group open on port 443 for the task), or a NAT gateway.',
    docs: endpoints,
    weight: 'passing',
  },
  {
    code: 'parameters-unreachable',
    pattern:
      /(?:retrieve secrets from ssm|Systems Manager Parameter Store).*(?:Canceled|deadline exceeded|i\/o timeout|Check your network|send request failed|no such host)/s,
    why: 'the SSM parameter store cannot be reached from the subnets of the task',
    fix: 'Add the interface endpoint ssm to the VPC (private DNS on, its security group open on port 443 for the task), or a NAT gateway.',
    docs: endpoints,
    weight: 'passing',
  },
  {
    code: 'ecr-unreachable',
    pattern:
      /(?:cannot pull registry auth|unable to pull secrets or registry auth).*(?:Amazon ECR|api\.ecr|ECR: GetAuthorizationToken|\becr\b).*(?:connection issue|i\/o timeout|exceeded maximum number of attempts|RequestError)/s,
    why: 'Amazon ECR cannot be reached from the subnets of the task',
    fix: 'Add the interface endpoints ecr.api and ecr.dkr and the S3 gateway endpoint to the VPC (private DNS on, security group open on port 443 for the task), or a NAT gateway.',
    docs: endpoints,
    weight: 'passing',
  },
  {
    code: 'log-group-missing',
    pattern: /ResourceNotFoundException: The specified log group does not exist/,
    why: 'the log group {logGroup|of the task definition} does not exist',
    fix: 'Create the log group {logGroup}, or set awslogs-create-group to true and allow logs:CreateLogGroup to the execution role.',
    docs,
  },
  {
    code: 'logs-unreachable',
    pattern:
      /failed to validate logger args:.*(?:connection issue between the task and Amazon CloudWatch|signal: killed|i\/o timeout|deadline exceeded)/s,
    why: 'CloudWatch Logs cannot be reached from the subnets of the task',
    fix: 'Add the interface endpoint logs to the VPC (private DNS on, its security group open on port 443 for the task), or a NAT gateway.',
    docs: endpoints,
    weight: 'passing',
  },
  {
    code: 'logs-denied',
    pattern:
      /(?:assumed-role\/(?<role>[^/\s]{1,64})\/\S{1,64} is )?not authorized to perform: (?<action>logs:\w+)(?: on resource: (?<resource>[^\s,]+))?/,
    why: 'the execution role {role|of the task} may not {action} on {resource|the log group}',
    fix: 'Allow {action} on the log group to the execution role (executionRoleArn).',
    docs,
  },
  {
    code: 'log-configuration',
    pattern: /awslogs-region is required/,
    why: 'the log configuration of a container lacks awslogs-region',
    fix: 'Set awslogs-region in the options of logConfiguration.',
    docs,
  },
  {
    code: 'log-configuration',
    pattern: /unable to get awslogs driver arguments/,
    why: 'the log configuration of a container cannot be used: {said|AWS does not say why}',
    fix: 'Correct the options of logConfiguration in the task definition.',
    docs,
  },
  {
    code: 'efs-denied',
    pattern: /mount\.nfs4: access denied by server/,
    why: 'EFS refuses the mount of a volume: access denied',
    fix: 'Allow elasticfilesystem:ClientMount to the task role (with iam ENABLED and transit encryption in the volume), and check the policy of the file system and its access point.',
    docs: efs,
  },
  {
    code: 'efs-unresolved',
    pattern: /Failed to resolve "?(?<name>fs-[^\s"]{1,200})/,
    why: 'the EFS file system {name} has no address in the network of the task, so its volume cannot be mounted',
    fix: 'Check the file system id, that a mount target stands in each zone of the task, and that the VPC resolves DNS names.',
    docs: efs,
  },
  {
    code: 'efs-directory',
    pattern: /mount\.nfs4: mounting (?<path>\S{1,500}) failed, reason given by server: No such file or directory/,
    why: 'the EFS volume cannot be mounted: the directory {path} does not exist',
    fix: 'Create the directory in the file system, or mount through an access point that creates it.',
    docs: efs,
  },
  {
    code: 'efs-mount',
    pattern: /failed to invoke EFS utils commands|mount\.nfs4/,
    why: 'an EFS volume could not be mounted',
    fix: 'Check that a mount target stands in each zone of the task and that its security group lets the task in on port 2049.',
    docs: efs,
  },
  {
    code: 'resource-initialization',
    pattern: /ResourceInitializationError|resource cannot be initialized for task/,
    why: 'something that the task needs could not be set up: {said|AWS does not say what}',
    fix: 'Check secrets, log groups, volumes, the network and the execution role.',
    docs,
    weight: 'general',
  },
]
