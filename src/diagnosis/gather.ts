import type {
  CodeDeploy,
  Ecs,
  EvidenceSources,
  JsonObject,
  NetworkSources,
  PreflightSources,
  Service,
} from '../ports.ts'
import { containersOf, objectIn, textIn } from '../task-definition/members.ts'
import { type Untrusted, untrusted } from '../text.ts'
import type { Evidence, LogTail, StoppedTaskGroup } from './evidence.ts'
import { readAlarms } from './gather-alarms.ts'
import { readCodeDeploy } from './gather-codedeploy.ts'
import { type ImageStore, readPlatforms } from './gather-platforms.ts'
import { readNetwork } from './network/read-network.ts'
import { type Look, openLook } from './preflight/look.ts'
import { redactLines, variablesOf } from './redact-lines.ts'
import { failedContainer, groupTasks, isOwnFailure } from './stopped-tasks.ts'

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
  /** What is asked only after certain failures; it should give up before the rest does. */
  readonly aside: {
    readonly network: NetworkSources
    readonly preflight: Pick<PreflightSources, 'alarms'>
    /** Undefined: what images are made for is not looked up. */
    readonly images?: ImageStore | undefined
  }
}

const logLines = 20
const mostLogs = 2

/** Reads all that may explain a bad end. What cannot be read is named in `missingPermissions`. */
export async function gather(subject: GatherSubject, ports: GatherPorts): Promise<Evidence> {
  const { look, unread } = openLook()
  const { ecs, aside } = ports
  const { cluster, taskDefinition } = subject
  const [seenService, seenDefinition, seenTasks, codeDeploy] = await Promise.all([
    look('ecs:DescribeServices', 'the service events', () => ecs.describeService(cluster, subject.service)),
    look('ecs:DescribeTaskDefinition', 'the containers', async () =>
      taskDefinition ? await ecs.describeTaskDefinition(taskDefinition) : undefined,
    ),
    look('ecs:ListTasks and ecs:DescribeTasks', 'the stopped tasks', () =>
      ecs.listTasks(cluster, { service: subject.service, desiredStatus: 'STOPPED' }),
    ),
    readCodeDeploy(subject, ports.codeDeploy, look),
  ])
  const [service, definition] = [seenService?.value, seenDefinition?.value]
  const stoppedTasks = groupTasks(
    (seenTasks?.value ?? []).filter((task) => isOwnFailure(task, subject)),
    definition,
  )
  const serviceEvents = eventsSince(service, subject.since)
  const said = { stoppedTasks, serviceEvents }
  const [targetHealth, logs, alarms, network] = await Promise.all([
    readTargetHealth(service, ports.evidence, look),
    readLogs(stoppedTasks, definition, ports.evidence, look),
    readAlarms(subject.statusReason, codeDeploy, aside.preflight, look),
    readNetwork(said, service, definition, aside.network, look),
  ])
  const platforms = await readPlatforms({ ...said, logs }, service, definition, aside.images, look)
  return {
    desiredCount: service?.desiredCount,
    stoppedTasks,
    serviceEvents,
    targetHealth,
    statusReason: subject.statusReason,
    codeDeploy,
    logs,
    logGroups: logGroupsOf(definition),
    alarms,
    network,
    platforms,
    missingPermissions: unread().flatMap(({ action, shows }) => (action ? [{ action, shows }] : [])),
  }
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
      const seen = await look('elasticloadbalancing:DescribeTargetHealth', 'why targets are unhealthy', read)
      return (seen?.value ?? [])
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
  const variables = variablesOf(definition)
  const tails = await Promise.all(
    wanted.map(async ({ region, ...tail }): Promise<LogTail> => {
      const read = () => sources.logTail(tail.logGroup, tail.logStream, logLines, region)
      const seen = await look('logs:GetLogEvents', `the last log lines of ${tail.container}`, read)
      return { ...tail, lines: redactLines(seen?.value ?? [], variables).map(untrusted) }
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
