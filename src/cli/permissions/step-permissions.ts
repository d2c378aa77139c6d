import type { Permission } from './permission.ts'

/** What tasks and checks of a deployment need. */
export const steps = [
  {
    actions: ['ecs:RunTask', 'ecs:DescribeTasks'],
    why: '`run-task`; tasks and checks of `slipway.yml` that run as tasks',
    without: 'fails',
    when: 'run-task',
  },
  {
    actions: ['ecs:ListTasks', 'ecs:StopTask'],
    why: '`lock` of tasks: wait for another task, and stop the later of two',
    without: 'fails',
    when: 'task-lock',
  },
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
