import type { AlarmState } from '../../ports.ts'
import { text, untrusted } from '../../text.ts'
import type { PreflightFacts } from './facts.ts'
import type { Finding } from './finding.ts'

/** The alarms that guard the deployment: there, and silent. */
export function judgeAlarms({ alarms, engine }: PreflightFacts): readonly Finding[] {
  const { names, states } = alarms
  if (states === undefined) return []
  const known = new Set(states.map(({ name }) => name))
  const unknown = names.filter((name) => !known.has(name))
  const firing = states.filter(({ state }) => state === 'ALARM')
  const silent = states.filter(({ state }) => state === 'INSUFFICIENT_DATA')
  return [...unknown.map(missing), ...firing.map(engine === 'codedeploy' ? stops : ignored), ...silent.map(withoutData)]
}

function missing(name: string): Finding {
  return {
    code: 'alarm-missing',
    severity: 'warns',
    what: text`The alarm ${untrusted(name)} does not exist`,
    why: text`it is to guard the deployment, and guards nothing`,
    fix: text`Create it in this region, or take it out of the deployment's alarms.`,
  }
}

/** It is there, and sees nothing: a metric that nobody sends, or one of a load balancer without traffic. */
function withoutData({ name, reason }: AlarmState): Finding {
  return {
    code: 'alarm-without-data',
    severity: 'notes',
    what: text`The alarm ${untrusted(name)} has no data (INSUFFICIENT_DATA)`,
    why: text`it guards the deployment only once its metric arrives${said(reason)}`,
    fix: text`Check namespace, metric and dimensions of the alarm if it stays so under traffic.`,
  }
}

/** Amazon ECS does not look at an alarm that was in ALARM when the deployment began (developer guide, "deployment alarms"). */
function ignored({ name, reason }: AlarmState): Finding {
  return {
    code: 'alarm-ignored',
    severity: 'warns',
    what: text`The alarm ${untrusted(name)} is in ALARM already`,
    why: text`Amazon ECS ignores such an alarm for the whole deployment, so it will not roll back for it${said(reason)}`,
    fix: text`Wait until it is OK again, or watch this deployment yourself.`,
  }
}

/** Seen about 100 seconds into the deployment, while the replacement tasks are installed. */
function stops({ name, reason }: AlarmState): Finding {
  return {
    code: 'alarm-stops',
    severity: 'blocks',
    what: text`The alarm ${untrusted(name)} is in ALARM already`,
    why: text`CodeDeploy will stop the deployment for it after about 100 seconds${said(reason)}`,
    fix: text`Wait until it is OK again, or take it out of the deployment group for this deployment.`,
  }
}

function said(reason: string | undefined) {
  return reason ? text`; it says: ${untrusted(reason)}` : ''
}
