import type { Permission } from './permission.ts'
import { preflight } from './preflight-permissions.ts'
import { taskTags } from './step-permissions.ts'

/** Permissions of `run-task`: those of a task, and of the preflight those that are about its definition. */
export const runTask = [
  { actions: ['ecs:RunTask'], note: 'on the task definition', why: 'start the task', without: 'fails' },
  {
    actions: ['iam:PassRole'],
    note: 'on the roles of the definition, and on that of `volume-configurations`',
    why: 'pass them to the task',
    without: 'fails',
  },
  {
    actions: ['ecs:DescribeTaskDefinition'],
    note: 'on `*`',
    why: 'read the definition, and reuse an equal revision',
    without: 'fails',
  },
  { actions: ['ecs:DescribeServices'], why: 'inherit network and capacity', without: 'fails with `service`' },
  { actions: ['ecs:RegisterTaskDefinition'], why: 'register a revision', without: 'fails with `image` or a file' },
  { actions: ['ecs:DescribeTasks'], why: 'watch the task', without: 'fails, unless `wait-for` is `started`' },
  {
    actions: ['ecs:StopTask'],
    why: 'stop the task when its time is up or the run is cancelled',
    without: 'the task runs on, which is reported',
  },
  {
    actions: ['ecs:ListTasks'],
    why: '`lock`; find the task of a run that was killed before RunTask was answered',
    without: 'fails with `lock`; else such a task runs on',
  },
  taskTags,
  { actions: ['logs:GetLogEvents'], why: 'show the log', without: 'the log is not shown, with a note' },
  ...preflight
    .filter(({ actions: [action] }) => !/^(elasticloadbalancing|cloudwatch|application-autoscaling):/.test(action))
    .map((row) => ({ ...row, without: 'not checked' })),
] as const satisfies readonly Permission[]
