import { parseArn } from '../../arn.ts'
import type { Config, EnvironmentConfig } from '../../config/schema.ts'
import { selectImages } from '../../config/select-images.ts'
import { partitionOf } from '../../partitions.ts'
import { repositoryArn } from './definition-facts.ts'
import { isPublic } from './image-arns.ts'
import {
  actionsIn,
  beanstalkTables,
  type IamAction,
  permissionTables,
  publicTables,
  siteTables,
} from './permission-tables.ts'
import { type PolicyDocument, policyOf, type Statement } from './policy-document.ts'
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
 * The policies of the images' repositories for the accounts of other environments: their tasks pull, their roles check the image,
 * and tag it where they have `image-tags` (Amazon ECR user guide, "Private repository policies").
 */
export function repositoryPolicies(config: Config): readonly RepositoryPolicy[] {
  const environments = Object.values(config.environments)
  return selectImages(config).flatMap(({ region, accountId, repository: name }) => {
    const others = environments.filter(({ account }) => account !== accountId)
    if (others.length === 0 || isPublic({ repository: name })) return []
    const tagging = others.filter((environment) => environment['image-tags'] !== undefined)
    const policy = policyOf([
      shareWith('PullFromOtherAccounts', rootsOf(others, region), [
        'ecr:BatchCheckLayerAvailability',
        'ecr:BatchGetImage',
        'ecr:DescribeImages',
        'ecr:GetDownloadUrlForLayer',
      ]),
      ...(tagging.length > 0 ? [shareWith('TagFromOtherAccounts', rootsOf(tagging, region), ['ecr:PutImage'])] : []),
    ])
    return [{ arn: repositoryArn(name, { region, accountId }), name, region, accountId, policy }]
  })
}

function rootsOf(environments: readonly EnvironmentConfig[], region: string): readonly string[] {
  const accounts = [...new Set(environments.map(({ account }) => account))]
  return accounts.map((account) => `arn:${partitionOf(region).id}:iam::${account}:root`)
}

function shareWith(Sid: string, roots: readonly string[], actions: readonly IamAction[]): Statement {
  return { Sid, Effect: 'Allow', Principal: { AWS: roots }, Action: actions }
}

/** Name of the managed policy that bounds the roles of an account. */
export const boundaryName = 'slipway-boundary'

/**
 * The permissions boundary of an account: whatever policies are attached to a role later, it does no more than what Slipway ever
 * needs for its kinds of services and sites, passes roles to them alone, and changes nothing in IAM (IAM user guide, "Permissions
 * boundaries").
 */
export function boundaryPolicy(roles: readonly RoleSetup[]): PolicyDocument {
  const granted = new Set(roles.flatMap(({ grants }) => grants.map(({ action }) => action)))
  return policyOf([
    {
      Sid: 'WhatSlipwayNeeds',
      Effect: 'Allow',
      Action: everNeeded(granted),
      Resource: '*',
      Condition: { StringEquals: { 'aws:RequestedRegion': regionsIn(roles, granted) } },
    },
    { Sid: 'ReadRoles', Effect: 'Allow', Action: ['iam:GetRole', 'iam:SimulatePrincipalPolicy'], Resource: '*' },
    {
      Sid: 'PassRolesToEcs',
      Effect: 'Allow',
      Action: 'iam:PassRole',
      Resource: '*',
      Condition: {
        StringEquals: {
          'iam:PassedToService': [
            'ecs-tasks.amazonaws.com',
            'ecs.amazonaws.com',
            ...(uses(granted, 'elasticbeanstalk') ? ['ec2.amazonaws.com'] : []),
            ...['events', 'scheduler'].filter((one) => uses(granted, one)).map((one) => `${one}.amazonaws.com`),
          ],
        },
      },
    },
  ])
}

function uses(granted: ReadonlySet<IamAction>, service: string): boolean {
  return [...granted].some((action) => action.startsWith(`${service}:`))
}

/** The actions of ECS, and of sites and Elastic Beanstalk where slipway.yml has them; all actions of a service only where granted. */
function everNeeded(granted: ReadonlySet<IamAction>): readonly IamAction[] {
  const actions: readonly IamAction[] = [
    ...actionsIn(permissionTables),
    ...(uses(granted, 's3') ? actionsIn(siteTables) : []),
    ...(uses(granted, 'ecr-public') ? actionsIn(publicTables) : []),
    ...(uses(granted, 'elasticbeanstalk') ? actionsIn(beanstalkTables) : []),
  ]
  const own = actions.filter((action) => !action.startsWith('iam:') && (!action.endsWith('*') || granted.has(action)))
  return [...new Set(own)].sort()
}

/** With that of CloudFront, a global service, and of Amazon ECR Public (IAM user guide, "AWS global condition context keys", `aws:RequestedRegion`). */
function regionsIn(roles: readonly RoleSetup[], granted: ReadonlySet<IamAction>): readonly string[] {
  const own = roles.flatMap(({ grants, region }) => [region, ...grants.flatMap(regionsOf)])
  const isInVirginia = uses(granted, 'cloudfront') || uses(granted, 'ecr-public')
  return [...new Set([...own, ...(isInVirginia ? ['us-east-1'] : [])])].sort()
}

function regionsOf({ resources }: RoleSetup['grants'][number]): readonly string[] {
  return resources.flatMap((resource) => parseArn(resource)?.region || [])
}
