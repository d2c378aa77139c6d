import type { CreateDeploymentRequest, DeploymentGroup } from '../../../ports.ts'
import type { CodeDeployRequest } from '../request/service-request.ts'

/** The effective settings of a CodeDeploy deployment: those of the group, and the overrides of this deployment. */
export interface GroupSettings {
  readonly deploymentConfig: string | undefined
  /** Names of the alarms that stop it. */
  readonly alarms: readonly string[]
  /** `DEPLOYMENT_FAILURE`, …; empty: it is never rolled back by itself. */
  readonly rollbackEvents: readonly string[]
  /** Minutes of the wait before traffic is rerouted (`waitTimeInMinutes`); 0: no wait. */
  readonly readyWait: number
  /** Minutes for which the old tasks are kept. */
  readonly terminationWait: number
}

type Overrides = Pick<CreateDeploymentRequest, 'overrideAlarmConfiguration' | 'autoRollbackConfiguration'>

/** Settings of CreateDeployment that override those of its group. */
export function overridesOf({ alarms, autoRollback }: CodeDeployRequest): Overrides {
  return {
    ...(alarms && {
      overrideAlarmConfiguration:
        alarms.length > 0 ? { enabled: true, alarms: alarms.map((name) => ({ name })) } : { enabled: false },
    }),
    ...(autoRollback && {
      autoRollbackConfiguration: autoRollback.length > 0 ? { enabled: true, events: autoRollback } : { enabled: false },
    }),
  }
}

/** The group as it is for a deployment with such overrides. */
export function withOverrides(group: DeploymentGroup, request: CodeDeployRequest): DeploymentGroup {
  const { overrideAlarmConfiguration: alarmConfiguration, autoRollbackConfiguration } = overridesOf(request)
  return {
    ...group,
    ...(alarmConfiguration && { alarmConfiguration }),
    ...(autoRollbackConfiguration && { autoRollbackConfiguration }),
  }
}

/** The settings of a deployment by a group. A group may leave out any of them. */
export function settingsOf(group: DeploymentGroup, request: CodeDeployRequest): GroupSettings {
  const { alarmConfiguration, autoRollbackConfiguration, deploymentConfigName, blueGreenDeploymentConfiguration } =
    withOverrides(group, request)
  const { deploymentReadyOption, terminateBlueInstancesOnDeploymentSuccess: termination } =
    blueGreenDeploymentConfiguration ?? {}
  const alarms = alarmConfiguration?.enabled ? (alarmConfiguration.alarms ?? []) : []
  return {
    deploymentConfig: request.deploymentConfig ?? deploymentConfigName,
    alarms: alarms.flatMap(({ name }) => name ?? []),
    rollbackEvents: autoRollbackConfiguration?.enabled ? (autoRollbackConfiguration.events ?? []) : [],
    readyWait: deploymentReadyOption?.waitTimeInMinutes ?? 0,
    terminationWait: termination?.terminationWaitTimeInMinutes ?? 0,
  }
}
