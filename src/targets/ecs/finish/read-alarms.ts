import { alarmDetected, alarmNamesIn } from '../../../diagnosis/alarm-names.ts'
import type { ReadFact } from '../../../diagnosis/read-fact.ts'
import type { AlarmState, PreflightSources, Service } from '../../../ports.ts'
import type { Evidence } from '../facts/deployment-evidence.ts'

interface Alarms {
  readonly triggeredAlarms?: readonly string[] | undefined
  readonly alarms?: readonly AlarmState[] | undefined
}

type Said = Pick<Evidence, 'statusReason' | 'codeDeploy' | 'serviceEvents' | 'triggeredAlarms'>

/**
 * The alarms that ended the deployment according to AWS, with their state in CloudWatch. Where AWS names none of them, all alarms
 * of the service are read.
 */
export async function readAlarms(
  { statusReason, codeDeploy, serviceEvents, triggeredAlarms }: Said,
  service: Service | undefined,
  sources: Pick<PreflightSources, 'alarms'>,
  readFact: ReadFact,
): Promise<Alarms> {
  const words = `${statusReason?.untrusted ?? ''}\n${codeDeploy?.message?.untrusted ?? ''}`
  const named = [...new Set([...(triggeredAlarms ?? []), ...alarmNamesIn(words)])]
  const isSaid = alarmDetected.test(words) || serviceEvents.some(({ message }) => alarmDetected.test(message.untrusted))
  if (named.length === 0 && triggeredAlarms === undefined && !isSaid) return {}
  const heeded = service?.deploymentConfiguration?.alarms?.alarmNames ?? []
  const asked = named.length > 0 ? named : heeded
  if (asked.length === 0) return { triggeredAlarms: named }
  const seen = await readFact('cloudwatch:DescribeAlarms', 'time and reason of the alarm', () => sources.alarms(asked))
  return { triggeredAlarms: named, alarms: seen?.value }
}
