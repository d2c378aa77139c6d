import { parseArn } from '../../arn.ts'
import type { Config } from '../../config/schema.ts'
import { selectImage } from '../../config/select-target.ts'
import { partitionOf } from '../../partitions.ts'
import { repositoryArn } from './definition-facts.ts'
import { allIamActions } from './permission-tables.ts'
import { type PolicyDocument, policyOf } from './policy-document.ts'
import type { RoleSetup } from './setup.ts'

/** The policy of an ECR repository that roles and tasks of other accounts use. */
export interface RepositoryPolicy {
  readonly arn: string
  readonly name: string
  readonly region: string
  readonly accountId: string
  readonly policy: PolicyDocument
}

/**
 * The policy of the image's repository for the accounts of the other environments: their tasks pull, and their roles check the
 * image. Undefined where all is in one account (Amazon ECR user guide, "Private repository policies").
 */
export function repositoryPolicy(config: Config): RepositoryPolicy | undefined {
  const image = selectImage(config)
  if (image === undefined) return undefined
  const accounts = [...new Set(Object.values(config.environments).map(({ account }) => account))]
  const others = accounts.filter((account) => account !== image.accountId)
  if (others.length === 0) return undefined
  const { region, accountId, repository: name } = image
  const roots = others.map((account) => `arn:${partitionOf(region).id}:iam::${account}:root`)
  const policy = policyOf([
    {
      Sid: 'PullFromOtherAccounts',
      Effect: 'Allow',
      Principal: { AWS: roots },
      Action: [
        'ecr:BatchCheckLayerAvailability',
        'ecr:BatchGetImage',
        'ecr:DescribeImages',
        'ecr:GetDownloadUrlForLayer',
      ],
    },
  ])
  return { arn: repositoryArn(name, image), name, region, accountId, policy }
}

/** Name of the managed policy that bounds the roles of an account. */
export const boundaryName = 'slipway-boundary'

/**
 * The permissions boundary of an account: whatever policies are attached to a role later, it does no more than what Slipway ever
 * needs, passes roles to Amazon ECS alone, and changes nothing in IAM (IAM user guide, "Permissions boundaries").
 */
export function boundaryPolicy(roles: readonly RoleSetup[]): PolicyDocument {
  const regions = [...new Set(roles.flatMap(({ grants, region }) => [region, ...grants.flatMap(regionsOf)]))].sort()
  const own = allIamActions.filter((action) => !action.startsWith('iam:'))
  return policyOf([
    {
      Sid: 'WhatSlipwayNeeds',
      Effect: 'Allow',
      Action: own,
      Resource: '*',
      Condition: { StringEquals: { 'aws:RequestedRegion': regions } },
    },
    { Sid: 'ReadRoles', Effect: 'Allow', Action: ['iam:GetRole', 'iam:SimulatePrincipalPolicy'], Resource: '*' },
    {
      Sid: 'PassRolesToEcs',
      Effect: 'Allow',
      Action: 'iam:PassRole',
      Resource: '*',
      Condition: { StringEquals: { 'iam:PassedToService': ['ecs-tasks.amazonaws.com', 'ecs.amazonaws.com'] } },
    },
  ])
}

function regionsOf({ resources }: RoleSetup['grants'][number]): readonly string[] {
  return resources.flatMap((resource) => parseArn(resource)?.region || [])
}
