import { alarmNamesIn } from '../../../diagnosis/alarm-names.ts'
import type { Cause } from '../../../diagnosis/cause.ts'
import { redact } from '../../../diagnosis/redact.ts'
import { duration } from '../../../duration.ts'
import type { AlarmState } from '../../../ports.ts'
import { quoted, type Text, text, untrusted } from '../../../text.ts'
import type { Evidence } from '../facts/deployment-evidence.ts'

const docs = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-alarm-failure.html'
const permission = 'cloudwatch:DescribeAlarms'

/** The cause where AWS itself names alarms as triggered, in members of its answers and not in its words. */
export function explainAlarms(evidence: Evidence, what: Text): Cause | undefined {
  if (evidence.triggeredAlarms === undefined) return undefined
  const error = text`${evidence.codeDeploy ? 'ALARM_ACTIVE' : 'alarm detected'}`
  return withAlarms({ code: 'alarm-active', what, error, why: [], fix: [], docs, confidence: 'certain' }, evidence)
}

/** The cause with the names of the alarms, when and why each went into ALARM, and what follows from that. */
export function withAlarms(cause: Cause, evidence: Evidence): Cause {
  if (cause.code !== 'alarm-active') return cause
  const { alarms = [], missingPermissions } = evidence
  const names = namesOf(evidence)
  const concerned = names.length > 0 ? alarms.filter(({ name }) => names.includes(name)) : alarms
  const firing = concerned.filter(({ state }) => state === 'ALARM')
  const said = names.length > 0 ? names : firing.map(({ name }) => name)
  const isDenied = missingPermissions.some(({ action }) => action === permission)
  return {
    ...cause,
    why: text`${subject(said)} went into ALARM${course(firing, concerned, evidence)}`,
    fix: isDenied
      ? text`Allow ${permission} to the deploying role to get the time and the reason of the alarm.`
      : advice(firing, evidence),
  }
}

function namesOf({ triggeredAlarms = [], statusReason, codeDeploy }: Evidence): readonly string[] {
  if (triggeredAlarms.length > 0) return triggeredAlarms
  return alarmNamesIn(`${statusReason?.untrusted ?? ''}\n${codeDeploy?.message?.untrusted ?? ''}`)
}

function subject(names: readonly string[]): Text {
  if (names.length === 0) return text`a CloudWatch alarm of the deployment`
  return text`${names.length === 1 ? 'alarm' : 'alarms'} ${untrusted(names.join(', '))}`
}

function course(firing: readonly AlarmState[], known: readonly AlarmState[], evidence: Evidence): Text {
  if (firing.length === 0) return known.length > 0 ? text` and is OK again` : []
  const each = firing.map((alarm): Text => {
    const reason = alarm.reason === undefined ? [] : text`: ${quoted(redact(alarm.reason).slice(0, 500))}`
    return text`${timing(alarm, evidence)}${reason}`
  })
  if (firing.length === 1) return each[0] ?? []
  return firing.flatMap(({ name }, index) => text`${index === 0 ? ': ' : '; '}${untrusted(name)}${each[index] ?? []}`)
}

/** Whether an alarm went off before the deployment could be the reason of it; undefined: that is not known. */
function wasBefore({ since }: AlarmState, { startedAt, firstTaskAt }: Evidence): boolean | undefined {
  if (since === undefined || startedAt === undefined) return undefined
  if (since < startedAt) return true
  return firstTaskAt === undefined ? undefined : since < firstTaskAt
}

function timing(alarm: AlarmState, { startedAt, firstTaskAt }: Evidence): Text {
  const { since } = alarm
  if (since === undefined || startedAt === undefined) return []
  if (since < startedAt) return text` ${duration(startedAt - since)} before the deployment started`
  if (firstTaskAt === undefined) return text` ${duration(since - startedAt)} after the deployment started`
  if (since < firstTaskAt) return text` before the first new task was running`
  return text` ${duration(since - firstTaskAt)} after the first new task was running`
}

function advice(firing: readonly AlarmState[], evidence: Evidence): Text {
  const before = firing.map((alarm) => wasBefore(alarm, evidence))
  if (before.length > 0 && before.every((each) => each === true))
    return text`The deployment did not cause it: find out what did, and deploy again when the alarm is OK.`
  if (before.includes(false))
    return text`Check what the new tasks did until then: their logs, and the metric of the alarm.`
  return text`Check the history of the alarm in Amazon CloudWatch, and the logs of the new tasks.`
}
