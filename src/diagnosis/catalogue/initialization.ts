import type { Entry } from '../entry.ts'

const docs = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html'
const endpoints = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html'

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
    why: 'the SSM parameter {parameter} does not exist in this region',
    fix: 'Create the parameter, or correct the valueFrom of the task definition.',
    docs,
  },
  {
    code: 'secret-denied',
    pattern:
      /not authorized to perform: (?<action>(?:secretsmanager|ssm|kms):\w+)(?: on resource: (?<resource>[^\s,]+))?/,
    why: 'the execution role of the task may not {action}',
    fix: 'Allow {action} on the secret to the execution role (executionRoleArn), not to the task role; with an own KMS key also kms:Decrypt.',
    docs,
  },
  {
    code: 'secrets-unreachable',
    pattern:
      /(?:retrieve secret from asm|AWS Secrets Manager).*(?:connection issue|deadline exceeded|i\/o timeout|RequestCanceled)/s,
    why: 'AWS Secrets Manager cannot be reached from the subnets of the task',
    fix: 'Add the interface endpoint secretsmanager to the VPC (private DNS on, its security group open on port 443 for the task), or a NAT gateway.',
    docs: endpoints,
  },
  {
    code: 'parameters-unreachable',
    pattern:
      /(?:retrieve secrets from ssm|Systems Manager Parameter Store).*(?:Canceled|deadline exceeded|i\/o timeout|Check your network)/s,
    why: 'the SSM parameter store cannot be reached from the subnets of the task',
    fix: 'Add the interface endpoint ssm to the VPC (private DNS on, its security group open on port 443 for the task), or a NAT gateway.',
    docs: endpoints,
  },
  {
    code: 'ecr-unreachable',
    pattern:
      /(?:cannot pull registry auth|unable to pull secrets or registry auth).*(?:Amazon ECR|api\.ecr|ECR: GetAuthorizationToken|ecr).*(?:connection issue|i\/o timeout|exceeded maximum number of attempts|RequestError)/s,
    why: 'Amazon ECR cannot be reached from the subnets of the task',
    fix: 'Add the interface endpoints ecr.api and ecr.dkr and the S3 gateway endpoint to the VPC (private DNS on, security group open on port 443 for the task), or a NAT gateway.',
    docs: endpoints,
  },
  {
    code: 'log-group-missing',
    pattern: /ResourceNotFoundException: The specified log group does not exist/,
    why: 'the log group {logGroup} does not exist',
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
  },
  {
    code: 'logs-denied',
    pattern: /not authorized to perform: (?<action>logs:\w+)/,
    why: 'the execution role of the task may not {action}',
    fix: 'Allow {action} on the log group to the execution role (executionRoleArn).',
    docs,
  },
  {
    code: 'log-configuration',
    pattern: /awslogs-region is required|unable to get awslogs driver arguments/,
    why: 'the log configuration of a container lacks awslogs-region',
    fix: 'Set awslogs-region in the options of logConfiguration.',
    docs,
  },
  {
    code: 'efs-mount',
    pattern: /failed to invoke EFS utils commands|mount\.nfs4/,
    why: 'an EFS volume could not be mounted',
    fix: 'Check that a mount target stands in each zone of the task and that its security group lets the task in on port 2049.',
    docs: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshoot-efs-volumes.html',
  },
  {
    code: 'resource-initialization',
    pattern: /ResourceInitializationError|resource cannot be initialized for task/,
    why: 'something that the task needs could not be set up',
    fix: 'The evidence holds the words of ECS. Check secrets, log groups, volumes, the network and the execution role.',
    docs,
    confidence: 'possible',
  },
]
