import { scheduledTasks } from './around-permissions.ts'
import { readingOfTasks, searchOfGroups } from './deploy-permissions.ts'
import type { Permission } from './permission.ts'
import { invalidation } from './site-permissions.ts'
import { laterSteps } from './step-permissions.ts'

/** Permissions of `rollback`. */
export const rollback = [
  {
    actions: ['ecs:DescribeServices', 'ecs:DescribeTaskDefinition'],
    why: 'read the live revision and the one to roll back to',
    without: 'fails',
  },
  {
    actions: ['ecs:ListServiceDeployments', 'ecs:DescribeServiceDeployments', 'ecs:DescribeServiceRevisions'],
    why: 'find the previous revision, watch exactly this deployment',
    without: 'uses the earlier revision of the family, with a warning',
    when: 'ecs',
  },
  { actions: ['ecs:UpdateService', 'iam:PassRole'], why: 'deploy with ECS', without: 'fails', when: 'ecs' },
  {
    actions: ['ecs:UpdateExpressGatewayService', 'ecs:DescribeExpressGatewayService'],
    why: 'deploy a service in Express Mode, and restore its settings',
    without: 'fails',
    when: 'express',
  },
  {
    actions: ['ecs:StopServiceDeployment'],
    why: 'stop an active deployment, paused or not',
    without: 'fails',
    when: 'ecs',
  },
  {
    actions: ['ecs:ContinueServiceDeployment'],
    why: '`on-pause: continue` at a `PAUSE` hook: continue the rollback',
    without: 'waits for another user to continue it, with a warning',
    when: 'ecs',
  },
  {
    actions: ['ecs:ListTaskDefinitions'],
    why: 'list the revisions of the family: for `image`, and without history',
    without: 'fails where it is needed',
  },
  { actions: ['ecr:DescribeImages'], why: 'check that the image still exists', without: 'a warning' },
  {
    actions: ['codedeploy:ListDeployments', 'codedeploy:BatchGetDeployments'],
    why: 'find the previous revision and its AppSpec, with CodeDeploy',
    without: 'uses the earlier revision of the family, and an AppSpec without hooks, with a warning',
    when: 'codedeploy',
  },
  {
    actions: ['codedeploy:GetApplicationRevision'],
    why: 'read the AppSpec of a deployment, where AWS returns only its hash',
    without: 'as without history: the earlier revision of the family, an AppSpec without hooks, with a warning',
    when: 'codedeploy',
  },
  {
    actions: [
      'codedeploy:GetDeployment',
      'codedeploy:GetDeploymentGroup',
      'codedeploy:CreateDeployment',
      'codedeploy:GetDeploymentConfig',
      'codedeploy:RegisterApplicationRevision',
      'codedeploy:StopDeployment',
      'codedeploy:GetDeploymentTarget',
    ],
    why: 'deploy with CodeDeploy',
    without: 'as with `deploy`',
    when: 'codedeploy',
  },
  {
    actions: ['codedeploy:ContinueDeployment'],
    why: '`on-pause: continue` in `READY_WAIT`: continue the rollback',
    without: 'waits for another user to continue it, with a warning',
    when: 'codedeploy',
  },
  searchOfGroups,
  readingOfTasks,
  {
    actions: [
      'ec2:DescribeSubnets',
      'ec2:DescribeRouteTables',
      'ec2:DescribeVpcEndpoints',
      'ec2:DescribeSecurityGroups',
      'cloudwatch:DescribeAlarms',
      'ecr:GetAuthorizationToken',
      'ecr:BatchGetImage',
      'ecr:GetDownloadUrlForLayer',
    ],
    why: 'explain a task that could not reach AWS, an alarm, a wrong CPU architecture or a missing image',
    without: 'the same',
    when: 'evidence',
  },
  invalidation,
  scheduledTasks,
] as const satisfies readonly Permission[]

/** Permissions of `continue`. */
export const continueDeployment = [
  {
    actions: ['ecs:DescribeServices', 'ecs:DescribeServiceDeployments', 'ecs:DescribeServiceRevisions'],
    why: 'read the pauses, watch exactly that deployment',
    without: 'fails',
  },
  {
    actions: ['ecs:ListServiceDeployments'],
    why: 'find the active deployment, or one by its `ecs-svc/…`',
    without: 'fails without `deployment-id`; `service-deployment/…` does not need it',
  },
  {
    actions: ['ecs:ContinueServiceDeployment'],
    why: 'answer a `PAUSE` hook',
    without: 'the deployment stays paused; the message names the permission',
    when: 'ecs',
  },
  {
    actions: ['codedeploy:GetDeployment', 'codedeploy:GetDeploymentGroup', 'codedeploy:GetDeploymentTarget'],
    why: "read CodeDeploy's pause and its progress",
    without: 'fails; without the last two, no timeout and no lifecycle events are reported',
    when: 'codedeploy',
  },
  {
    actions: ['codedeploy:GetApplicationRevision'],
    why: 'read the AppSpec of a deployment, where AWS returns only its hash',
    without: 'fails',
    when: 'codedeploy',
  },
  {
    actions: ['codedeploy:ListDeployments'],
    why: 'find the active deployment',
    without: 'fails without `deployment-id`',
    when: 'codedeploy',
  },
  {
    actions: ['codedeploy:ContinueDeployment', 'codedeploy:StopDeployment'],
    why: 'continue or roll back in `READY_WAIT`',
    without: 'the deployment stays paused; the message names the permission',
    when: 'codedeploy',
  },
  {
    actions: ['ecs:StopServiceDeployment'],
    why: 'roll back when the run is cancelled, or new tasks fail with the same error',
    without: 'the deployment is left, with a warning',
    when: 'ecs',
  },
  { ...searchOfGroups, without: 'fails without `deployment-id`' },
  ...laterSteps,
  {
    actions: [
      'ecs:ListTasks',
      'ecs:DescribeTasks',
      'ecs:DescribeTaskDefinition',
      'elasticloadbalancing:DescribeTargetHealth',
      'elasticloadbalancing:DescribeTargetGroups',
      'logs:GetLogEvents',
    ],
    why: 'explain a failure',
    without: 'the report names what it could not read',
    when: 'evidence',
  },
  {
    actions: [
      'ec2:DescribeSubnets',
      'ec2:DescribeRouteTables',
      'ec2:DescribeVpcEndpoints',
      'ec2:DescribeSecurityGroups',
      'cloudwatch:DescribeAlarms',
      'ecr:DescribeImages',
      'ecr:GetAuthorizationToken',
      'ecr:BatchGetImage',
      'ecr:GetDownloadUrlForLayer',
    ],
    why: 'explain a task that could not reach AWS, an alarm, a wrong CPU architecture or a missing image',
    without: 'the same',
    when: 'evidence',
  },
  scheduledTasks,
] as const satisfies readonly Permission[]
