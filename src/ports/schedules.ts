/** What runs tasks of a revision by the clock: a rule of Amazon EventBridge, or a schedule of EventBridge Scheduler. */
export type Schedule =
  | { readonly rule: string; readonly bus: string | undefined }
  | { readonly schedule: string; readonly group: string | undefined }

/** One target that runs tasks. */
export interface ScheduledTask {
  /** Of the target of a rule; empty for a schedule, which has one. */
  readonly id: string
  /** ARN of a revision, or of a family, of which the latest revision is run. */
  readonly taskDefinition: string
  /** ARN of the cluster. */
  readonly cluster?: string | undefined
  /** ARN of the role by which EventBridge runs the task. */
  readonly role?: string | undefined
}

/** Scheduled tasks. */
export interface Schedules {
  /** The targets that run tasks; undefined: there is no such rule or schedule. */
  tasksOf(schedule: Schedule): Promise<readonly ScheduledTask[] | undefined>
  /** Whether it is turned on; undefined: there is no such rule or schedule. */
  isEnabled(schedule: Schedule): Promise<boolean | undefined>
  /** Gives a target another revision. All else of it stays as it is at that time, whoever has changed it before. */
  setRevision(schedule: Schedule, id: string, taskDefinition: string): Promise<void>
}
