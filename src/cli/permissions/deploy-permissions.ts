import { scheduledTasks, suspension } from './around-permissions.ts'
import type { Permission } from './permission.ts'
import { invalidation } from './site-permissions.ts'
import { steps } from './step-permissions.ts'

/** A CodeDeploy group is found by its service: of every action that deploys or watches with CodeDeploy. */
export const searchOfGroups = {
  actions: [
    'codedeploy:ListApplications',
    'codedeploy:BatchGetApplications',
    'codedeploy:ListDeploymentGroups',
    'codedeploy:BatchGetDeploymentGroups',
  ],
  why: 'find a group without an input and with another than its default name',
  without: 'fails, and names the missing permissions',
  when: 'codedeploy-search',
} as const satisfies Permission

/** What explains a failure, of every action that watches. */
export const readingOfTasks = {
  actions: [
    'ecs:ListTasks',
    'ecs:DescribeTasks',
    'elasticloadbalancing:DescribeTargetHealth',
    'elasticloadbalancing:DescribeTargetGroups',
    'logs:GetLogEvents',
  ],
  why: 'explain a failure',
  without: 'the report names what it could not read',
  when: 'evidence',
} as const satisfies Permission

/** Permissions of `deploy`. */
export const deploy = [
  { actions: ['ecs:DescribeServices'], why: 'read the service, and verify the end', without: 'fails' },
  {
    actions: ['ecs:ListServices', 'ecs:ListClusters', 'ecs:DescribeClusters'],
    why: 'only for a missing service or cluster: name the existing ones',
    without: 'the message has no names',
    when: 'evidence',
  },
  {
    actions: ['ecs:DescribeTaskDefinition'],
    why: 'compare with the live revision and reuse an equal one',
    without: 'registers each time; never `unchanged`',
  },
  {
    actions: ['ecs:RegisterTaskDefinition', 'iam:PassRole'],
    why: 'register a revision, and pass its roles',
    without: 'fails, unless the revision exists',
  },
  {
    actions: ['ecs:TagResource'],
    why: 'tag a revision with its commit; tags of the task definition',
    without: 'a warning, because the next deployment cannot compare commits; fails where the task definition has tags',
    tagged: 'revisions',
  },
  {
    actions: ['ecs:UpdateService'],
    why: 'start a rolling deployment; set `propagate-tags`, `enable-ecs-managed-tags`, `strategy` and the like, with `iam:PassRole` for the roles that `lifecycle-hooks` and `load-balancer-configuration` name',
    without: 'fails',
    when: 'ecs',
  },
  {
    actions: ['ecs:CreateService', 'iam:PassRole'],
    note: '(for roles that the file names)',
    why: '`service-definition`, when the service is missing',
    without: 'fails',
    when: 'create-service',
  },
  {
    actions: ['ecs:UpdateExpressGatewayService'],
    why: 'deploy a service in Express Mode',
    without: 'fails',
    when: 'express',
  },
  {
    actions: ['application-autoscaling:DescribeScalableTargets'],
    why: '`desired-count`: check whether Application Auto Scaling controls it',
    without: 'sets it, with a warning',
    when: 'desired-count',
  },
  suspension,
  scheduledTasks,
  {
    actions: ['ecs:ListServiceDeployments', 'ecs:DescribeServiceDeployments', 'ecs:DescribeServiceRevisions'],
    why: 'watch exactly this deployment',
    without: 'watches the service instead, with a warning',
    when: 'ecs',
  },
  {
    actions: ['ecs:StopServiceDeployment'],
    why: 'roll back after a cancel; `fail-fast-after`',
    without: 'reports that it is not authorized',
    when: 'ecs',
  },
  {
    actions: [
      'codedeploy:GetDeploymentGroup',
      'codedeploy:CreateDeployment',
      'codedeploy:GetDeployment',
      'codedeploy:GetDeploymentConfig',
      'codedeploy:RegisterApplicationRevision',
    ],
    why: 'deploy by CodeDeploy',
    without: 'fails',
    when: 'codedeploy',
  },
  {
    actions: ['codedeploy:GetApplicationRevision'],
    why: 'read the AppSpec of a deployment, where AWS returns only its hash',
    without: 'an active deployment is not resumed, and `deployment-id` cannot be watched',
    when: 'codedeploy',
  },
  searchOfGroups,
  {
    actions: ['codedeploy:BatchGetDeployments'],
    why: 'roll back several services with the AppSpec and hooks of the previous revision',
    without: 'rolls back without hooks, with a warning',
    when: 'codedeploy-several',
  },
  {
    actions: ['codedeploy:UpdateDeploymentGroup'],
    why: '`codedeploy-alarms` (AWS requires it; the group is not changed)',
    without: 'fails',
    when: 'codedeploy-alarms',
  },
  {
    actions: ['codedeploy:ListDeployments'],
    why: 'find an active deployment before anything is changed',
    without: 'CodeDeploy refuses later',
    when: 'codedeploy',
  },
  {
    actions: ['codedeploy:GetDeploymentTarget'],
    why: 'report lifecycle events and traffic',
    without: 'not reported',
    when: 'codedeploy',
  },
  {
    actions: ['codedeploy:StopDeployment'],
    why: 'roll back after a cancel; `on-conflict: stop`; `fail-fast-after`',
    without: 'reports that it is not authorized',
    when: 'codedeploy',
  },
  ...steps,
  {
    actions: ['ecs:StopTask', 'logs:GetLogEvents'],
    why: '`run-task`: stop its task when the time is up or the run is cancelled; show its log',
    without: 'the task runs on, which is reported; the log is not shown',
    when: 'run-task',
  },
  {
    actions: ['ecr:DescribeImages', 'ecs:ListTasks', 'ecs:DescribeTasks'],
    why: 'only before `unchanged`, for an image tag: check whether it was moved',
    without: '`unchanged`, with a warning',
    when: 'preflight',
  },
  {
    actions: ['ecr:DescribeImages'],
    why: 'check that the images of the previous revisions still exist, with several services',
    without: 'a warning',
    when: 'several',
  },
  { ...readingOfTasks, why: 'explain a failure; detect it early (`fail-fast-after`)' },
  {
    actions: [
      'ec2:DescribeSubnets',
      'ec2:DescribeRouteTables',
      'ec2:DescribeVpcEndpoints',
      'ec2:DescribeSecurityGroups',
    ],
    why: 'only after a task could not reach AWS: name the missing VPC endpoint',
    without: 'the same',
    when: 'evidence',
  },
  {
    actions: ['cloudwatch:DescribeAlarms'],
    why: 'only after an alarm stopped the deployment: since when it is in ALARM, and its reason',
    without: 'the same',
    when: 'evidence',
  },
  {
    actions: ['ecr:DescribeImages', 'ecr:GetAuthorizationToken', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
    why: 'only after a wrong CPU architecture or a missing image, or where a tag seems moved: its platforms, the existing tags (`ecr:DescribeImages`)',
    without: 'the same',
    when: 'evidence',
  },
  invalidation,
] as const satisfies readonly Permission[]
