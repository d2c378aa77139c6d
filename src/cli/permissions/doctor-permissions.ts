import type { Permission } from './permission.ts'

/** Permissions of `doctor` before a deployment. */
export const doctor = [
  {
    actions: ['ecs:DescribeServices', 'ecs:DescribeTaskDefinition'],
    why: 'the service and its task definition; the only required ones',
  },
  {
    actions: ['ecr:DescribeImages', 'ecr:GetAuthorizationToken', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
    why: 'images and their platforms',
  },
  {
    actions: ['ecr:DescribePullThroughCacheRules'],
    why: 'only after a missing image: a pull through cache rule may fetch it',
  },
  { actions: ['secretsmanager:DescribeSecret', 'ssm:GetParameters'], why: 'secrets and parameters exist' },
  {
    actions: ['secretsmanager:GetSecretValue'],
    why: 'JSON keys of secrets; omit it where the role must not read secrets, and the keys are not checked',
    when: 'secret-keys',
  },
  { actions: ['logs:DescribeLogGroups'], why: 'log groups exist' },
  { actions: ['elasticloadbalancing:DescribeTargetGroups'], why: 'target groups exist and are used' },
  {
    actions: ['elasticloadbalancing:DescribeRules', 'elasticloadbalancing:DescribeListeners'],
    why: 'production traffic is not split',
  },
  {
    actions: [
      'ec2:DescribeSubnets',
      'ec2:DescribeRouteTables',
      'ec2:DescribeVpcEndpoints',
      'ec2:DescribeSecurityGroups',
    ],
    why: 'tasks reach what they need',
  },
  { actions: ['iam:GetRole'], why: 'roles exist and trust Amazon ECS' },
  {
    actions: ['iam:SimulatePrincipalPolicy'],
    why: 'roles can be passed; the execution role is authorized to do what a task needs',
  },
  { actions: ['cloudwatch:DescribeAlarms'], why: 'alarms that are in ALARM' },
  {
    actions: ['application-autoscaling:DescribeScalableTargets'],
    why: 'only where minimum and maximum percent allow no task to start or stop: Application Auto Scaling may change the count',
  },
  {
    actions: [
      'codedeploy:GetDeploymentGroup',
      'codedeploy:ListDeployments',
      'codedeploy:GetDeployment',
      'codedeploy:GetApplicationRevision',
    ],
    why: 'services of CodeDeploy',
    when: 'codedeploy',
  },
  {
    actions: [
      'codedeploy:ListApplications',
      'codedeploy:BatchGetApplications',
      'codedeploy:ListDeploymentGroups',
      'codedeploy:BatchGetDeploymentGroups',
    ],
    why: 'find a group without an input and with another than its default name',
    when: 'codedeploy-search',
  },
  {
    actions: ['application-autoscaling:DescribeScalableTargets', 'application-autoscaling:ListTagsForResource'],
    why: 'whether a run that was killed has left auto scaling suspended',
  },
  {
    actions: ['events:ListTargetsByRule', 'events:DescribeRule', 'scheduler:GetSchedule'],
    why: '`schedules` of slipway.yml',
    when: 'schedules',
  },
] as const satisfies readonly Permission[]

/** Permissions of `doctor` for a past deployment. */
export const pastDeployment = [
  {
    actions: [
      'ecs:DescribeServices',
      'ecs:ListServiceDeployments',
      'ecs:DescribeServiceDeployments',
      'ecs:DescribeServiceRevisions',
      'ecs:DescribeTaskDefinition',
      'ecs:ListTasks',
      'ecs:DescribeTasks',
    ],
    why: 'the deployment, its revision and its tasks',
  },
  {
    actions: ['elasticloadbalancing:DescribeTargetHealth', 'logs:GetLogEvents'],
    why: 'health checks and last log lines',
  },
  { actions: ['elasticloadbalancing:DescribeTargetGroups'], why: 'only after a failed health check' },
  { actions: ['cloudwatch:DescribeAlarms'], why: 'only after an alarm' },
  {
    actions: ['ecr:DescribeImages', 'ecr:GetAuthorizationToken', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
    why: 'only after a wrong CPU architecture or a missing image',
  },
  {
    actions: [
      'ec2:DescribeSubnets',
      'ec2:DescribeRouteTables',
      'ec2:DescribeVpcEndpoints',
      'ec2:DescribeSecurityGroups',
    ],
    why: 'only after a task that could not reach AWS',
  },
  {
    actions: [
      'codedeploy:ListDeployments',
      'codedeploy:BatchGetDeployments',
      'codedeploy:GetDeployment',
      'codedeploy:GetApplicationRevision',
      'codedeploy:GetDeploymentGroup',
      'codedeploy:GetDeploymentTarget',
    ],
    why: 'services of CodeDeploy',
    when: 'codedeploy',
  },
] as const satisfies readonly Permission[]
