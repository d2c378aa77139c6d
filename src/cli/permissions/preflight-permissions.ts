import type { Permission } from './permission.ts'

/** Of the preflight of `deploy`, all optional. */
export const preflight = [
  { actions: ['ecr:DescribeImages'], why: 'images exist', when: 'preflight' },
  {
    actions: ['ecr:GetAuthorizationToken', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
    why: 'images are built for the platform of the task',
    when: 'preflight',
  },
  {
    actions: ['ecr:DescribePullThroughCacheRules'],
    why: 'only after a missing image: a pull through cache rule may fetch it',
    when: 'preflight',
  },
  {
    actions: ['iam:GetRole'],
    note: 'on the roles of the task definition',
    why: 'roles exist and trust Amazon ECS',
    when: 'preflight',
  },
  {
    actions: ['secretsmanager:DescribeSecret', 'ssm:GetParameters'],
    why: 'secrets and parameters exist',
    when: 'preflight',
  },
  {
    actions: ['secretsmanager:GetSecretValue'],
    why: 'JSON keys of secrets exist; omit it where the role must not read secrets',
    when: 'secret-keys',
  },
  { actions: ['logs:DescribeLogGroups'], why: 'log groups exist', when: 'preflight' },
  {
    actions: [
      'elasticloadbalancing:DescribeTargetGroups',
      'elasticloadbalancing:DescribeListeners',
      'elasticloadbalancing:DescribeRules',
    ],
    why: 'target groups exist and fit; production traffic is not split',
    when: 'preflight',
  },
  {
    actions: ['cloudwatch:DescribeAlarms'],
    why: 'no alarm is in ALARM that would stop the deployment',
    when: 'preflight',
  },
  {
    actions: ['application-autoscaling:DescribeScalableTargets'],
    why: 'only where minimum and maximum percent allow no task to start or stop: Application Auto Scaling may change the count',
    when: 'preflight',
  },
] as const satisfies readonly Permission[]
