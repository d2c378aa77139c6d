import type { ReadFact } from '../../../diagnosis/read-fact.ts'
import type { AlarmState, PreflightSources, Service } from '../../../ports.ts'
import type { CodeDeployFacts, PreflightFacts } from '../facts/preflight-facts.ts'

/** The alarms that guard the deployment. `instead`: of this deployment, in the place of those of the deployment group. */
export async function gatherAlarms(
  service: Service | undefined,
  codeDeploy: CodeDeployFacts | undefined,
  instead: readonly string[] | undefined,
  sources: PreflightSources,
  readFact: ReadFact,
): Promise<PreflightFacts['alarms']> {
  const names = codeDeploy ? (instead ?? alarmsOfGroup(codeDeploy)) : alarmsOfService(service)
  if (names.length === 0) return { names, states: [] }
  // Only CodeDeploy stops for an alarm that is in ALARM before.
  const isSuspect = (states: readonly AlarmState[]) => codeDeploy !== undefined && states.some(isInAlarm)
  const read = () => sources.alarms(names)
  const seen = await readFact('cloudwatch:DescribeAlarms', 'whether an alarm is in ALARM', read, isSuspect)
  return { names, states: seen?.value }
}

/** By CloudWatch's own word. */
export function isInAlarm({ state }: AlarmState): boolean {
  return state === 'ALARM'
}

function alarmsOfService(service: Service | undefined): readonly string[] {
  const { enable, alarmNames = [] } = service?.deploymentConfiguration?.alarms ?? {}
  return enable ? alarmNames : []
}

function alarmsOfGroup({ group }: CodeDeployFacts): readonly string[] {
  const { enabled, alarms = [] } = group?.alarmConfiguration ?? {}
  return enabled ? alarms.flatMap(({ name }) => name ?? []) : []
}
