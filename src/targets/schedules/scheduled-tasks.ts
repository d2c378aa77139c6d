import type { Plan } from '../../deployment/plan.ts'
import type { Version } from '../../deployment/version.ts'
import { Failure } from '../../failure.ts'
import type { Schedule, ScheduledTask, Schedules } from '../../ports.ts'
import { type Text, text, untrusted } from '../../text.ts'

/** A rule or schedule under its name in slipway.yml. */
export interface NamedSchedule {
  readonly name: string
  /** Family that its targets run, where that is another one than that of the service. */
  readonly family?: string | undefined
  readonly schedule: Schedule
}

/** `nightly (rule shop-nightly)`. */
export function nameOf({ name, schedule: one }: NamedSchedule): string {
  const where = 'rule' in one ? ['rule', one.bus, one.rule] : ['schedule', one.group, one.schedule]
  const [kind, ...names] = where
  return `${name} (${kind} ${names.filter(Boolean).join('/')})`
}

/** Families of the service, before and after a deployment; whatever they are, its scheduled tasks get its revision. */
export function familiesOf({ from, to, family }: Pick<Plan, 'from' | 'to' | 'family'>): readonly string[] {
  const known = [from && familyOf(from.id), family ?? (to && familyOf(to.id))]
  return [...new Set(known.flatMap((one) => one ?? []))]
}

/** Throws `config-invalid` with all that are missing, or run no task of these families. `families`: undefined where they are unknown. */
export async function requireSchedules(
  schedules: readonly NamedSchedule[],
  families: readonly string[] | undefined,
  access: Schedules,
): Promise<void> {
  const found = await Promise.all(schedules.map(async (one) => ({ one, tasks: await access.tasksOf(one.schedule) })))
  const problems = found.flatMap(({ one, tasks }) => {
    const problem = problemOf(tasks, one, families)
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

/** What keeps a schedule from getting a revision, as the end of a sentence; undefined: nothing. */
export function problemOf(
  tasks: readonly ScheduledTask[] | undefined,
  named: NamedSchedule,
  families: readonly string[] | undefined,
): Text | undefined {
  if (tasks === undefined) return text`does not exist in this account and region (ResourceNotFoundException)`
  if (tasks.length === 0) return text`has no target with EcsParameters`
  if (families === undefined || tasks.some((task) => isOwn(task, named, families))) return undefined
  const theirs = [...new Set(tasks.map(({ taskDefinition }) => familyOf(taskDefinition)))]
  const runs = text`runs ${untrusted(theirs.join(', '))}, and the service runs ${untrusted(families.join(' and gets '))}`
  if (named.family !== undefined) return text`${runs}; its family in slipway.yml is ${untrusted(named.family)}`
  return text`${runs}; to replace it by the revision of the service, set family: ${untrusted(theirs[0] ?? '')}`
}

/** Whether a target is one that gets revisions of the service: of its families, or of the one that slipway.yml names. */
export function isOwn(
  { taskDefinition }: ScheduledTask,
  { family }: NamedSchedule,
  families: readonly string[],
): boolean {
  const its = familyOf(taskDefinition)
  return its === family || families.includes(its)
}

/** `api` of `arn:…:task-definition/api:7`. */
export function familyOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1).replace(/:\d+$/, '')
}

function hasRevision(arn: string): boolean {
  return /:\d+$/.test(arn)
}

/** The family of a version, of which the latest revision is run. */
function latestOf({ id, label }: Version): Version {
  return { id: id.replace(/:\d+$/, ''), label: `the latest revision of ${label.replace(/:\d+$/, '')}` }
}

/** What a scheduled task is to run. */
export interface Wanted {
  readonly version: Version
  /** Of the service. */
  readonly families: readonly string[]
  /** Where given, targets of the service that do not run it stay. */
  readonly from?: Version | undefined
}

/**
 * Gives every target of the service this revision, and returns what was done, as sentences. A target without a revision follows its
 * family by itself, and gets no more than another family; targets of other families stay. Throws `Failure`.
 */
export async function setRevision(named: NamedSchedule, wanted: Wanted, access: Schedules): Promise<readonly string[]> {
  const { version } = wanted
  const families = [...wanted.families, familyOf(version.id)]
  const tasks = await access.tasksOf(named.schedule)
  const own = (tasks ?? []).filter((task) => isOwn(task, named, families))
  if (own.length === 0) throw lost(named, version)
  const said: string[] = []
  for (const { id, taskDefinition } of own) {
    const reason = whyKept(taskDefinition, named, wanted)
    const next = hasRevision(taskDefinition) ? version : latestOf(version)
    if (reason === undefined) await access.setRevision(named.schedule, id, next.id)
    if (taskDefinition !== version.id) said.push(`${nameOf(named)} ${reason ?? `runs ${next.label}`}.`)
  }
  return said
}

/** Why a target is not changed, as the end of a sentence; undefined: it is. */
function whyKept(taskDefinition: string, { family }: NamedSchedule, { version, from }: Wanted): string | undefined {
  if (taskDefinition === version.id) return 'runs it already'
  const its = familyOf(taskDefinition)
  if (!hasRevision(taskDefinition) && its === familyOf(version.id))
    return 'runs the latest revision of its family, whichever that is'
  if (from === undefined || taskDefinition === from.id || its === family) return undefined
  return `runs neither ${from.label} nor ${version.label}, and stays`
}

function lost(named: NamedSchedule, { label }: Version): Failure {
  return new Failure({
    code: 'aws-rejected',
    what: text`${untrusted(nameOf(named))} has no target of the family of ${untrusted(label)}`,
    why: text`another user has changed it since the deployment began`,
    fix: text`Give it a target of this family, and run this job again.`,
  })
}
