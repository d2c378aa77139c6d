import { type InputReader, list } from '../../runner/inputs.ts'
import type { RollbackEvent } from '../../targets/ecs/request/service-request.ts'

/** As many as a deployment group may have (AlarmsLimitExceededException). */
const mostAlarms = 10
const longestAlarmName = 255

const events: Readonly<Record<string, RollbackEvent>> = {
  failure: 'DEPLOYMENT_FAILURE',
  alarm: 'DEPLOYMENT_STOP_ON_ALARM',
  stop: 'DEPLOYMENT_STOP_ON_REQUEST',
}

const alarms: InputReader<readonly string[] | undefined> = (given) => {
  if (given === '') return undefined
  const names = list(given)
  if (names.length === 1 && names[0] === 'none') return []
  if (names.length === 0 || names.length > mostAlarms)
    throw new Error(`must be none, or at most ${mostAlarms} names of CloudWatch alarms, separated by commas or lines`)
  const long = names.find((name) => name.length > longestAlarmName)
  if (long !== undefined) throw new Error(`has a name of more than ${longestAlarmName} characters`)
  return [...new Set(names)]
}

const rollbackEvents: InputReader<readonly RollbackEvent[] | undefined> = (given) => {
  if (given === '') return undefined
  const words = [...new Set(list(given))]
  if (words.length === 1 && words[0] === 'none') return []
  const chosen = words.flatMap((word) => events[word] ?? [])
  if (words.length === 0 || chosen.length < words.length)
    throw new Error(`must be none, or some of ${Object.keys(events).join(', ')}, separated by commas, not "${given}"`)
  return chosen
}

/** Settings of a CodeDeploy deployment that override those of its group. */
export const codeDeployOverrides = { 'codedeploy-alarms': alarms, 'codedeploy-auto-rollback': rollbackEvents }
