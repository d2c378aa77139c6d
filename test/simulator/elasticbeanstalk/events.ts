/** The events of one region: newest first, at most 1000 a page, for six weeks (API reference, DescribeEvents). */
import type { DescribeEventsMessage, EventSeverity } from '@aws-sdk/client-elastic-beanstalk'
import type { Handlers } from '../contract.ts'
import { paginate } from '../identifiers.ts'
import type { BeanstalkEvent, Environment, State } from './state.ts'

const severities: readonly EventSeverity[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']
const keptFor = 42 * 24 * 3600 * 1000

/** Writes an event about an environment; with its operation unless it is one of health. */
export function tell(
  state: State,
  environment: Environment,
  message: string,
  severity: EventSeverity = 'INFO',
  requestId = environment.operation?.requestId,
): void {
  state.events.push({
    at: state.world.clock.now(),
    message,
    severity,
    application: environment.ApplicationName,
    environment: environment.EnvironmentName,
    requestId,
  })
}

const fits = (event: BeanstalkEvent, input: DescribeEventsMessage, state: State) => {
  const { EnvironmentId, Severity, StartTime, EndTime } = input
  const byId = state.environments.find((one) => one.EnvironmentId === EnvironmentId)?.EnvironmentName
  return (
    (input.ApplicationName === undefined || event.application === input.ApplicationName) &&
    (input.VersionLabel === undefined || event.label === input.VersionLabel) &&
    (input.EnvironmentName === undefined || event.environment === input.EnvironmentName) &&
    (EnvironmentId === undefined || event.environment === byId) &&
    (input.RequestId === undefined || event.requestId === input.RequestId) &&
    (Severity === undefined || severities.indexOf(event.severity) >= severities.indexOf(Severity)) &&
    (StartTime === undefined || event.at >= StartTime.getTime()) &&
    (EndTime === undefined || event.at < EndTime.getTime()) &&
    event.at >= state.world.clock.now() - keptFor
  )
}

export function eventHandlers(state: State): Handlers {
  return {
    DescribeEvents: (input: DescribeEventsMessage) => {
      const found = state.events.filter((event) => fits(event, input, state)).reverse()
      const { page, nextToken } = paginate(found, input.MaxRecords ?? 1000, input.NextToken)
      return {
        Events: page.map((event) => ({
          EventDate: new Date(event.at),
          Message: event.message,
          ApplicationName: event.application,
          EnvironmentName: event.environment,
          VersionLabel: event.label,
          RequestId: event.requestId,
          Severity: event.severity,
        })),
        ...(nextToken && { NextToken: nextToken }),
      }
    },
  }
}
