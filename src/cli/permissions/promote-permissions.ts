import type { Permission } from './permission.ts'

/** Permissions of `promote`; with the tags of an environment alone, those of its target that copy nothing. */
export const promote = [
  { actions: ['ecr:GetAuthorizationToken'], note: 'on `*`', side: 'both', why: 'log in' },
  { actions: ['ecr:BatchGetImage'], side: 'both', why: 'read manifests and referrers; check and verify at the target' },
  {
    actions: ['ecr:GetDownloadUrlForLayer'],
    side: 'both',
    why: 'read blobs; at the target the labels of an image that has an immutable tag, for the message; that works without it',
  },
  {
    actions: ['ecr:DescribeRepositories'],
    side: 'target',
    why: 'check that the repository exists, and whether its tags are immutable',
  },
  {
    actions: [
      'ecr:BatchCheckLayerAvailability',
      'ecr:InitiateLayerUpload',
      'ecr:UploadLayerPart',
      'ecr:CompleteLayerUpload',
    ],
    side: 'target',
    why: 'push; not for tags alone',
    when: 'copy',
  },
  { actions: ['ecr:PutImage'], side: 'target', why: 'push, and tag' },
  {
    actions: ['ecr:CreateRepository'],
    side: 'target',
    why: 'only with `create-repository: true`',
    when: 'create-repository',
  },
  {
    actions: ['ecr:DescribeImages', 'ecr:DescribeRepositories'],
    side: 'source',
    why: 'optional: why an image was not found (archived, no such repository)',
  },
] as const satisfies readonly Permission[]
