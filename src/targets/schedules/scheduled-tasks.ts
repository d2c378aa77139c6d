import type { Version } from '../../deployment/version.ts'
import { Failure } from '../../failure.ts'
import type { Schedule, ScheduledTask, Schedules } from '../../ports.ts'
import { type Text, text, untrusted } from '../../text.ts'

/** A rule or schedule under its name in slipway.yml. */
export interface NamedSchedule {
  readonly name: string
  readonly schedule: Schedule
}

/** `nightly (rule shop-nightly)`. */
export function nameOf({ name, schedule: one }: NamedSchedule): string {
  const where = 'rule' in one ? ['rule', one.bus, one.rule] : ['schedule', one.group, one.schedule]
  const [kind, ...names] = where
  return `${name} (${kind} ${names.filter(Boolean).join('/')})`
}

/** Throws `config-invalid` with all that are missing, or run no task of the family. `live`: undefined where it is unknown. */
export async function requireSchedules(
  schedules: readonly NamedSchedule[],
  live: Version | undefined,
  access: Schedules,
): Promise<void> {
  const found = await Promise.all(schedules.map(async (one) => ({ one, tasks: await access.tasksOf(one.schedule) })))
  const family = live && familyOf(live.id)
  const problems = found.flatMap(({ one, tasks }) => {
    const problem = problemOf(tasks, family)
    return problem === undefined ? [] : [text`- ${untrusted(nameOf(one))} ${problem}\n`]
  })
  if (problems.length === 0) return
  throw new Failure({
    code: 'config-invalid',
    what: text`Scheduled tasks of slipway.yml cannot be deployed`,
    why: text`\n${problems.flat()}`,
    fix: text`Correct schedules in slipway.yml, or create what is missing. Nothing has been changed on AWS.`,
  })
}

function problemOf(tasks: readonly ScheduledTask[] | undefined, family: string | undefined): Text | undefined {
  if (tasks === undefined) return text`does not exist in this account and region (ResourceNotFoundException)`
  if (tasks.length === 0) return text`has no target with EcsParameters`
  const families = tasks.map(({ taskDefinition }) => familyOf(taskDefinition))
  if (family === undefined || families.includes(family)) return undefined
  return text`runs ${untrusted([...new Set(families)].join(', '))}, and the service runs ${untrusted(family)}`
}

/** `api` of `arn:…:task-definition/api:7`. */
function familyOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1).replace(/:\d+$/, '')
}

function hasRevision(arn: string): boolean {
  return /:\d+$/.test(arn)
}

/**
 * Gives every target of the family this revision, and returns what was done, as sentences. A target without a revision follows its
 * family by itself, and targets of other families stay. With `from`, so do those that do not run it. Throws `Failure`.
 */
export async function setRevision(
  named: NamedSchedule,
  wanted: Version,
  access: Schedules,
  from?: Version,
): Promise<readonly string[]> {
  const tasks = await access.tasksOf(named.schedule)
  const own = (tasks ?? []).filter(({ taskDefinition }) => familyOf(taskDefinition) === familyOf(wanted.id))
  if (own.length === 0) throw lost(named, wanted)
  const said: string[] = []
  for (const { id, taskDefinition } of own) {
    const reason = whyKept(taskDefinition, wanted, from)
    if (reason === undefined) await access.setRevision(named.schedule, id, wanted.id)
    if (taskDefinition !== wanted.id) said.push(`${nameOf(named)} ${reason ?? `runs ${wanted.label}`}.`)
  }
  return said
}

/** Why a target is not changed, as the end of a sentence; undefined: it is. */
function whyKept(taskDefinition: string, wanted: Version, from: Version | undefined): string | undefined {
  if (taskDefinition === wanted.id) return 'runs it already'
  if (!hasRevision(taskDefinition)) return 'runs the latest revision of its family, whichever that is'
  if (from === undefined || taskDefinition === from.id) return undefined
  return `runs neither ${from.label} nor ${wanted.label}, and stays`
}

function lost(named: NamedSchedule, { label }: Version): Failure {
  return new Failure({
    code: 'aws-rejected',
    what: text`${untrusted(nameOf(named))} has no target of the family of ${untrusted(label)}`,
    why: text`another user has changed it, or the deployment is of another family`,
    fix: text`Give it a target of this family, and run this job again.`,
  })
}
