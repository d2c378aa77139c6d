import type { FindingKind } from '../ecs/facts/finding-kinds.ts'

/** What can be wrong with the schedules of slipway.yml, by its stable name; `deploy` checks only what is missing or does not fit. */
export const scheduleKinds = {
  'schedule-unfit': {
    severity: 'blocks',
    found: 'a rule or schedule of slipway.yml that is missing, or runs no task of the service',
  },
  'schedule-not-changed': {
    severity: 'blocks',
    found:
      'a rule or schedule that the deploy role is not authorized to change (events:PutTargets, scheduler:UpdateSchedule), by the policy simulator of IAM',
    doubt: 'the decision depends on a condition with an unknown value',
    doctorOnly: 'costly',
  },
  'schedule-role-not-passed': {
    severity: 'blocks',
    found:
      'a role of a rule or schedule that the deploy role is not authorized to pass, by the policy simulator of IAM',
    doubt: 'the decision depends on a condition with an unknown value',
    doctorOnly: 'costly',
  },
  'schedule-role': {
    severity: 'warns',
    found: 'a role of a rule or schedule that EventBridge is unable to assume, or that IAM does not have',
    doctorOnly: 'costly',
  },
  'schedule-revision': {
    severity: 'warns',
    found: 'a scheduled task whose revision is INACTIVE or missing, so that it cannot start',
    doctorOnly: 'costly',
  },
  'schedule-cluster': {
    severity: 'warns',
    found: 'a scheduled task in another cluster than that of the service',
    doctorOnly: 'costly',
  },
  'schedule-disabled': {
    severity: 'notes',
    found: 'a rule or schedule that is DISABLED',
    doctorOnly: 'costly',
  },
} as const satisfies Readonly<Record<string, FindingKind>>

/** The stable name of a finding about schedules. */
export type ScheduleFindingCode = keyof typeof scheduleKinds
