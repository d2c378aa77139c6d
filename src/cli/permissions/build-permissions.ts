import type { Permission } from './permission.ts'

/** Permissions of `build-push`. */
export const buildPush = [
  { actions: ['ecr:GetAuthorizationToken'], note: 'on `*`', why: 'log in' },
  {
    actions: ['ecr:DescribeRepositories'],
    why: 'check that the repository exists, and whether its tags are immutable',
  },
  { actions: ['ecr:BatchGetImage'], why: 'check whether a tag exists, and its image; tag the pushed image' },
  {
    actions: ['ecr:GetDownloadUrlForLayer'],
    why: 'read the labels of an existing image, and with `digests` its platform; without it no image is reused',
  },
  {
    actions: [
      'ecr:BatchCheckLayerAvailability',
      'ecr:InitiateLayerUpload',
      'ecr:UploadLayerPart',
      'ecr:CompleteLayerUpload',
      'ecr:PutImage',
    ],
    why: 'push',
  },
  { actions: ['ecr:CreateRepository'], why: 'only with `create-repository: true`', when: 'create-repository' },
  {
    actions: ['ecr:PutLifecyclePolicy', 'ecr:GetLifecyclePolicy'],
    why: 'only with `lifecycle-policy`',
    when: 'lifecycle-policy',
  },
  {
    actions: ['ecr:SetRepositoryPolicy', 'ecr:GetRepositoryPolicy'],
    why: 'only with `repository-policy`',
    when: 'repository-policy',
  },
  {
    actions: ['ecr:TagResource', 'ecr:ListTagsForResource'],
    why: 'only with `repository-tags`',
    when: 'repository-tags',
  },
  {
    actions: ['kms:CreateGrant', 'kms:RetireGrant', 'kms:DescribeKey'],
    note: 'on the key',
    why: 'only with `kms-key`',
    when: 'kms-key',
  },
  {
    actions: ['ecr:DescribeRepositoryCreationTemplates'],
    note: 'on `*`',
    why: 'only where a repository creation template creates the repository at the push',
    when: 'creation-template',
  },
] as const satisfies readonly Permission[]

/** Permissions of `build-push` with a repository of Amazon ECR Public. */
export const publicBuildPush = [
  { actions: ['ecr-public:GetAuthorizationToken', 'sts:GetServiceBearerToken'], note: 'on `*`', why: 'log in' },
  { actions: ['ecr-public:DescribeRepositories'], why: 'check that the repository exists' },
  {
    actions: [
      'ecr-public:BatchCheckLayerAvailability',
      'ecr-public:InitiateLayerUpload',
      'ecr-public:UploadLayerPart',
      'ecr-public:CompleteLayerUpload',
      'ecr-public:PutImage',
    ],
    why: 'push',
  },
  {
    actions: ['ecr-public:DescribeRegistries'],
    why: 'only with `create-repository: true`, or where the registry has several aliases',
    when: 'create-repository',
  },
  {
    actions: ['ecr-public:CreateRepository', 'ecr-public:TagResource', 'ecr-public:SetRepositoryPolicy'],
    why: 'only with `create-repository: true`, `repository-tags`, `repository-policy`',
    when: 'create-repository',
  },
  {
    actions: ['ecr-public:ListTagsForResource', 'ecr-public:GetRepositoryPolicy'],
    why: 'the same, where the repository exists',
    when: 'create-repository',
  },
] as const satisfies readonly Permission[]

/** Of `build-push` with `scan`, `wait-for-signing` and `wait-for-replication`. */
export const imageScan = [
  { actions: ['ecr:DescribeImageScanFindings'], why: '`scan: report` and `require`', when: 'scan' },
  {
    actions: ['ecr:StartImageScan'],
    why: 'the same, with basic scanning: without scan on push, and for images whose scan is older than 24 hours',
    when: 'scan-basic',
  },
  {
    actions: ['ecr:GetSigningConfiguration', 'ecr:DescribeImageSigningStatus'],
    note: '(the first on `*`)',
    why: '`wait-for-signing`',
    when: 'signing',
  },
  {
    actions: ['signer:SignPayload'],
    note: 'on the signing profile',
    why: 'pushes into repositories with managed signing, with and without the wait',
    when: 'signing',
  },
  {
    actions: ['ecr:DescribeRegistry', 'ecr:DescribeImageReplicationStatus'],
    note: '(the first on `*`)',
    why: '`wait-for-replication`',
    when: 'replication',
  },
  {
    actions: ['inspector2:ListFindings', 'inspector2:ListCoverage'],
    note: 'on `*`',
    why: 'with enhanced scanning, AWS [requires](https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-enhanced-iam.html) them to read the findings, and not `ecr:StartImageScan`',
    when: 'scan-enhanced',
  },
] as const satisfies readonly Permission[]

/** Permissions of `register-task-definition`. */
export const registerTaskDefinition = [
  { actions: ['ecs:RegisterTaskDefinition'], why: 'register the revision' },
  {
    actions: ['ecs:DescribeTaskDefinition'],
    note: 'on `*`',
    why: 'start from a revision, compare with it, and reuse an equal one; without it each run registers',
  },
  { actions: ['iam:PassRole'], note: 'on the roles of the definition', why: 'pass the roles to Amazon ECS tasks' },
  { actions: ['ecs:TagResource'], why: 'only when the definition has tags' },
  { actions: ['ecs:DescribeServices'], why: 'only with `service`' },
] as const satisfies readonly Permission[]
