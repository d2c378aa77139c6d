import type { Permission } from './permission.ts'

/** What tasks of a deployment need, and checks that are tasks. */
const tasks = [
  {
    actions: ['ecs:RunTask', 'ecs:DescribeTasks', 'ecs:StopTask', 'ecs:ListTasks'],
    why: '`run-task`; tasks and checks of `slipway.yml` that run as tasks; stop one when its time is up or the run is cancelled, and find that of a run that was killed',
    without: 'fails; without the last two, the task runs on, which is reported',
    when: 'run-task',
  },
  { actions: ['ecs:ListTasks'], why: '`lock` of tasks: wait for another task', without: 'fails', when: 'task-lock' },
] as const satisfies readonly Permission[]

/** What tags of one-off tasks need. */
export const taskTags = {
  actions: ['ecs:TagResource'],
  note: 'on tasks',
  why: 'tags of one-off tasks',
  without: 'fails where they have tags',
  when: 'task-tags',
  tagged: 'tasks',
} as const satisfies Permission

/** What tasks and checks of a deployment need. */
export const steps = [
  ...tasks,
  taskTags,
  {
    actions: ['ecs:ContinueServiceDeployment'],
    why: '`verify` and tasks at a `PAUSE` hook: answer it',
    without: 'the deployment stays paused',
    when: 'verify',
  },
  {
    actions: ['codedeploy:ContinueDeployment'],
    why: '`verify` and tasks in `READY_WAIT`: continue the deployment',
    without: 'the deployment stays paused',
    when: 'codedeploy-verify',
  },
] as const satisfies readonly Permission[]

/** What those after a deployment need that another job continues. */
export const laterSteps = [
  ...tasks,
  {
    actions: ['ecs:RegisterTaskDefinition', 'iam:PassRole'],
    why: '`image` of a check: register a definition; pass the roles of tasks',
    without: 'the check has failed',
    when: 'run-task',
  },
  {
    actions: ['ecs:UpdateService', 'iam:PassRole'],
    why: '`verify` after the deployment: deploy the revision before when a check failed',
    without: '`rollback-failed`',
    when: 'verify',
  },
  {
    actions: [
      'codedeploy:CreateDeployment',
      'codedeploy:GetDeploymentConfig',
      'codedeploy:RegisterApplicationRevision',
      'iam:PassRole',
    ],
    why: 'the same with CodeDeploy',
    without: '`rollback-failed`',
    when: 'codedeploy-verify',
  },
] as const satisfies readonly Permission[]

/** Permissions of `verify` without a deployment, for checks that are tasks. */
export const verify = [
  {
    actions: ['ecs:DescribeServices', 'ecs:DescribeTaskDefinition'],
    why: 'read network, capacity and live revision of the service',
    without: 'fails',
  },
  {
    actions: ['ecs:RunTask', 'ecs:DescribeTasks', 'iam:PassRole'],
    why: 'run the task',
    without: 'the check has failed',
  },
  {
    actions: ['ecs:RegisterTaskDefinition', 'ecs:TagResource'],
    why: '`image` of a check: register a definition',
    without: 'the check has failed',
  },
  {
    actions: ['ecs:StopTask'],
    why: 'stop the task when its time is up or the run is cancelled',
    without: 'the task runs on, which is reported',
  },
  {
    actions: ['ecs:ListTasks'],
    why: 'find the task when the run is cancelled before AWS has answered',
    without: 'the task runs on',
  },
  { actions: ['logs:GetLogEvents'], why: 'show the log', without: 'the log is not shown, with a note' },
] as const satisfies readonly Permission[]
