import { duration } from '../duration.ts'
import type { AlarmState } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'
import { alarmNamesIn } from './alarm-names.ts'
import type { Cause } from './cause.ts'
import type { Evidence } from './evidence.ts'
import { redact } from './redact.ts'

const docs = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-alarm-failure.html'
const permission = 'cloudwatch:DescribeAlarms'

/** The cause where AWS itself names alarms as triggered, in members of its answers and not in its words. */
export function explainAlarms(evidence: Evidence, what: Text): Cause | undefined {
  if (evidence.triggeredAlarms === undefined) return undefined
  const blank: Cause = { code: 'alarm-active', what, why: [], fix: [], docs, confidence: 'certain' }
  return withAlarms(blank, evidence)
}

/** The cause with the names of the alarms, when and why each went off, and what follows from that. */
export function withAlarms(cause: Cause, evidence: Evidence): Cause {
  if (cause.code !== 'alarm-active') return cause
  const { alarms = [], missingPermissions } = evidence
  const names = namesOf(evidence)
  const concerned = names.length > 0 ? alarms.filter(({ name }) => names.includes(name)) : alarms
  const firing = concerned.filter(({ state }) => state === 'ALARM')
  const said = names.length > 0 ? names : firing.map(({ name }) => name)
  const isBlind = missingPermissions.some(({ action }) => action === permission)
  return {
    ...cause,
    why: text`${subject(said)} fired${course(firing, concerned, evidence)}`,
    fix: isBlind
      ? text`Allow ${permission} to the deploying role to see when and why it fired.`
      : advice(firing, evidence),
  }
}

function namesOf({ triggeredAlarms = [], statusReason, codeDeploy }: Evidence): readonly string[] {
  if (triggeredAlarms.length > 0) return triggeredAlarms
  return alarmNamesIn(`${statusReason?.untrusted ?? ''}\n${codeDeploy?.message?.untrusted ?? ''}`)
}

function subject(names: readonly string[]): Text {
  if (names.length === 0) return text`an alarm of the deployment`
  return text`the ${names.length === 1 ? 'alarm' : 'alarms'} ${untrusted(names.join(', '))}`
}

function course(firing: readonly AlarmState[], known: readonly AlarmState[], evidence: Evidence): Text {
  if (firing.length === 0) return known.length > 0 ? text` and is silent again` : []
  const told = firing.map((alarm): Text => {
    const reason = alarm.reason === undefined ? [] : text`: “${untrusted(redact(alarm.reason).slice(0, 500))}”`
    return text`${reason}${timing(alarm, evidence)}`
  })
  if (firing.length === 1) return told[0] ?? []
  return firing.flatMap(({ name }, index) => text`${index === 0 ? ': ' : '; '}${untrusted(name)}${told[index] ?? []}`)
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
  if (since < startedAt) return text`, ${duration(startedAt - since)} before the deployment began`
  if (firstTaskAt === undefined) return text`, ${duration(since - startedAt)} after the deployment began`
  if (since < firstTaskAt) return text`, before the first new task ran`
  return text`, ${duration(since - firstTaskAt)} after the first new task began to run`
}

function advice(firing: readonly AlarmState[], evidence: Evidence): Text {
  const before = firing.map((alarm) => wasBefore(alarm, evidence))
  if (before.length > 0 && before.every((each) => each === true))
    return text`It was not the deployment: find out what else set it off, and deploy again when it is OK.`
  if (before.includes(false))
    return text`Look at what the new tasks did until then: at their log, and at the metric of the alarm.`
  return text`Look at its history in Amazon CloudWatch, and at the log of the new tasks.`
}
