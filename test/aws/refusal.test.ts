import { describe, expect, test } from '@jest/globals'
import type { Aws } from '../../src/aws/connect.ts'
import { failure, simulated } from './simulated.ts'

const deploymentArn = 'arn:aws:ecs:eu-west-1:111122223333:service-deployment/main/api/abc'
const revisionArn = 'arn:aws:ecs:eu-west-1:111122223333:service-revision/main/api/1'
const targetGroupArn = 'arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/api/0123456789abcdef'
const taskArn = 'arn:aws:ecs:eu-west-1:111122223333:task/main/0123456789abcdef0123456789abcdef'
const definition = { family: 'api', containerDefinitions: [{ name: 'api', image: 'api:1', memory: 128 }] }
const codeDeployment = { applicationName: 'shop', deploymentGroupName: 'api', description: 'run 1', appSpec: '{}' }

/** Every call that Slipway makes, by the IAM action it needs. */
const repository = {
  name: 'api',
  arn: 'arn:aws:ecr:eu-west-1:111122223333:repository/api',
  uri: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/api',
  immutableTags: true,
}
const calls: readonly [string, (aws: Aws) => Promise<unknown>][] = [
  ['ecs:DescribeServices', (aws) => aws.ecs.describeService('main', 'api')],
  ['ecs:UpdateService', (aws) => aws.ecs.updateService({ cluster: 'main', service: 'api', taskDefinition: 'api:2' })],
  ['ecs:ListServiceDeployments', (aws) => aws.ecs.listServiceDeployments('main', 'api', new Date(0))],
  ['ecs:DescribeServiceDeployments', (aws) => aws.ecs.describeServiceDeployment(deploymentArn)],
  [
    'ecs:ContinueServiceDeployment',
    (aws) => aws.ecs.continueServiceDeployment(deploymentArn, 'ecs-pause-1', 'CONTINUE'),
  ],
  ['ecs:DescribeServiceRevisions', (aws) => aws.ecs.taskDefinitionOfRevision(revisionArn)],
  ['ecs:ListTasks', (aws) => aws.ecs.listTasks('main', { service: 'api', desiredStatus: 'RUNNING' })],
  ['ecs:DescribeTasks', (aws) => aws.ecs.describeTasks('main', [taskArn])],
  ['ecs:RunTask', (aws) => aws.ecs.runTask({ cluster: 'main', taskDefinition: 'api:2', clientToken: 'run-1' })],
  ['ecs:StopTask', (aws) => aws.ecs.stopTask('main', taskArn, 'cancelled')],
  ['ecs:DescribeTaskDefinition', (aws) => aws.ecs.describeTaskDefinition('api')],
  ['ecs:RegisterTaskDefinition', (aws) => aws.ecs.registerTaskDefinition(definition)],
  ['codedeploy:GetDeploymentGroup', (aws) => aws.codeDeploy.describeDeploymentGroup('shop', 'api')],
  ['codedeploy:CreateDeployment', (aws) => aws.codeDeploy.createDeployment(codeDeployment)],
  ['codedeploy:GetDeployment', (aws) => aws.codeDeploy.describeDeployment('d-ABCDEF123')],
  ['codedeploy:GetDeploymentTarget', (aws) => aws.codeDeploy.describeTarget('d-ABCDEF123', 'main', 'api')],
  ['codedeploy:ListDeployments', (aws) => aws.codeDeploy.listActiveDeployments('shop', 'api')],
  ['codedeploy:StopDeployment', (aws) => aws.codeDeploy.stopDeployment('d-ABCDEF123', true)],
  ['ecr:DescribeRepositories', (aws) => aws.ecr.describeRepository('api')],
  ['ecr:CreateRepository', (aws) => aws.ecr.createRepository('api', { immutableTags: true })],
  ['ecr:DescribeRepositoryCreationTemplates', (aws) => aws.ecr.creationTemplates()],
  [
    'ecr:GetLifecyclePolicy',
    (aws) => aws.ecr.attachedSettings(repository, { immutableTags: true, lifecyclePolicy: '{}' }),
  ],
  [
    'ecr:GetRepositoryPolicy',
    (aws) => aws.ecr.attachedSettings(repository, { immutableTags: true, repositoryPolicy: '{}' }),
  ],
  ['ecr:ListTagsForResource', (aws) => aws.ecr.attachedSettings(repository, { immutableTags: true, tags: {} })],
  ['ecr:DescribeImages', (aws) => aws.ecr.imageDigest('api', { tag: 'v1' })],
  ['ecr:DescribeImages', (aws) => aws.ecr.tags('api')],
  ['ecr:GetAuthorizationToken', (aws) => aws.ecr.login()],
  ['elasticloadbalancing:DescribeTargetHealth', (aws) => aws.evidence.targetHealth(targetGroupArn)],
  ['logs:GetLogEvents', (aws) => aws.evidence.logTail('/ecs/api', 'api/api/1', 20)],
]

describe('row F13: a missing permission is named at once, with the statement that grants it', () => {
  test.each(calls)('%s', async (action, ask) => {
    const { aws, simulator, clock } = simulated()
    simulator.iam.allow('nothing:AtAll')
    const started = clock.monotonic()
    const { code, what, why, fix } = await failure(ask(aws))
    expect(code).toBe('permission-missing')
    expect(what).toContain(`: not authorized to perform ${action}`)
    expect(why).toMatch(/arn:aws:iam::111122223333:user\/simulator/)
    const statement = JSON.parse(/\{.*\}/.exec(fix)?.[0] ?? '{}')
    expect(statement).toMatchObject({ Effect: 'Allow', Action: action })
    expect(why).toContain(`on resource: ${statement.Resource}`)
    expect(simulator.recorder.count()).toBe(1)
    expect(clock.monotonic() - started).toBeLessThan(2000)
  })
})

/** AWS's error, and what the reader gets: code and words that must be in the message. */
const errors: readonly [string, (typeof calls)[number][0], string, string, string, RegExp][] = [
  [
    'a role that may not be passed',
    'ecs:RegisterTaskDefinition',
    'ClientException',
    'User: arn:aws:sts::111122223333:assumed-role/deploy/ship is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/task because no identity-based policy allows the iam:PassRole action',
    'permission-missing',
    /the role deploy: \{"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::111122223333:role\/task","Condition":\{"StringEquals":\{"iam:PassedToService":"ecs-tasks\.amazonaws\.com"\}\}\}/,
  ],
  [
    'a role of another account',
    'ecs:RegisterTaskDefinition',
    'AccessDeniedException',
    'Cross-account pass role is not allowed.',
    'permission-missing',
    /Cross-account pass role is not allowed: ecs:RegisterTaskDefinition names a role of another AWS account[\s\S]*A role name without arn:aws:iam::… works in every account/,
  ],
  [
    'a role of another account, in the words of a policy',
    'ecs:RegisterTaskDefinition',
    'AccessDeniedException',
    'User: arn:aws:sts::444455556666:assumed-role/deploy/ship is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/task because no identity-based policy allows the iam:PassRole action',
    'permission-missing',
    /Cross-account pass role is not allowed: ecs:RegisterTaskDefinition names a role of another AWS account/,
  ],
  [
    'an explicit deny',
    'ecs:UpdateService',
    'AccessDeniedException',
    'User: arn:aws:sts::111122223333:assumed-role/deploy/ship is not authorized to perform: ecs:UpdateService on resource: arn:aws:ecs:eu-west-1:111122223333:service/main/api with an explicit deny in a service control policy',
    'permission-missing',
    /explicit deny in a service control policy overrides every Allow/,
  ],
  [
    'an answer to a deployment that is gone',
    'ecs:ContinueServiceDeployment',
    'ServiceDeploymentNotFoundException',
    'The service deployment does not exist.',
    'deployment-not-found',
    /AWS refused ecs:ContinueServiceDeployment: .* does not exist/,
  ],
  [
    'an answer with half an id',
    'ecs:ContinueServiceDeployment',
    'InvalidParameterException',
    'Invalid hookId: hookId must follow the format: ecs-{hookType}-{id}',
    'aws-rejected',
    /the hookId ecs-pause-1 is invalid[\s\S]*Run the job again/,
  ],
  [
    'a permissions boundary',
    'ecs:UpdateService',
    'AccessDeniedException',
    'User: arn:aws:sts::111122223333:assumed-role/deploy/ship is not authorized to perform: ecs:UpdateService on resource: * because no permissions boundary allows the ecs:UpdateService action',
    'permission-missing',
    /Allow it in the permissions boundary that applies to the role deploy/,
  ],
  [
    'a denial without details',
    'ecr:GetAuthorizationToken',
    'AccessDeniedException',
    'Access denied',
    'permission-missing',
    /"Action":"ecr:GetAuthorizationToken","Resource":"\*"/,
  ],
  [
    'a cluster that is not there',
    'ecs:DescribeServices',
    'ClusterNotFoundException',
    'Cluster not found.',
    'service-not-found',
    /no active ECS cluster main in eu-west-1\nClusterNotFoundException/,
  ],
  [
    'a service that is not there',
    'ecs:UpdateService',
    'ServiceNotFoundException',
    'Service not found.',
    'service-not-found',
    /cluster main has no service api \(eu-west-1\)\nServiceNotFoundException/,
  ],
  [
    'a service that is gone',
    'ecs:UpdateService',
    'ServiceNotActiveException',
    'Service was not ACTIVE.',
    'service-not-found',
    /cluster main has no service api \(eu-west-1\)\nServiceNotActiveException/,
  ],
  [
    'the controller of CodeDeploy',
    'ecs:UpdateService',
    'InvalidParameterException',
    'Unable to update task definition on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.',
    'aws-rejected',
    /AWS refused ecs:UpdateService[\s\S]*Use AWS CodeDeploy to trigger a new deployment/,
  ],
  [
    'a task definition that is not valid',
    'ecs:RegisterTaskDefinition',
    'ClientException',
    "Fargate requires that 'cpu' be defined at the task level.",
    'task-definition-invalid',
    /refused ecs:RegisterTaskDefinition for api[\s\S]*Fargate requires that 'cpu' be defined/,
  ],
  [
    'a revision that does not exist, for a task',
    'ecs:RunTask',
    'ClientException',
    'TaskDefinition not found.',
    'aws-rejected',
    /AWS refused ecs:RunTask[\s\S]*TaskDefinition not found/,
  ],
  [
    'a deployment that has ended',
    'codedeploy:CreateDeployment',
    'DeploymentGroupDoesNotExistException',
    'No Deployment Group found for name: api',
    'aws-rejected',
    /No Deployment Group found for name: api/,
  ],
  [
    'a deployment in progress',
    'codedeploy:CreateDeployment',
    'DeploymentLimitExceededException',
    "The Deployment Group 'api' already has an active Deployment 'd-A1B2C3D4E'",
    'deployment-conflict',
    /already has an active deployment, d-A1B2C3D4E[\s\S]*stop-deployment --auto-rollback-enabled --deployment-id d-A1B2C3D4E/,
  ],
  [
    'a deployment id that nobody knows',
    'codedeploy:GetDeployment',
    'DeploymentDoesNotExistException',
    'The deployment d-ABCDEF123 could not be found',
    'aws-rejected',
    /d-ABCDEF123 could not be found/,
  ],
  [
    'a wrong secret key',
    'ecr:DescribeRepositories',
    'InvalidSignatureException',
    'The request signature we calculated does not match the signature you provided.',
    'aws-rejected',
    /do not match/,
  ],
  [
    'a quota',
    'ecr:CreateRepository',
    'LimitExceededException',
    'The repository quota is reached.',
    'aws-rejected',
    /AWS refused ecr:CreateRepository[\s\S]*quota is reached/,
  ],
  [
    'a name that AWS does not take',
    'ecr:CreateRepository',
    'InvalidParameterException',
    "Invalid parameter at 'repositoryName' failed to satisfy constraint",
    'aws-rejected',
    /failed to satisfy constraint/,
  ],
]

describe('row F13: an error that trying again does not change ends the call on the first reply', () => {
  test.each(errors)('%s', async (_, action, code, message, expected, words) => {
    const { aws, simulator, clock } = simulated()
    simulator.faults.add({ times: 99, effect: { kind: 'error', code, message } })
    const started = clock.monotonic()
    const said = await failure(calls.find(([name]) => name === action)?.[1](aws) ?? Promise.resolve())
    expect(said.code).toBe(expected)
    expect(Object.values(said).join('\n')).toMatch(words)
    expect(simulator.recorder.count(...action.split(':'))).toBe(1)
    expect(clock.monotonic() - started).toBeLessThan(2000)
  })

  const absent: readonly [string, string, string, unknown][] = [
    ['ecs:DescribeTaskDefinition', 'ClientException', 'Unable to describe task definition.', undefined],
    ['codedeploy:GetDeploymentGroup', 'DeploymentGroupDoesNotExistException', 'No Deployment Group found', undefined],
    ['codedeploy:GetDeploymentGroup', 'ApplicationDoesNotExistException', 'No application found', undefined],
    ['codedeploy:GetDeploymentTarget', 'DeploymentTargetDoesNotExistException', 'No target', undefined],
    ['codedeploy:StopDeployment', 'DeploymentAlreadyCompletedException', 'already completed', undefined],
    ['ecr:DescribeRepositories', 'RepositoryNotFoundException', 'The repository does not exist', undefined],
    ['ecr:DescribeImages', 'ImageNotFoundException', 'The image does not exist', undefined],
    [
      'ecs:ContinueServiceDeployment',
      'InvalidParameterException',
      'Provided hookId is either completed, unavailable, or not associated with the given Resource ARN',
      false,
    ],
    [
      'ecs:ContinueServiceDeployment',
      'InvalidParameterException',
      'Continuing a service deployment is not allowed for service deployment in terminal states.',
      false,
    ],
    ['ecs:StopTask', 'InvalidParameterException', 'The referenced task was not found.', undefined],
    ['elasticloadbalancing:DescribeTargetHealth', 'TargetGroupNotFound', 'One or more target groups not found', []],
    ['logs:GetLogEvents', 'ResourceNotFoundException', 'The specified log group does not exist.', []],
  ]

  test.each(absent)('%s with %s is an answer, no failure', async (action, code, message, answer) => {
    const { aws, simulator } = simulated()
    simulator.faults.add({ effect: { kind: 'error', code, message } })
    expect(await calls.find(([name]) => name === action)?.[1](aws)).toEqual(answer)
  })
})
