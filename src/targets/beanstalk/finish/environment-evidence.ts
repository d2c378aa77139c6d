import { deadlineIn } from '../../../clock.ts'
import { lookUntil } from '../../../deployment/pace.ts'
import type { EvidenceReport, EvidenceSection, MissingPermission } from '../../../diagnosis/evidence-report.ts'
import { redactLines } from '../../../diagnosis/redact-lines.ts'
import { Failure } from '../../../failure.ts'
import type { BeanstalkEvent, BeanstalkInstance } from '../../../ports.ts'
import { asName, type Text, text, untrusted } from '../../../text.ts'
import { timeOfDay } from '../../../utc.ts'
import type { BeanstalkContext, BeanstalkRecord } from '../request/beanstalk-request.ts'
import { openLog } from '../watch/deployment-log.ts'
import { factsIn } from '../watch/event-texts.ts'
import { awaitClusterLog } from './cluster-log.ts'
import { podSections } from './explain-pods.ts'
import { failedStep } from './failed-step.ts'
import type { ClusterLog } from './pod-logs.ts'

/** What is known of a deployment that failed. */
export interface Evidence {
  /** Lines of the failed step of the deployment log, without credentials. */
  readonly step: readonly string[]
  readonly isCluster?: boolean | undefined
  /** Of a cluster, once it has uploaded its log. */
  readonly cluster?: ClusterLog | undefined
  /** Image that was deployed to a cluster. */
  readonly image?: string | undefined
  /** Of our own request, oldest first. */
  readonly events: readonly BeanstalkEvent[]
  /** Of the environment in that time that are of no request: those of health. */
  readonly others: readonly BeanstalkEvent[]
  readonly healthStatus: string | undefined
  /** Of the environment, and of its instances. */
  readonly causes: readonly string[]
  readonly instances: readonly BeanstalkInstance[]
  readonly missingPermissions: readonly MissingPermission[]
}

/** The deployment whose evidence is read. */
export interface Examined extends BeanstalkRecord {
  /** Milliseconds since 1970. */
  readonly since: number
  /** What was deployed. */
  readonly label?: string | undefined
}

/** Reads what there is within `time` milliseconds; undefined: AWS did not answer in it. */
export async function gather(record: Examined, context: BeanstalkContext, time: number): Promise<Evidence | undefined> {
  const { clock } = context
  const limited = { ...context, ...context.within(deadlineIn(clock, time)) }
  return await lookUntil(clock, deadlineIn(clock, time), readAll(record, limited, time / 2))
}

async function readAll(record: Examined, context: BeanstalkContext, patience: number): Promise<Evidence> {
  const { application, environment, requestId, since, label, isCluster } = record
  const { beanstalk } = context
  const missingPermissions: MissingPermission[] = []
  const read = async <T>(action: string, shows: string, reading: Promise<T>) => {
    try {
      return await reading
    } catch (error) {
      if (!(error instanceof Failure) || error.parts.code === 'cancelled') throw error
      if (error.parts.code === 'permission-missing') missingPermissions.push({ action, shows })
      // Amazon S3 answers AccessDenied also for an object that does not exist, where the bucket cannot be listed.
      if (error.parts.code === 'permission-missing' && action === 's3:GetObject')
        missingPermissions.push({ action: 's3:ListBucket', shows: 'whether there is a deployment log' })
      return undefined
    }
  }
  const [log, cluster, version, events = [], health, instances = []] = await Promise.all([
    read('s3:GetObject', 'the deployment log', openLog(record)(context)),
    read('s3:GetObject', 'the deployment log', awaitClusterLog(record, context, patience)),
    isCluster && label !== undefined
      ? read('elasticbeanstalk:DescribeApplicationVersions', 'the image', beanstalk.describeVersion(application, label))
      : undefined,
    read('elasticbeanstalk:DescribeEvents', 'the events', beanstalk.events(application, { environment, since })),
    read('elasticbeanstalk:DescribeEnvironmentHealth', 'the causes of health', beanstalk.health(environment)),
    read('elasticbeanstalk:DescribeInstancesHealth', 'the health of instances', beanstalk.instances(environment)),
  ])
  return {
    step: redactLines(failedStep(log)),
    isCluster,
    cluster,
    image: version?.image,
    events: events.filter((event) => event.requestId === requestId),
    others: events.filter((event) => event.requestId === undefined),
    healthStatus: health?.status,
    causes: [...new Set([...(health?.causes ?? []), ...instances.flatMap(({ causes }) => causes)])],
    instances,
    missingPermissions,
  }
}

/** Evidence as sections of a report, the most telling first. */
export function evidenceInWords(evidence: Evidence): EvidenceReport {
  const { step, cluster, image, events, others, causes, healthStatus, instances, missingPermissions } = evidence
  const all = [...events, ...others].toSorted((one, other) => one.at - other.at)
  const sections: readonly EvidenceSection[] = [
    { kind: 'log', title: text`Failed step in the deployment log`, lines: step.map((line) => [untrusted(line)]) },
    ...(cluster ? podSections(cluster, image) : []),
    {
      kind: 'failure',
      title: text`Causes of enhanced health${healthStatus ? text` (${asName(healthStatus)})` : ''}`,
      lines: causes.map((cause) => [untrusted(cause)]),
    },
    { kind: 'surroundings', title: text`Instances`, lines: instances.map(instanceInWords) },
    { kind: 'history', title: text`Events`, lines: all.slice(-40).map(eventInWords) },
  ]
  const { said } = factsIn(events)
  return {
    sections: sections.filter(({ lines }) => lines.length > 0),
    said: said === undefined ? [] : [untrusted(said)],
    missingPermissions,
  }
}

function instanceInWords({ id, label, deploymentId, deploymentStatus, healthStatus }: BeanstalkInstance): Text {
  const deployed = text`${asName(label ?? 'no version')} (deployment ${deploymentId ?? 'unknown'}, ${asName(deploymentStatus ?? 'unknown')})`
  return text`${asName(id)}: ${deployed}${healthStatus ? text`, ${asName(healthStatus)}` : ''}`
}

function eventInWords({ at, severity, message }: BeanstalkEvent): Text {
  return text`${timeOfDay(at)}  ${severity}  ${untrusted(message)}`
}
