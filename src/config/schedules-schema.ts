import { z } from 'zod'
import { nearest } from '../nearest.ts'
import { nameSchema, roleSchema } from './names.ts'

/** Names of rules, event buses, schedules and groups (API references of EventBridge and EventBridge Scheduler). */
const awsName = z.string().regex(/^[.\-_A-Za-z0-9]{1,64}$/, 'must be at most 64 letters, digits, ".", "-" and "_"')

const scheduleSchema = z
  .strictObject({
    service: nameSchema.describe('Service of this environment whose new revision the scheduled task runs.'),
    rule: awsName.optional().describe('Name of a rule of Amazon EventBridge, whose targets run tasks of the service.'),
    'event-bus': z
      .string()
      .regex(/^[/.\-_A-Za-z0-9]{1,256}$/, 'must be the name of an event bus')
      .optional()
      .describe('Name of the event bus of the rule; default when absent.'),
    schedule: awsName.optional().describe('Name of a schedule of Amazon EventBridge Scheduler, instead of rule.'),
    group: awsName.optional().describe('Schedule group of the schedule; default when absent.'),
    family: z
      .string()
      .regex(/^[\w-]{1,255}$/, 'must be the family of a task definition')
      .optional()
      .describe(
        'Family of task definitions that its targets run now, where that is not the family of the service; they get the revision of the service.',
      ),
    role: roleSchema
      .optional()
      .describe('IAM role of the target, which slipway permissions allows to pass; it is not changed.'),
  })
  .superRefine((given, context) => {
    const { rule, schedule, group, 'event-bus': bus } = given
    const issue = (message: string) => context.addIssue({ code: 'custom', path: [], message })
    if ((rule === undefined) === (schedule === undefined)) issue('must have either rule or schedule')
    if (group !== undefined && schedule === undefined) issue('has group, which is for a schedule')
    if (bus !== undefined && rule === undefined) issue('has event-bus, which is for a rule')
  })

/** Schema of the scheduled tasks of an environment. */
export const schedulesSchema = z.record(nameSchema, scheduleSchema)

/** The scheduled tasks of an environment, by their names. */
export type SchedulesConfig = z.infer<typeof schedulesSchema>

interface Environment {
  readonly services?: Readonly<Record<string, object>> | undefined
  readonly schedules?: SchedulesConfig | undefined
}

/** Every scheduled task is of a service of Amazon ECS of its environment; no rule or schedule has two. */
export function checkSchedules({ services = {}, schedules = {} }: Environment, context: z.core.$RefinementCtx): void {
  const seen = new Map<string, string>()
  for (const [name, one] of Object.entries(schedules)) {
    const issue = (key: string, message: string) =>
      context.addIssue({ code: 'custom', path: ['schedules', name, key], message })
    const placed = Object.hasOwn(services, one.service) ? services[one.service] : undefined
    const hint = nearest(one.service, Object.keys(services))
    if (placed === undefined)
      issue(
        'service',
        `names ${one.service}, which is no service of the environment${hint ? `; did you mean ${hint}?` : ''}`,
      )
    else if (!Object.hasOwn(placed, 'cluster'))
      issue('service', `names ${one.service}, which is no service of Amazon ECS`)
    const key = JSON.stringify([one.rule, one['event-bus'] ?? 'default', one.schedule, one.group ?? 'default'])
    const other = seen.get(key)
    if (other !== undefined) issue(one.rule === undefined ? 'schedule' : 'rule', `is that of ${other}`)
    seen.set(key, name)
  }
}
