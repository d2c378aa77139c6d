/** Which permissions a call needs, and on which resource. */
import type { CreateServiceRequest, RunTaskRequest } from '@aws-sdk/client-ecs'
import type { UpdateTagsForResourceMessage } from '@aws-sdk/client-elastic-beanstalk'
import type { PutTargetsRequest } from '@aws-sdk/client-eventbridge'
import type { UpdateScheduleInput } from '@aws-sdk/client-scheduler'
import type { Call } from './contract.ts'

/** Services whose IAM prefix is not the name of the API. */
const prefixes: Readonly<Record<string, string>> = { elbv2: 'elasticloadbalancing' }

/**
 * Operations of S3 whose action is another: Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3",
 * and https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 */
const s3Actions: Readonly<Record<string, string>> = {
  HeadBucket: 'ListBucket',
  ListObjects: 'ListBucket',
  ListObjectsV2: 'ListBucket',
  ListObjectVersions: 'ListBucketVersions',
  HeadObject: 'GetObject',
  CopyObject: 'PutObject',
  DeleteObjects: 'DeleteObject',
  CreateMultipartUpload: 'PutObject',
  UploadPart: 'PutObject',
  CompleteMultipartUpload: 'PutObject',
  ListParts: 'ListMultipartUploadParts',
  ListMultipartUploads: 'ListBucketMultipartUploads',
  GetBucketEncryption: 'GetEncryptionConfiguration',
  GetPublicAccessBlock: 'GetBucketPublicAccessBlock',
}

/** Operations that take no permission. */
const freeOperations = new Set(['sts:GetCallerIdentity', 'sts:AssumeRoleWithWebIdentity'])

/** The IAM action by which a call is allowed. */
export const actionOf = (call: Pick<Call, 'service' | 'operation'>): string => {
  const own = call.service === 's3' ? s3Actions[call.operation] : undefined
  return `${prefixes[call.service] ?? call.service}:${own ?? call.operation}`
}

/** What the registry's paths are to IAM. https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html */
const registryActions: readonly (readonly [RegExp, string])[] = [
  [/^POST .*\/blobs\/uploads\//, 'ecr:InitiateLayerUpload'],
  [/^PATCH .*\/blobs\/uploads\//, 'ecr:UploadLayerPart'],
  [/^PUT .*\/blobs\/uploads\//, 'ecr:CompleteLayerUpload'],
  [/^HEAD .*\/blobs\//, 'ecr:BatchCheckLayerAvailability'],
  [/^GET .*\/blobs\//, 'ecr:GetDownloadUrlForLayer'],
  [/^PUT .*\/manifests\//, 'ecr:PutImage'],
  [/^(GET|HEAD) .*\/manifests\//, 'ecr:BatchGetImage'],
  // API reference, ListImageReferrers: "must have the ecr:BatchGetImage permission".
  [/^GET .*\/referrers\//, 'ecr:BatchGetImage'],
]

/** A permission that a call needs, and the resource if it is another than the call's own. */
export interface Need {
  readonly action: string
  readonly resource?: string
  /** Of iam:PassRole, where the role is not for what the call is about. */
  readonly to?: 'ecs'
}

/**
 * All that a call needs. Some operations check further actions. Sources:
 * PassRole and CodeDeploy: https://github.com/aws-actions/amazon-ecs-deploy-task-definition#permissions,
 * TagResource: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html#tag-resources-setting
 */
export function needsOf(call: Pick<Call, 'service' | 'operation' | 'region' | 'input'>): readonly Need[] {
  if (call.service === 'registry' || call.service === 'public-registry')
    return (
      registryActions
        .filter(([path]) => path.test(call.operation))
        .slice(0, 1)
        .map(([, action]) => ({
          action: call.service === 'registry' ? action : action.replace('ecr:', 'ecr-public:'),
        }))
        // Everybody may pull from a public repository (Service Authorization Reference: there are no such actions).
        .filter(({ action }) => !/^ecr-public:(BatchGetImage|GetDownloadUrlForLayer)$/.test(action))
    )
  if (call.region === '') return []
  const action = actionOf(call)
  if (freeOperations.has(action)) return []
  const { taskRoleArn, executionRoleArn, tags } = call.input
  const needs: Need[] = [{ action }]
  if (action === 'ecs:RegisterTaskDefinition') {
    needs.push(...passing({ taskRoleArn, executionRoleArn }))
    if (Array.isArray(tags) && tags.length > 0) needs.push({ action: 'ecs:TagResource' })
  }
  // Amazon ECR user guide, "Tagging a private repository".
  if (action === 'ecr:CreateRepository' && Array.isArray(tags) && tags.length > 0)
    needs.push({ action: 'ecr:TagResource' })
  // API reference of Amazon ECR Public, GetAuthorizationToken.
  if (action === 'ecr-public:GetAuthorizationToken') needs.push({ action: 'sts:GetServiceBearerToken' })
  if (action === 'ecr-public:CreateRepository' && Array.isArray(tags) && tags.length > 0)
    needs.push({ action: 'ecr-public:TagResource' })
  // API reference, UpdateTagsForResource: two virtual actions stand for the operation.
  if (action === 'elasticbeanstalk:UpdateTagsForResource') {
    const { TagsToAdd, TagsToRemove } = call.input as Pick<UpdateTagsForResourceMessage, 'TagsToAdd' | 'TagsToRemove'>
    return [
      ...((TagsToAdd ?? []).length > 0 ? [{ action: 'elasticbeanstalk:AddTags' }] : []),
      ...((TagsToRemove ?? []).length > 0 ? [{ action: 'elasticbeanstalk:RemoveTags' }] : []),
    ]
  }
  if (action === 'ecs:RunTask') {
    const { overrides = {}, volumeConfigurations = [] } = call.input as Partial<RunTaskRequest>
    needs.push(...passing(overrides))
    // Developer guide, "Amazon ECS infrastructure IAM role": Amazon ECS itself assumes the role of a volume.
    for (const { managedEBSVolume } of volumeConfigurations)
      if (managedEBSVolume?.roleArn)
        needs.push({ action: 'iam:PassRole', resource: managedEBSVolume.roleArn, to: 'ecs' })
    if (Array.isArray(tags) && tags.length > 0) needs.push({ action: 'ecs:TagResource' })
  }
  if (action === 'ecs:CreateService' || action === 'ecs:UpdateService')
    for (const resource of rolesOfService(call.input)) needs.push({ action: 'iam:PassRole', resource })
  // Developer guide, "Creating an Amazon ECS Express Mode service": the caller passes the roles that the request names.
  if (/^ecs:(Create|Update)ExpressGatewayService$/.test(action)) {
    const { infrastructureRoleArn } = call.input
    needs.push(...passing({ taskRoleArn, executionRoleArn }))
    if (typeof infrastructureRoleArn === 'string')
      needs.push({ action: 'iam:PassRole', resource: infrastructureRoleArn, to: 'ecs' })
    if (Array.isArray(tags) && tags.length > 0) needs.push({ action: 'ecs:TagResource' })
  }
  // User guides of EventBridge ("Using IAM roles for targets") and of EventBridge Scheduler ("Execution role").
  if (action === 'events:PutTargets')
    for (const { RoleArn } of (call.input as Pick<PutTargetsRequest, 'Targets'>).Targets ?? [])
      if (RoleArn) needs.push({ action: 'iam:PassRole', resource: RoleArn })
  if (/^scheduler:(Create|Update)Schedule$/.test(action)) {
    const { Target } = call.input as Pick<UpdateScheduleInput, 'Target'>
    if (Target?.RoleArn) needs.push({ action: 'iam:PassRole', resource: Target.RoleArn })
  }
  if (call.service === 's3') {
    if (call.input.VersionId !== undefined && /^s3:(Get|Delete)Object$/.test(action))
      needs[0] = { action: `${action}Version` }
    if (call.operation === 'CopyObject')
      needs.push({
        action: 's3:GetObject',
        resource: `arn:aws:s3:::${String(call.input.CopySource).replace(/^\//, '')}`,
      })
    if (action === 's3:PutObject' && call.input.Tagging !== undefined) needs.push({ action: 's3:PutObjectTagging' })
  }
  // API reference: "This API operation requires the following IAM permissions". CreateDistribution knows no resource.
  if (action === 'cloudfront:CopyDistribution')
    needs.push({ action: 'cloudfront:GetDistribution' }, { action: 'cloudfront:CreateDistribution', resource: '*' })
  if (action === 'cloudfront:UpdateDistributionWithStagingConfig')
    needs.push({ action: 'cloudfront:GetDistribution' }, { action: 'cloudfront:UpdateDistribution' })
  if (action === 'codedeploy:CreateDeployment')
    needs.push({ action: 'codedeploy:GetDeploymentConfig' }, { action: 'codedeploy:RegisterApplicationRevision' })
  return needs
}

const passing = (roles: { readonly taskRoleArn?: unknown; readonly executionRoleArn?: unknown }): readonly Need[] =>
  [roles.taskRoleArn, roles.executionRoleArn].flatMap((resource) =>
    typeof resource === 'string' ? [{ action: 'iam:PassRole', resource }] : [],
  )

/**
 * Roles for load balancers and Lambda hooks, which Amazon ECS is handed:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AmazonECSInfrastructureRolePolicyForLoadBalancers.html
 */
function rolesOfService(input: Readonly<Record<string, unknown>>): readonly string[] {
  const { loadBalancers = [], deploymentConfiguration } = input as Pick<
    CreateServiceRequest,
    'loadBalancers' | 'deploymentConfiguration'
  >
  const roles = [
    ...loadBalancers.map(({ advancedConfiguration }) => advancedConfiguration?.roleArn),
    ...(deploymentConfiguration?.lifecycleHooks ?? []).map(({ roleArn }) => roleArn),
  ]
  return [...new Set(roles.filter((role) => role !== undefined))]
}

const first = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value
  return Array.isArray(value) ? first(value[0]) : undefined
}

/** The ARN that AWS's message names, from what the request names. `*` where the action has no resource. */
export function resourceOf(call: Call, accountId: string): string {
  const { input, region } = call
  const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${accountId}:${rest}`
  const text = (name: string) => first(input[name])
  const cluster = (text('cluster') ?? 'default').replace(/^.*\//, '')
  const named = Object.values(input)
    .map(first)
    .find((value) => value?.startsWith('arn:'))
  switch (call.service) {
    case 'ecs': {
      const service = text('service') ?? text('serviceName') ?? text('services')
      if (service !== undefined) return arn('ecs', `service/${cluster}/${service.replace(/^.*\//, '')}`)
      if (named !== undefined) return named
      const family = text('family')
      if (family !== undefined) return arn('ecs', `task-definition/${family}:*`)
      return input.cluster === undefined ? '*' : arn('ecs', `cluster/${cluster}`)
    }
    case 'ecr': {
      const repository = text('repositoryName')
      return repository === undefined ? '*' : arn('ecr', `repository/${repository}`)
    }
    case 'codedeploy': {
      const application = text('applicationName')
      const group = text('deploymentGroupName')
      if (application === undefined) return '*'
      return group === undefined
        ? arn('codedeploy', `application:${application}`)
        : arn('codedeploy', `deploymentgroup:${application}/${group}`)
    }
    case 'logs': {
      const group = text('logGroupName')
      return group === undefined ? '*' : arn('logs', `log-group:${group}:log-stream:${text('logStreamName') ?? ''}`)
    }
    case 'cloudfront':
      if (call.operation === 'GetCachePolicy')
        return `arn:aws:cloudfront::${accountId}:cache-policy/${text('Id') ?? ''}`
      if (/^List(Distributions|ContinuousDeploymentPolicies)$|^CreateContinuous/.test(call.operation)) return '*'
      if (call.operation.endsWith('ContinuousDeploymentPolicy'))
        return `arn:aws:cloudfront::${accountId}:continuous-deployment-policy/${text('Id') ?? ''}`
      return `arn:aws:cloudfront::${accountId}:distribution/${text('DistributionId') ?? text('PrimaryDistributionId') ?? text('Id') ?? ''}`
    case 's3': {
      const key = text('Key')
      const bucket = `arn:aws:s3:::${text('Bucket') ?? ''}`
      if (call.operation === 'DeleteObjects') return `${bucket}/*`
      return key === undefined ? bucket : `${bucket}/${key}`
    }
    case 'sts':
      return text('RoleArn') ?? '*'
    default:
      return named ?? '*'
  }
}
