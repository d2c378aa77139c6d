/** CloudWatch alarms that a deployment heeds. */
import type { ServiceDeploymentAlarms } from '@aws-sdk/client-ecs'
import { type EcsState, here, type ServiceRecord } from './state.ts'

export function namesOfAlarms(service: ServiceRecord): readonly string[] {
  const { alarms } = service.settings.deploymentConfiguration ?? {}
  return alarms?.enable ? (alarms.alarmNames ?? []) : []
}

/** At the start of a deployment, where alarms that are in ALARM already count no more. */
export const alarmsView = (names: readonly string[], ignored: ReadonlySet<string>): ServiceDeploymentAlarms => ({
  status: ignored.size > 0 ? 'DISABLED' : 'MONITORING',
  alarmNames: [...names],
  triggeredAlarmNames: [],
})

/** The first alarm that is in ALARM and counts. */
export const firingAlarm = (ecs: EcsState, service: ServiceRecord, ignored: ReadonlySet<string>) =>
  namesOfAlarms(service).find((name) => !ignored.has(name) && here(ecs).cloudwatch.state(name)?.state === 'ALARM')
