import type { Finding } from '../../../diagnosis/finding.ts'
import type { AlarmState } from '../../../ports.ts'
import { text, untrusted, withoutStop } from '../../../text.ts'
import { finding } from '../facts/finding-kinds.ts'
import type { PreflightFacts } from '../facts/preflight-facts.ts'
import { isInAlarm } from './gather-alarms.ts'

/** The alarms that guard the deployment: there, and silent. */
export function judgeAlarms({ alarms, engine }: PreflightFacts): readonly Finding[] {
  const { names, states } = alarms
  if (states === undefined) return []
  const known = new Set(states.map(({ name }) => name))
  const unknown = names.filter((name) => !known.has(name))
  const silent = states.filter(({ state }) => state === 'INSUFFICIENT_DATA')
  const firing = states.filter(isInAlarm).map(engine === 'codedeploy' ? stops : ignored)
  return [...unknown.map(missing), ...firing, ...silent.map(withoutData)]
}

function missing(name: string): Finding {
  return finding('alarm-missing', {
    what: text`The alarm ${untrusted(name)} does not exist`,
    why: text`the deployment is configured to watch it, and nothing will stop it instead`,
    fix: text`Create the alarm in this region, or remove it from the alarms of the deployment.`,
  })
}

/** It exists without data: its metric is not published, or is one of a load balancer without traffic. */
function withoutData({ name, reason }: AlarmState): Finding {
  return finding('alarm-without-data', {
    what: text`The alarm ${untrusted(name)} has no data (INSUFFICIENT_DATA)`,
    why: text`it guards the deployment only once its metric arrives${said(reason)}`,
    fix: text`Check namespace, metric and dimensions of the alarm if it stays so under traffic.`,
  })
}

/** Amazon ECS ignores an alarm that was in ALARM when the deployment began (developer guide, "deployment alarms"). */
function ignored({ name, reason }: AlarmState): Finding {
  return finding('alarm-ignored', {
    what: text`The alarm ${untrusted(name)} is in ALARM already`,
    why: text`Amazon ECS ignores such an alarm for the whole deployment, so that it causes no rollback${said(reason)}`,
    fix: text`Wait until it is OK again, or watch this deployment yourself.`,
  })
}

/** Seen about 100 seconds into the deployment, while the replacement tasks are installed. */
function stops({ name, reason }: AlarmState): Finding {
  return finding('alarm-stops', {
    what: text`The alarm ${untrusted(name)} is in ALARM already (ALARM_ACTIVE)`,
    why: text`CodeDeploy would stop the deployment for it after about 100 seconds${said(reason)}`,
    fix: text`Wait until it is OK again, or deploy once without the alarm: codedeploy-alarms: none.`,
  })
}

function said(reason: string | undefined) {
  return reason ? text`; its reason: ${withoutStop([untrusted(reason)])}` : ''
}
