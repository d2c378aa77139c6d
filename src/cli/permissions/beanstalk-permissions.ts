import type { Permission } from './permission.ts'
import { invalidation } from './site-permissions.ts'

/** Permissions of `deploy-beanstalk`. AWS's managed policy for all of it is AdministratorAccess-AWSElasticBeanstalk. */
export const deployBeanstalk = [
  {
    actions: [
      'elasticbeanstalk:DescribeEnvironments',
      'elasticbeanstalk:DescribeEvents',
      'elasticbeanstalk:DescribeApplicationVersions',
      'elasticbeanstalk:DescribeConfigurationSettings',
    ],
    why: 'read the environment, its policy and what is live; watch exactly this update',
    without: 'fails',
  },
  {
    actions: ['elasticbeanstalk:CreateStorageLocation', 's3:PutObject'],
    note: 'on the bucket of Elastic Beanstalk',
    why: 'upload the source bundle',
    without: 'fails; not needed with `image-uri` or an existing `version-label`',
  },
  {
    actions: ['elasticbeanstalk:CreateApplicationVersion', 'elasticbeanstalk:AddTags', 's3:GetObject'],
    why: 'create the version from the bundle, tagged with its commit',
    without: 'fails',
  },
  {
    actions: ['elasticbeanstalk:UpdateEnvironment'],
    why: 'deploy',
    without: 'fails',
  },
  {
    actions: ['autoscaling:*', 'cloudformation:*', 'ec2:*', 'elasticloadbalancing:*'],
    why: 'AWS acts on the resources of the environment with the rights of the caller, unless the environment has an operations role',
    without: 'fails, unless the environment has an operations role',
    when: 'environment-resources',
  },
  {
    actions: ['iam:PassRole'],
    note: 'on the role of the instance profile, to `ec2.amazonaws.com`',
    why: 'deployments that launch instances, such as Immutable and TrafficSplitting, without an operations role',
    without: 'AWS may refuse to launch them',
    when: 'environment-resources',
  },
  {
    actions: ['elasticbeanstalk:DescribeInstancesHealth', 'elasticbeanstalk:DescribeEnvironmentHealth'],
    why: 'prove which version each instance has; causes of enhanced health',
    without: 'a mixed fleet is not seen, and what is live after a failure is unknown',
  },
  {
    actions: ['s3:GetObject'],
    note: 'on `resources/environments/logs/*` of that bucket',
    why: 'live steps and the failed step from the deployment log; of a cluster, the events and logs of its pods',
    without: 'the cause is that of the events; the report names the permission',
    when: 'evidence',
  },
  {
    actions: ['s3:ListBucket'],
    note: 'on that bucket',
    why: 'Amazon S3 answers NoSuchKey for a deployment log that does not exist',
    without: 'Amazon S3 answers AccessDenied instead, and the report names both permissions',
    when: 'evidence',
  },
  {
    actions: ['elasticbeanstalk:ListTagsForResource'],
    why: 'compare the commit of the live version',
    without: 'a warning; `guard: strict` refuses',
  },
  {
    actions: ['elasticbeanstalk:AbortEnvironmentUpdate'],
    why: 'abort when the run is cancelled, or with `on-conflict: stop`',
    without: 'the update is left, with a warning',
  },
  {
    actions: ['elasticbeanstalk:DescribeEnvironmentManagedActions'],
    why: 'name a managed update that keeps the environment from being Ready',
    without: 'only its status is reported',
    when: 'evidence',
  },
  {
    actions: ['elasticbeanstalk:ValidateConfigurationSettings'],
    why: 'check `option-settings` before anything is changed',
    without: 'fails with `option-settings`',
    when: 'option-settings',
  },
  {
    actions: ['elasticbeanstalk:SwapEnvironmentCNAMEs'],
    why: '`swap-environment-name`',
    without: 'the idle environment gets the version, and no swap follows',
    when: 'swap-environment-name',
  },
  {
    actions: ['elasticbeanstalk:DescribePlatformVersion', 'elasticbeanstalk:DescribeAccountAttributes'],
    why: 'warn of a retired platform branch and of the quota of versions',
    without: 'both stay unchecked',
    when: 'preflight',
  },
  {
    actions: ['elasticbeanstalk:DeleteApplicationVersion', 's3:DeleteObject'],
    why: '`keep-versions`',
    without: 'a warning',
    when: 'keep-versions',
  },
  invalidation,
] as const satisfies readonly Permission[]

/** Permissions of `doctor` for a service of Elastic Beanstalk. */
export const doctorBeanstalk = [
  {
    actions: [
      'elasticbeanstalk:DescribeEnvironments',
      'elasticbeanstalk:DescribeApplicationVersions',
      'elasticbeanstalk:DescribeConfigurationSettings',
    ],
    why: 'a service of Elastic Beanstalk: its environment, versions and settings',
  },
  {
    actions: [
      'elasticbeanstalk:DescribeInstancesHealth',
      'elasticbeanstalk:DescribePlatformVersion',
      'elasticbeanstalk:DescribeAccountAttributes',
    ],
    why: 'the same: its health reporting, platform branch and quota of versions',
  },
  {
    actions: ['iam:GetRole', 'iam:GetInstanceProfile'],
    why: 'the same: its service role and its instance profile exist, and trust their services',
  },
  {
    actions: ['elasticbeanstalk:DescribeEvents', 'elasticbeanstalk:DescribeEnvironmentManagedActions'],
    why: 'only while an update is in progress: which one',
  },
  {
    actions: ['elasticbeanstalk:ValidateConfigurationSettings'],
    why: '`option-settings` are valid',
    when: 'option-settings',
  },
] as const satisfies readonly Permission[]
