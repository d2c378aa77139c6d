import type { GroupSettings } from '../targets/ecs/codedeploy-group/group-settings.ts'
import { type Text, text, untrusted } from '../text.ts'
import { joined } from './short.ts'

const events: Readonly<Record<string, string>> = {
  DEPLOYMENT_FAILURE: 'deployment failure',
  DEPLOYMENT_STOP_ON_ALARM: 'alarm threshold',
  DEPLOYMENT_STOP_ON_REQUEST: 'stop request',
}

/**
 * `ECSAllAtOnce · auto-rollback on: deployment failure, alarm threshold · alarms: api-5xx · termination wait: 60 min`: the
 * settings of a deployment group, as settings.
 */
export function groupText(settings: GroupSettings): Text {
  const { deploymentConfig, alarms, rollbackEvents, readyWait, terminationWait } = settings
  const on = rollbackEvents.map((event) => events[event] ?? event).join(', ')
  return joined(
    [
      text`${untrusted(deploymentConfig?.replace(/^CodeDeployDefault\./, '') ?? 'default configuration')}`,
      on ? text`auto-rollback on: ${untrusted(on)}` : text`auto-rollback: off`,
      text`alarms: ${untrusted(alarms.length > 0 ? alarms.join(', ') : 'none')}`,
      ...(readyWait > 0 ? [text`ready wait: ${readyWait} min`] : []),
      ...(terminationWait > 0 ? [text`termination wait: ${terminationWait} min`] : []),
    ],
    ' · ',
  )
}
