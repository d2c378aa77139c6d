import type { GroupSettings } from '../deployment/codedeploy/group-settings.ts'
import { type Text, text, untrusted } from '../text.ts'

const events: Readonly<Record<string, string>> = {
  DEPLOYMENT_FAILURE: 'a failure',
  DEPLOYMENT_STOP_ON_ALARM: 'an alarm',
  DEPLOYMENT_STOP_ON_REQUEST: 'a stop',
}

/** `ECSAllAtOnce; stopped by alarm api-5xx; rolled back after a failure; old tasks end after 60 min`: how a deployment by this group goes. */
export function groupText(settings: GroupSettings): Text {
  const { deploymentConfig, alarms, rollbackEvents, readyWait, terminationWait } = settings
  const after = rollbackEvents.map((event) => events[event] ?? event).join(', ')
  return text`${untrusted(deploymentConfig?.replace(/^CodeDeployDefault\./, '') ?? 'default configuration')}; ${
    alarms.length > 0
      ? text`stopped by ${alarms.length === 1 ? 'alarm' : 'alarms'} ${untrusted(alarms.join(', '))}`
      : 'no alarms'
  }; ${after ? text`rolled back after ${untrusted(after)}` : 'never rolled back by itself'}${
    readyWait > 0 ? `; waits up to ${readyWait} min for an answer before traffic` : ''
  }${terminationWait > 0 ? `; old tasks end after ${terminationWait} min` : ''}`
}
