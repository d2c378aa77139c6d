/** What a call asks of IAM: each action that it needs, on each resource, under its circumstances. */
import type { Call } from './contract.ts'
import type { Question } from './iam-policy.ts'
import { type Need, needsOf } from './permissions.ts'

/** Of a CodeDeploy deployment, which requests name by its id alone. */
export type GroupOf = (
  region: string,
  deploymentId: string,
) => { readonly application: string; readonly group: string } | undefined

/** Of an environment of Elastic Beanstalk, which requests may name alone. */
export type ApplicationOf = (region: string, environment: string) => string | undefined

/** What requests leave out and AWS knows. */
export interface Lookups {
  readonly groupOf: GroupOf
  readonly applicationOf: ApplicationOf
}

/**
 * Actions for which IAM knows no resource, so that only a statement on `*` allows them. Service Authorization Reference, in the
 * form of cfn-lint 1.58.0 (`Policies.json`).
 */
const withoutResource =
  /^(application-autoscaling:Describe|cloudwatch:|codedeploy:(ContinueDeployment|GetDeploymentTarget|ListApplications|StopDeployment)$|ec2:|ecr-public:GetAuthorizationToken$|ecr:(DescribePullThroughCacheRules|DescribeRegistry|DescribeRepositoryCreationTemplates|GetAuthorizationToken|GetSigningConfiguration)$|elasticbeanstalk:(CreateStorageLocation|DescribeAccountAttributes)$|ecs:(DescribeTaskDefinition|ListClusters|ListServices|ListTaskDefinitions)$|elasticloadbalancing:Describe|logs:DescribeLogGroups$|sts:)/

const texts = (value: unknown): readonly string[] =>
  typeof value === 'string' ? [value] : Array.isArray(value) ? value.flatMap(texts) : []

const short = (name: string) => name.replace(/^.*\//, '')

interface Scene {
  readonly call: Call
  readonly arn: (service: string, rest: string) => string
  readonly cluster: string
  readonly named: (...members: readonly string[]) => readonly string[]
  readonly lookups: Lookups
}

const inCluster = (kind: string, { arn, cluster }: Scene, names: readonly string[]) =>
  names.map((name) => (name.startsWith('arn:') ? name : arn('ecs', `${kind}/${cluster}/${short(name)}`)))

/** A deployment or revision of a service is checked with its service. */
const withService = (arns: readonly string[]) =>
  arns.flatMap((one) => [one, one.replace(/:service-(?:deployment|revision)\/([^/]+\/[^/]+)\/.*$/, ':service/$1')])

function ecsResources(action: string, scene: Scene): readonly string[] {
  const { arn, cluster, named } = scene
  const family = named('family').map((name) => arn('ecs', `task-definition/${name}:1`))
  switch (action.replace('ecs:', '')) {
    case 'RegisterTaskDefinition':
      return family
    case 'TagResource':
    case 'UntagResource':
      return taggedResources(scene, family)
    case 'RunTask':
      return named('taskDefinition').map((name) =>
        name.startsWith('arn:') ? name : arn('ecs', `task-definition/${name}`),
      )
    case 'DescribeTasks':
      return inCluster('task', scene, named('tasks'))
    case 'StopTask':
      return inCluster('task', scene, named('task'))
    case 'ListTasks':
      return [arn('ecs', `container-instance/${cluster}/*`)]
    case 'DescribeClusters':
      return named('clusters').map((name) => arn('ecs', `cluster/${short(name)}`))
    case 'DescribeServiceDeployments':
    case 'StopServiceDeployment':
    case 'ContinueServiceDeployment':
      return withService(named('serviceDeploymentArns', 'serviceDeploymentArn'))
    case 'DescribeServiceRevisions':
      return withService(named('serviceRevisionArns'))
    default:
      return inCluster('service', scene, named('services', 'service', 'serviceName', 'serviceArn'))
  }
}

/** What is tagged: with its creation, or later by its ARN. */
function taggedResources(scene: Scene, family: readonly string[]): readonly string[] {
  const { call, arn, cluster, named } = scene
  if (call.operation === 'RunTask') return [arn('ecs', `task/${cluster}/0a1b`)]
  return [...family, ...named('resourceArn'), ...inCluster('service', scene, named('serviceName', 'serviceArn'))]
}

function codeDeployResources(action: string, { call, arn, named, lookups }: Scene): readonly string[] {
  const [application = '*'] = named('applicationName', 'applicationNames')
  if (action === 'codedeploy:GetDeploymentConfig')
    return [arn('codedeploy', `deploymentconfig:${named('deploymentConfigName')[0] ?? 'ofTheGroup'}`)]
  if (/Application|ListDeploymentGroups/.test(action))
    return named('applicationName', 'applicationNames').map((name) => arn('codedeploy', `application:${name}`))
  const ids = named('deploymentId', 'deploymentIds')
  const groups = named('deploymentGroupName', 'deploymentGroupNames', 'currentDeploymentGroupName')
  const [own] = texts(call.input.applicationName)
  const ofIds = ids.map((id) => lookups.groupOf(call.region, id) ?? { application: 'unknown', group: 'unknown' })
  return [...groups.map((group) => ({ application: own ?? application, group })), ...ofIds].map((one) =>
    arn('codedeploy', `deploymentgroup:${one.application}/${one.group}`),
  )
}

/** Service Authorization Reference, "Actions, resources, and condition keys for AWS Elastic Beanstalk". */
function beanstalkResources(action: string, { call, arn, named, lookups }: Scene): readonly string[] {
  const names = named('EnvironmentNames', 'EnvironmentName', 'SourceEnvironmentName', 'DestinationEnvironmentName')
  const [environment = ''] = names
  const application = named('ApplicationName')[0] ?? lookups.applicationOf(call.region, environment) ?? '*'
  const of = (kind: string, names: readonly string[]) =>
    names.map((name) => arn('elasticbeanstalk', `${kind}/${application}/${name}`))
  const labels = named('VersionLabels', 'VersionLabel')
  if (/ApplicationVersion/.test(action)) return of('applicationversion', labels.length > 0 ? labels : ['*'])
  if (/Platform/.test(action)) return named('PlatformArn')
  if (call.input.ResourceArn !== undefined) return named('ResourceArn')
  return of('environment', names.length > 0 ? names : ['*'])
}

/** A bucket, or objects of it: https://docs.aws.amazon.com/AmazonS3/latest/userguide/security_iam_service-with-iam.html */
function s3Resources({ call, named }: Scene): readonly string[] {
  const bucket = `arn:aws:s3:::${named('Bucket')[0] ?? ''}`
  const { Objects } = (call.input.Delete ?? {}) as { readonly Objects?: readonly { readonly Key: string }[] }
  const keys = Objects?.map(({ Key }) => Key) ?? named('Key')
  return keys.length === 0 ? [bucket] : keys.map((key) => `${bucket}/${key}`)
}

function resourcesOf({ action, resource }: Need, scene: Scene): readonly string[] {
  const { call, arn, named } = scene
  // Amazon ECS takes the name of a role for that of the account in which it is called.
  const isName = action === 'iam:PassRole' && resource?.startsWith('arn:') === false
  if (isName) return [arn('iam', `role/${resource}`).replace(/:iam:[^:]*:/, ':iam::')]
  if (resource !== undefined) return [resource]
  if (withoutResource.test(action)) return ['*']
  switch (action.slice(0, action.indexOf(':'))) {
    case 'ecs':
      return ecsResources(action, scene)
    case 'codedeploy':
      return codeDeployResources(action, scene)
    case 'cloudfront':
      if (action === 'cloudfront:GetCachePolicy')
        return named('Id').map((id) => `arn:aws:cloudfront::${arn('', '').split(':')[4]}:cache-policy/${id}`)
      if (action.endsWith('ContinuousDeploymentPolicy'))
        return named('Id').map(
          (id) => `arn:aws:cloudfront::${arn('', '').split(':')[4]}:continuous-deployment-policy/${id}`,
        )
      return named('Id', 'PrimaryDistributionId', 'DistributionId')
        .slice(-1)
        .map((id) => `arn:aws:cloudfront::${arn('', '').split(':')[4]}:distribution/${id}`)
    case 'application-autoscaling':
      // The id is AWS's, so that of a registration is not in the request.
      return [
        ...named('ResourceARN'),
        ...named('ResourceId').map(() => arn('application-autoscaling', 'scalable-target/0a1b')),
      ]
    case 'events': {
      const bus = named('EventBusName')[0]
      return named('Rule', 'Name').map((name) =>
        arn('events', bus === undefined || bus === 'default' ? `rule/${name}` : `rule/${bus}/${name}`),
      )
    }
    case 'scheduler':
      return named('Name').map((name) => arn('scheduler', `schedule/${named('GroupName')[0] ?? 'default'}/${name}`))
    case 'elasticloadbalancing':
      return named('ListenerArn', 'RuleArn')
    case 'elasticbeanstalk':
      return beanstalkResources(action, scene)
    case 's3':
      return s3Resources(scene)
    case 'ecr': {
      const [, ofPath] = /^\w+ \/v2\/(.+?)\/(?:blobs|manifests)\//.exec(call.operation) ?? []
      const names = ofPath === undefined ? named('repositoryName', 'repositoryNames') : [ofPath]
      return names.map((name) => arn('ecr', `repository/${name}`))
    }
    case 'ecr-public':
      if (call.operation === 'DescribeRegistries')
        return [arn('ecr-public', 'registry/r1').replace(/:ecr-public:[^:]*:/, ':ecr-public::')]
      return named('repositoryName', 'repositoryNames').map((name) =>
        arn('ecr-public', `repository/${name}`).replace(/:ecr-public:[^:]*:/, ':ecr-public::'),
      )
    case 'logs':
      return [arn('logs', `log-group:${named('logGroupName')[0]}:log-stream:${named('logStreamName')[0]}`)]
    case 'iam':
      if (call.operation === 'GetInstanceProfile')
        return named('InstanceProfileName').map((name) =>
          arn('iam', `instance-profile/${name}`).replace(/:iam:[^:]*:/, ':iam::'),
        )
      return named('PolicySourceArn', 'RoleName').map((name) =>
        name.startsWith('arn:') ? name : arn('iam', `role/${name}`).replace(/:iam:[^:]*:/, ':iam::'),
      )
    case 'ssm':
      return named('Names').map((name) =>
        name.startsWith('arn:') ? name : arn('ssm', `parameter/${name.replace(/^\//, '')}`),
      )
    case 'secretsmanager':
      return named('SecretId')
    default:
      throw new Error(`the simulator does not know the resources of ${action}`)
  }
}

function contextOf(need: Need, { call, arn, cluster }: Scene): Question['context'] {
  // An Express service has the roles of its tasks, too.
  const isOfTask =
    need.to !== 'ecs' && /^(RegisterTaskDefinition|RunTask|\w+ExpressGatewayService)$/.test(call.operation)
  return {
    'aws:RequestedRegion': call.region,
    ...(need.action === 'iam:PassRole' && {
      'iam:PassedToService': isOfTask ? 'ecs-tasks.amazonaws.com' : `${call.service}.amazonaws.com`,
    }),
    ...(need.action === 'ecs:TagResource' && { 'ecs:CreateAction': call.operation }),
    ...(call.service === 'ecs' && { 'ecs:cluster': arn('ecs', `cluster/${cluster}`) }),
  }
}

/** The questions of a call, all of which must be answered with yes. A request that names no resource asks for all of them. */
export function questionsOf(call: Call, accountId: string, lookups: Lookups): readonly Question[] {
  const region = call.region || 'eu-west-1'
  const scene: Scene = {
    call,
    arn: (service, rest) => `arn:aws:${service}:${region}:${accountId}:${rest}`,
    cluster: short(texts(call.input.cluster)[0] ?? 'default'),
    named: (...members) => members.flatMap((member) => texts(call.input[member])),
    lookups,
  }
  return needsOf(call).flatMap((need) => {
    const resources = resourcesOf(need, scene)
    const context = contextOf(need, scene)
    return (resources.length === 0 ? ['*'] : resources).map((resource) => ({ action: need.action, resource, context }))
  })
}
