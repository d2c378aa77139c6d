import { Failure } from '../failure.ts'
import type { CodeDeploy, Ecs, EvidenceSources, JsonObject, Service, Task } from '../ports.ts'
import { containersOf, objectIn, textIn } from '../task-definition/members.ts'
import { type Untrusted, untrusted } from '../text.ts'
import type { Evidence, LogTail, MissingPermission, StoppedTaskGroup } from './evidence.ts'
import { readCodeDeploy } from './gather-codedeploy.ts'
import { redact } from './redact.ts'
import { failedContainer, groupTasks } from './stopped-tasks.ts'

/** The deployment that is looked into. */
export interface GatherSubject {
  readonly cluster: string
  readonly service: string
  /** ARN of the revision that was deployed; empty when it never came to that. */
  readonly taskDefinition: string
  /** Milliseconds since 1970: nothing older is evidence. */
  readonly since: number
  readonly statusReason?: Untrusted | undefined
  readonly codeDeployDeploymentId?: string | undefined
}

export interface GatherPorts {
  readonly ecs: Ecs
  readonly codeDeploy: CodeDeploy
  readonly evidence: EvidenceSources
}

const logLines = 20
const mostLogs = 2

/** Reads a source of evidence, or notes the permission that is missing; nothing that fails here may hide the rest. */
type Look = <T>(action: string, shows: string, read: () => Promise<T>, otherwise: T) => Promise<T>

/** Reads all that may explain a bad end. What cannot be read is named in `missingPermissions`. */
export async function gather(subject: GatherSubject, ports: GatherPorts): Promise<Evidence> {
  const missing: MissingPermission[] = []
  const look = looking(missing)
  const { ecs } = ports
  const { cluster, taskDefinition } = subject
  const [service, definition, tasks, codeDeploy] = await Promise.all([
    look('ecs:DescribeServices', 'the service events', () => ecs.describeService(cluster, subject.service), undefined),
    look(
      'ecs:DescribeTaskDefinition',
      'the containers',
      async () => (taskDefinition ? await ecs.describeTaskDefinition(taskDefinition) : undefined),
      undefined,
    ),
    look(
      'ecs:ListTasks and ecs:DescribeTasks',
      'the stopped tasks',
      () => ecs.listTasks(cluster, { service: subject.service, desiredStatus: 'STOPPED' }),
      [],
    ),
    readCodeDeploy(subject, ports.codeDeploy, look),
  ])
  const stopped = tasks.filter((task) => isOwnFailure(task, subject))
  const stoppedTasks = groupTasks(stopped, definition)
  const [targetHealth, logs] = await Promise.all([
    readTargetHealth(service, ports.evidence, look),
    readLogs(stoppedTasks, definition, ports.evidence, look),
  ])
  return {
    desiredCount: service?.desiredCount,
    stoppedTasks,
    serviceEvents: eventsSince(service, subject.since),
    targetHealth,
    statusReason: subject.statusReason,
    codeDeploy,
    logs,
    logGroups: logGroupsOf(definition),
    missingPermissions: missing,
  }
}

function looking(missing: MissingPermission[]): Look {
  return async (action, shows, read, otherwise) => {
    try {
      return await read()
    } catch (error) {
      if (!(error instanceof Failure) || error.parts.code === 'cancelled') throw error
      if (error.parts.code === 'permission-missing') missing.push({ action, shows })
      return otherwise
    }
  }
}

/** ECS scales the new revision away when it rolls back; a task that was stopped for that tells nothing. */
export function isOwnFailure(
  task: Task,
  { taskDefinition, since }: Pick<GatherSubject, 'taskDefinition' | 'since'>,
): boolean {
  const isRevision = taskDefinition === '' || task.taskDefinitionArn === taskDefinition
  const isScaling = /^Scaling activity initiated|^Service deployment|scaled? (in|down)/i.test(task.stoppedReason ?? '')
  return isRevision && !isScaling && (task.createdAt?.getTime() ?? since) >= since
}

function eventsSince(service: Service | undefined, since: number): Evidence['serviceEvents'] {
  return (service?.events ?? [])
    .map(({ createdAt, message = '' }) => ({ at: createdAt?.getTime() ?? 0, message: untrusted(message) }))
    .filter(({ at }) => at >= since)
    .sort((left, right) => left.at - right.at)
}

async function readTargetHealth(
  service: Service | undefined,
  sources: EvidenceSources,
  look: Look,
): Promise<Evidence['targetHealth']> {
  const balancers = [
    ...(service?.loadBalancers ?? []),
    ...(service?.taskSets ?? []).flatMap(({ loadBalancers = [] }) => loadBalancers),
  ]
  const groups = new Set(balancers.flatMap(({ targetGroupArn }) => (targetGroupArn ? [targetGroupArn] : [])))
  const shown = await Promise.all(
    [...groups].map(async (targetGroupArn) => {
      const read = () => sources.targetHealth(targetGroupArn)
      const targets = await look('elasticloadbalancing:DescribeTargetHealth', 'why targets are unhealthy', read, [])
      return targets
        .filter(({ state }) => /^(?:unhealthy|unavailable)/.test(state))
        .map(({ target, state, reason, description }) => ({
          target,
          targetGroupArn,
          state,
          reason,
          description: description === undefined ? undefined : untrusted(description),
        }))
    }),
  )
  return shown.flat()
}

/** The last lines of the container that failed, in the newest task of each of the largest groups, where it ran at all. */
async function readLogs(
  groups: readonly StoppedTaskGroup[],
  definition: JsonObject | undefined,
  sources: EvidenceSources,
  look: Look,
): Promise<readonly LogTail[]> {
  const wanted = groups
    .filter(({ stopCode }) => stopCode !== 'TaskFailedToStart')
    .slice(0, mostLogs)
    .flatMap((group) => streamOf(group, definition) ?? [])
  const tails = await Promise.all(
    wanted.map(async ({ region, ...tail }): Promise<LogTail> => {
      const read = () => sources.logTail(tail.logGroup, tail.logStream, logLines, region)
      const lines = await look('logs:GetLogEvents', `the last log lines of ${tail.container}`, read, [])
      return { ...tail, lines: lines.map((line) => untrusted(redact(line))) }
    }),
  )
  return tails.filter(({ lines }) => lines.length > 0)
}

function logGroupsOf(definition: JsonObject | undefined): readonly string[] {
  const options = containersOf(definition).map((each) => objectIn(objectIn(each, 'logConfiguration'), 'options'))
  return [...new Set(options.flatMap((each) => textIn(each, 'awslogs-group') ?? []))]
}

/** Where the driver awslogs writes: `prefix/container/task` (ECS developer guide, "awslogs-stream-prefix"). */
function streamOf(group: StoppedTaskGroup, definition: JsonObject | undefined) {
  const { name: container } = failedContainer(group) ?? group.containers.find(({ essential }) => essential) ?? {}
  const defined = containersOf(definition).find((candidate) => textIn(candidate, 'name') === container)
  const options = objectIn(objectIn(defined, 'logConfiguration'), 'options')
  const [logGroup, prefix] = [textIn(options, 'awslogs-group'), textIn(options, 'awslogs-stream-prefix')]
  if (container === undefined || logGroup === undefined || prefix === undefined) return undefined
  const logStream = `${prefix}/${container}/${group.exampleTaskArn.split('/').at(-1)}`
  return { container, logGroup, logStream, region: textIn(options, 'awslogs-region') }
}
