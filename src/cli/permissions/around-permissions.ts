import type { Permission } from './permission.ts'

/** Of `deploy` and `rollback`. */
export const scheduledTasks = {
  actions: [
    'events:ListTargetsByRule',
    'events:PutTargets',
    'scheduler:GetSchedule',
    'scheduler:UpdateSchedule',
    'iam:PassRole',
  ],
  note: '(for the roles of the targets)',
  why: '`schedules` of slipway.yml: set the revision of scheduled tasks',
  without: 'fails before anything is changed, or names the tasks that were not set',
  when: 'schedules',
} as const satisfies Permission

/** Of `deploy`. */
export const suspension = {
  actions: [
    'application-autoscaling:DescribeScalableTargets',
    'application-autoscaling:RegisterScalableTarget',
    'application-autoscaling:ListTagsForResource',
    'application-autoscaling:TagResource',
    'application-autoscaling:UntagResource',
  ],
  why: '`suspend-auto-scaling`: suspend and resume, and mark the scalable target while it is suspended; resume what a run that was killed has left',
  without: 'fails before anything is changed; without the input, what is left stays suspended',
  when: 'suspend-auto-scaling',
} as const satisfies Permission
