import type { AlarmState, PreflightSources } from '../ports.ts'
import type { Untrusted } from '../text.ts'
import type { Evidence } from './evidence.ts'
import type { Look } from './preflight/look.ts'

/** The alarms that AWS names as what ended the deployment, and what CloudWatch says of them. Undefined when it names none. */
export async function readAlarms(
  statusReason: Untrusted | undefined,
  codeDeploy: Evidence['codeDeploy'],
  sources: Pick<PreflightSources, 'alarms'>,
  look: Look,
): Promise<readonly AlarmState[] | undefined> {
  const names = alarmNamesIn(`${statusReason?.untrusted ?? ''}\n${codeDeploy?.message?.untrusted ?? ''}`)
  if (names.length === 0) return undefined
  return (await look('cloudwatch:DescribeAlarms', 'why the alarm fired', () => sources.alarms(names)))?.value
}

/** `Activated alarms: <a> <b>` in the words of CodeDeploy, `Activated alarms: a, b` in ours for Amazon ECS. */
function alarmNamesIn(said: string): readonly string[] {
  const [, list = ''] = /Activated alarms: ([^\n]{1,4000})/.exec(said) ?? []
  const bracketed = [...list.matchAll(/<([^<>]{1,255})>/g)].flatMap(([, name]) => name ?? [])
  return bracketed.length > 0 ? bracketed : list.split(', ').filter((name) => name !== '')
}
