import { parseArn } from '../../../arn.ts'
import { openFactReader, type ReadFact } from '../../../diagnosis/read-fact.ts'
import type {
  CodeDeploy,
  Ecs,
  EvidenceSources,
  ImageStore,
  JsonObject,
  NetworkSources,
  PreflightSources,
} from '../../../ports.ts'
import { containersOf, objectIn, textIn } from '../../../task-definition/members.ts'
import { untrusted } from '../../../text.ts'
import type { Evidence, LogTail, StoppedTaskGroup } from '../facts/deployment-evidence.ts'
import { failedContainer, groupTasks, isOwnFailure } from '../facts/stopped-tasks.ts'
import { readNetwork } from '../network/read-network.ts'
import type { GatherSubject } from './gather-subject.ts'
import { knowTasks } from './known-tasks.ts'
import { readAlarms } from './read-alarms.ts'
import { readCodeDeploy } from './read-codedeploy.ts'
import { eventsOf } from './read-events.ts'
import { readPlatforms } from './read-platforms.ts'
import { readTags } from './read-tags.ts'
import { readHealthChecks, readTargetHealth } from './read-targets.ts'
import { redactEvidence } from './redact-evidence.ts'

/** Where evidence is read. */
export interface GatherPorts {
  readonly ecs: Ecs
  readonly codeDeploy: CodeDeploy
  readonly evidence: EvidenceSources
  /** Read only after certain failures; its timeout should be shorter than that of the rest. */
  readonly aside: {
    readonly network: NetworkSources
    readonly preflight: Pick<PreflightSources, 'alarms' | 'targetGroup'>
    /** Undefined: platforms of images are not read. */
    readonly images?: ImageStore | undefined
  }
}

const logLines = 20
const mostLogs = 2

/** Reads all that may explain a bad end, without credentials and values of variables. What cannot be read is named in `missingPermissions`. */
export async function gather(subject: GatherSubject, ports: GatherPorts): Promise<Evidence> {
  const { readFact, unread } = openFactReader()
  const { evidence: sources, aside } = ports
  const { service, definition, tasks, codeDeploy } = await readWhatRan(subject, ports, readFact)
  const startedAt = subject.createdAt ?? codeDeploy?.createdAt
  const since = startedAt ?? subject.since
  const deployed = { taskDefinition: subject.taskDefinition, since }
  const known = knowTasks(tasks, deployed)
  const own = tasks.filter((task) => task.desiredStatus !== 'RUNNING' && isOwnFailure(task, deployed))
  const stoppedTasks = groupTasks(own, definition)
  const serviceEvents = eventsOf(service, { since, startedAt: startedAt ?? subject.since + clockSkew }, known)
  const { statusReason, triggeredAlarms, isBack } = subject
  const reported = { stoppedTasks, serviceEvents, statusReason, codeDeploy, triggeredAlarms }
  const [targetHealth, logs, alarms, network] = await Promise.all([
    isBack ? [] : readTargetHealth(service, known, sources, readFact),
    readLogs(stoppedTasks, definition, sources, readFact),
    readAlarms(reported, service, aside.preflight, readFact),
    readNetwork(reported, service, definition, aside.network, readFact),
  ])
  const [healthChecks, platforms, imageTags] = await Promise.all([
    readHealthChecks({ ...reported, targetHealth }, service, aside.preflight, readFact),
    readPlatforms({ ...reported, logs }, service, definition, aside.images, readFact),
    readTags(reported, service, aside.images, readFact),
  ])
  const evidence = {
    ...reported,
    ...alarms,
    place: placeOf(service?.serviceArn ?? subject.taskDefinition),
    startedAt,
    firstTaskAt: known.firstTaskAt,
    stopped: subject.stopped,
    stopReason: subject.stopReason,
    isByCodeDeploy: subject.isByCodeDeploy,
    desiredCount: service?.desiredCount,
    gracePeriodSeconds: service?.healthCheckGracePeriodSeconds,
    targetHealth,
    healthChecks,
    logs,
    logGroups: logGroupsOf(definition),
    network,
    platforms,
    imageTags,
    missingPermissions: unread().flatMap(({ action, shows }) => (action ? [{ action, shows }] : [])),
  }
  return redactEvidence(evidence, definition, subject)
}

function placeOf(arn: string): Evidence['place'] {
  const { region, accountId } = parseArn(arn) ?? {}
  return region && accountId ? { region, accountId } : undefined
}

/** How far the runner's clock may be ahead of AWS's. Milliseconds. */
export const clockSkew = 60_000

async function readWhatRan(subject: GatherSubject, { ecs, codeDeploy }: GatherPorts, readFact: ReadFact) {
  const { cluster, service: name, taskDefinition } = subject
  const list = (desiredStatus: 'RUNNING' | 'STOPPED') =>
    readFact('ecs:ListTasks and ecs:DescribeTasks', 'the stopped tasks', () =>
      ecs.listTasks(cluster, { service: name, desiredStatus }),
    )
  const [service, definition, running, stopped, seenByCodeDeploy] = await Promise.all([
    readFact('ecs:DescribeServices', 'the service events', () => ecs.describeService(cluster, name)),
    readFact('ecs:DescribeTaskDefinition', 'the containers', async () =>
      taskDefinition ? await ecs.describeTaskDefinition(taskDefinition) : undefined,
    ),
    list('RUNNING'),
    list('STOPPED'),
    readCodeDeploy(subject, codeDeploy, readFact),
  ])
  return {
    service: service?.value,
    definition: definition?.value,
    tasks: [...(running?.value ?? []), ...(stopped?.value ?? [])],
    codeDeploy: seenByCodeDeploy,
  }
}

/** The last lines of the container that failed, in the newest task of each of the largest groups, where it ran at all. */
async function readLogs(
  groups: readonly StoppedTaskGroup[],
  definition: JsonObject | undefined,
  sources: EvidenceSources,
  readFact: ReadFact,
): Promise<readonly LogTail[]> {
  const wanted = groups
    .filter(({ stopCode }) => stopCode !== 'TaskFailedToStart')
    .slice(0, mostLogs)
    .flatMap((group) => streamOf(group, definition) ?? [])
  const tails = await Promise.all(
    wanted.map(async ({ region, ...tail }): Promise<LogTail> => {
      const read = () => sources.logTail(tail.logGroup, tail.logStream, logLines, region)
      const seen = await readFact('logs:GetLogEvents', `the last log lines of ${tail.container}`, read)
      return { ...tail, lines: (seen?.value ?? []).map(untrusted) }
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
