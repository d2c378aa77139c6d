import type { DeploymentGroup, Service } from '../../../ports.ts'
import type { ServiceRequest } from '../request/service-request.ts'
import { readyWait } from '../watch/pause-end.ts'

/**
 * Where the deployment will pause for an answer: at the PAUSE hooks of the service as they are requested, or have been, or in the
 * ready wait of the deployment group. Undefined: the group was not read.
 */
export function pauseStages(
  { settings }: Pick<ServiceRequest, 'settings'>,
  { deploymentConfiguration, deploymentController }: Service,
  group: DeploymentGroup | undefined,
): readonly string[] | undefined {
  if (deploymentController?.type === 'CODE_DEPLOY') {
    if (group === undefined) return undefined
    const { actionOnTimeout, waitTimeInMinutes = 0 } =
      group.blueGreenDeploymentConfiguration?.deploymentReadyOption ?? {}
    // With CONTINUE_DEPLOYMENT there is no wait (API DeploymentReadyOption).
    return actionOnTimeout === 'STOP_DEPLOYMENT' && waitTimeInMinutes > 0 ? [readyWait] : []
  }
  const hooks = settings?.lifecycleHooks ?? deploymentConfiguration?.lifecycleHooks ?? []
  return hooks.flatMap(({ targetType, lifecycleStages = [] }) => (targetType === 'PAUSE' ? lifecycleStages : []))
}
