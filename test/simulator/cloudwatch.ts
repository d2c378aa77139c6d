/** Amazon CloudWatch alarms: states that tests, the demo and `SetAlarmState` set, and that deployments listen to. */
import type { DescribeAlarmsInput, MetricAlarm, SetAlarmStateInput } from '@aws-sdk/client-cloudwatch'
import { type Alarms, AwsError, type World } from './contract.ts'
import { arn, paginate } from './identifiers.ts'

interface Alarm {
  state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA'
  reason: string
  updatedAt: number
  /** When it went into its state; a new reason of the same state does not change that. */
  transitionedAt: number
}

/** Alarms of one region. */
export function createAlarms(world: World, region: string): Alarms {
  const alarms = new Map<string, Alarm>()
  const listeners: ((name: string) => void)[] = []

  const set = (name: string, state: Alarm['state'], reason = 'Set manually.') => {
    const before = alarms.get(name)
    const now = world.clock.now()
    const transitionedAt = before?.state === state ? before.transitionedAt : now
    alarms.set(name, { state, reason, updatedAt: now, transitionedAt })
    if (before?.state !== state) for (const listener of listeners) listener(name)
  }

  const describe = (name: string, alarm: Alarm): MetricAlarm => ({
    AlarmName: name,
    AlarmArn: arn('cloudwatch', region, world.accountId, `alarm:${name}`),
    ActionsEnabled: true,
    StateValue: alarm.state,
    StateReason: alarm.reason,
    StateUpdatedTimestamp: new Date(alarm.updatedAt),
    StateTransitionedTimestamp: new Date(alarm.transitionedAt),
    MetricName: 'HTTPCode_Target_5XX_Count',
    Namespace: 'AWS/ApplicationELB',
    Statistic: 'Sum',
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 5,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'notBreaching',
  })

  return {
    setState: set,
    state: (name) => alarms.get(name),
    onChange: (listener) => {
      listeners.push(listener)
    },
    handlers: {
      DescribeAlarms: (input: DescribeAlarmsInput) => {
        if (input.AlarmNames && input.AlarmNamePrefix)
          throw new AwsError('ValidationError', 'AlarmNames and AlarmNamePrefix cannot both be specified.')
        const rows = [...alarms].filter(
          ([name, alarm]) =>
            (input.AlarmNames?.includes(name) ?? true) &&
            name.startsWith(input.AlarmNamePrefix ?? '') &&
            (!input.StateValue || alarm.state === input.StateValue),
        )
        const { page, nextToken } = paginate(rows, input.MaxRecords ?? 50, input.NextToken)
        return {
          MetricAlarms: page.map(([name, alarm]) => describe(name, alarm)),
          CompositeAlarms: [],
          ...(nextToken && { NextToken: nextToken }),
        }
      },
      SetAlarmState: (input: SetAlarmStateInput) => {
        const name = input.AlarmName ?? ''
        if (!alarms.has(name)) throw new AwsError('ResourceNotFound', 'The alarm does not exist', 404)
        set(name, input.StateValue as Alarm['state'], input.StateReason)
        return {}
      },
    },
  }
}
