import { parseArn } from '../../arn.ts'
import type { ReadFact } from '../../diagnosis/read-fact.ts'
import { partitionOf } from '../../partitions.ts'
import type {
  Decision,
  Ecs,
  Identity,
  JsonObject,
  RoleSources,
  Schedule,
  ScheduledTask,
  Schedules,
} from '../../ports.ts'
import { callerOf } from '../ecs/preflight/simulated-caller.ts'
import { trustsService } from '../ecs/preflight/task-trust.ts'
import { isOwn, type NamedSchedule } from './scheduled-tasks.ts'

/** What is asked about the scheduled tasks of a service. */
export interface ScheduleQuestion {
  readonly schedules: readonly NamedSchedule[]
  /** Of the service, before and after its deployment. */
  readonly families: readonly string[]
  /** ARN of the cluster of the service; undefined: unknown. */
  readonly cluster: string | undefined
  readonly region: string
}

/** Where facts about scheduled tasks are read. */
export interface ScheduleSources {
  readonly schedules: Pick<Schedules, 'tasksOf' | 'isEnabled'>
  readonly ecs: Pick<Ecs, 'describeTaskDefinition'>
  readonly roles: RoleSources
  identity(): Promise<Identity>
}

/** One schedule, as far as it could be read. Members are undefined where they could not be. */
export interface ScheduleFact {
  readonly named: NamedSchedule
  readonly found?: { readonly tasks: readonly ScheduledTask[] | undefined } | undefined
  readonly isEnabled?: boolean | undefined
  /** Whether the caller may change it, by the policy simulator of IAM. */
  readonly changing?: Simulated | undefined
  /** Targets that get revisions of the service. */
  readonly targets: readonly TargetFact[]
}

/** A target that runs tasks of the service. */
export interface TargetFact {
  readonly task: ScheduledTask
  readonly revision?: { readonly definition: JsonObject | undefined } | undefined
  readonly role?: RoleFact | undefined
}

interface RoleFact {
  readonly arn: string
  readonly isMissing: boolean
  readonly isTrusted: boolean
  readonly passing?: Simulated | undefined
}

/** A decision of IAM's policy simulator about the identity that deploys. */
export interface Simulated {
  readonly caller: string
  readonly decision: Decision
}

const about = 'whether the schedules of slipway.yml can be changed, and their roles passed'

/** The principal that runs a scheduled task. */
export function principalOf(schedule: Schedule): 'events.amazonaws.com' | 'scheduler.amazonaws.com' {
  return 'rule' in schedule ? 'events.amazonaws.com' : 'scheduler.amazonaws.com'
}

/** What changes the revision of a schedule. */
export function changeOf(schedule: Schedule): 'events:PutTargets' | 'scheduler:UpdateSchedule' {
  return 'rule' in schedule ? 'events:PutTargets' : 'scheduler:UpdateSchedule'
}

/** Reads the schedules, their targets, and whether the caller may change them. Reads only. */
export async function gatherSchedules(
  question: ScheduleQuestion,
  sources: ScheduleSources,
  readFact: ReadFact,
): Promise<readonly ScheduleFact[]> {
  const asked = await readFact('sts:GetCallerIdentity', about, () => sources.identity())
  const caller = await callerOf(() => sources.identity(), about, sources.roles, readFact)
  const scene = { question, sources, readFact, caller, account: asked?.value.accountId }
  return await Promise.all(question.schedules.map((named) => scheduleFact(named, scene)))
}

interface Scene {
  readonly question: ScheduleQuestion
  readonly sources: ScheduleSources
  readonly readFact: ReadFact
  readonly caller: string | undefined
  readonly account: string | undefined
}

async function scheduleFact(named: NamedSchedule, scene: Scene): Promise<ScheduleFact> {
  const { question, sources, readFact } = scene
  const { schedule } = named
  const [reading, state] = 'rule' in schedule ? rulePermissions : schedulePermissions
  const read = await readFact(reading, 'whether the schedules of slipway.yml run tasks of the service', () =>
    sources.schedules.tasksOf(schedule),
  )
  if (read?.value === undefined) return { named, found: read && { tasks: undefined }, targets: [] }
  const tasks = read.value
  const own = tasks.filter((task) => isOwn(task, named, question.families))
  const [enabled, changing, targets] = await Promise.all([
    readFact(state, 'whether rules are turned on', () => sources.schedules.isEnabled(schedule)),
    simulated(changeOf(schedule), arnOf(schedule, scene), scene),
    Promise.all(own.map((task) => targetFact(task, schedule, scene))),
  ])
  return { named, found: { tasks }, isEnabled: enabled?.value, changing, targets }
}

const rulePermissions = ['events:ListTargetsByRule', 'events:DescribeRule'] as const
const schedulePermissions = ['scheduler:GetSchedule', 'scheduler:GetSchedule'] as const

async function targetFact(task: ScheduledTask, schedule: Schedule, scene: Scene): Promise<TargetFact> {
  const { sources, readFact } = scene
  const [revision, role] = await Promise.all([
    readFact('ecs:DescribeTaskDefinition', 'whether scheduled tasks can start', () =>
      sources.ecs.describeTaskDefinition(task.taskDefinition),
    ),
    task.role === undefined ? undefined : roleFact(task.role, schedule, scene),
  ])
  return { task, revision: revision && { definition: revision.value }, role }
}

async function roleFact(arn: string, schedule: Schedule, scene: Scene): Promise<RoleFact | undefined> {
  const { sources, readFact, account } = scene
  // A role of another account cannot be read from here.
  if (parseArn(arn)?.accountId !== account) return undefined
  const name = arn.slice(arn.lastIndexOf('/') + 1)
  const shows = 'whether the roles of scheduled tasks exist'
  const found = await readFact('iam:GetRole', shows, () => sources.roles.role(name))
  if (found === undefined) return undefined
  const service = principalOf(schedule)
  const isTrusted = found.value !== undefined && trustsService(found.value.trust, service)
  const passing = await simulated('iam:PassRole', arn, scene, { 'iam:PassedToService': service })
  return { arn, isMissing: found.value === undefined, isTrusted, passing }
}

async function simulated(
  action: string,
  resource: string | undefined,
  { sources, readFact, caller }: Scene,
  context?: Readonly<Record<string, string>>,
): Promise<Simulated | undefined> {
  if (caller === undefined || resource === undefined) return undefined
  const read = () => sources.roles.simulate(caller, [action], [resource], context)
  const [decision] = (await readFact('iam:SimulatePrincipalPolicy', about, read))?.value ?? []
  return decision && { caller, decision }
}

function arnOf(schedule: Schedule, { account, question: { region } }: Scene): string | undefined {
  if (account === undefined) return undefined
  const within = `${region}:${account}`
  const { id } = partitionOf(region)
  return 'rule' in schedule
    ? `arn:${id}:events:${within}:rule/${[schedule.bus, schedule.rule].filter(Boolean).join('/')}`
    : `arn:${id}:scheduler:${within}:schedule/${schedule.group ?? 'default'}/${schedule.schedule}`
}
