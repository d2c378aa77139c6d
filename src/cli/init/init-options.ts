import type { CommandOptions } from '../command.ts'

/** Options of `slipway init`. */
export const initOptions: CommandOptions = {
  environment: {
    type: 'string',
    multiple: true,
    value: 'NAME',
    description: 'GitHub environments, in the order in which they are deployed; production by default.',
  },
  profile: {
    type: 'string',
    value: 'NAME',
    description: 'Profile of ~/.aws/config; the default credential provider chain, with AWS_PROFILE, by default.',
  },
  region: {
    type: 'string',
    multiple: true,
    value: '[ENVIRONMENT=]REGION',
    description: 'AWS region; that of the AWS profile by default.',
  },
  account: {
    type: 'string',
    multiple: true,
    value: '[ENVIRONMENT=]ID',
    description: 'AWS account ID; that of the AWS credentials by default.',
  },
  cluster: {
    type: 'string',
    multiple: true,
    value: '[ENVIRONMENT=]NAME',
    description: 'ECS cluster; the only one of the account by default.',
  },
  service: {
    type: 'string',
    multiple: true,
    value: '[IMAGE=|ENVIRONMENT=]NAME',
    description: 'ECS service, existing or new; named like the image by default.',
  },
  repository: {
    type: 'string',
    multiple: true,
    value: '[IMAGE=]NAME',
    description: 'ECR repository, existing or new; named like the image by default.',
  },
  role: {
    type: 'string',
    multiple: true,
    value: '[ENVIRONMENT=]NAME',
    description:
      'IAM role that the jobs assume; slipway-deploy by default, and slipway-ENVIRONMENT where an account has several.',
  },
  'execution-role': {
    type: 'string',
    value: 'NAME',
    description: 'Task execution role of a new task definition; ecsTaskExecutionRole by default.',
  },
  subnet: {
    type: 'string',
    multiple: true,
    value: 'ID',
    description: 'Subnets of a new service; those of the default VPC by default.',
  },
  'security-group': {
    type: 'string',
    multiple: true,
    value: 'ID',
    description: 'Security groups of a new service; the default one of the VPC by default.',
  },
  'assign-public-ip': {
    type: 'string',
    choices: ['ENABLED', 'DISABLED'],
    description: 'Public addresses of the tasks of a new service; by the routes of the subnets by default.',
  },
  'target-group': {
    type: 'string',
    value: 'ARN',
    description: 'Target group of a new service; none by default.',
  },
  branch: {
    type: 'string',
    value: 'NAME',
    description: 'Branch whose pushes are deployed; the one that is checked out by default.',
  },
  slipway: {
    type: 'string',
    value: 'OWNER/REPO@REF',
    description:
      'Repository and version of Slipway in the workflow and in the printed commands; your-org/slipway@v1 by default.',
  },
  check: { type: 'boolean', description: 'Writes nothing, and ends with exit code 3 where a file would be written.' },
  force: { type: 'boolean', description: 'Overwrites files with changes that are not committed, without asking.' },
}
