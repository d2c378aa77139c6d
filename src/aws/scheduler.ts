import type { GetScheduleOutput, UpdateScheduleInput } from '@aws-sdk/client-scheduler'
import { Failure } from '../failure.ts'
import type { Schedule } from '../ports.ts'
import { text, untrusted } from '../text.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { mostConflicts, type ScheduleStore, scheduleArn } from './schedule-store.ts'

type Named = Extract<Schedule, { schedule: string }>

/** Schedules of Amazon EventBridge Scheduler. */
export function schedulerOf(connection: Connection): ScheduleStore<Named> {
  return {
    async tasksOf(named) {
      const found = await read(connection, named)
      const { Arn: cluster, RoleArn: role, EcsParameters } = found?.Target ?? {}
      const taskDefinition = EcsParameters?.TaskDefinitionArn
      if (found === undefined) return undefined
      return taskDefinition === undefined ? [] : [{ id: '', taskDefinition, cluster, role }]
    },
    async isEnabled(named) {
      const found = await read(connection, named)
      return found && found.State !== 'DISABLED'
    },
    setRevision: (named, _, taskDefinition) => setRevision(connection, named, taskDefinition),
  }
}

function resourceOf(connection: Connection, { schedule, group }: Named): string {
  return scheduleArn(connection, 'scheduler', `schedule/${group ?? 'default'}/${schedule}`)
}

async function read(connection: Connection, named: Named): Promise<GetScheduleOutput | undefined> {
  const client = await connection.clients.scheduler()
  const { GetScheduleCommand } = await import('@aws-sdk/client-scheduler')
  const command = new GetScheduleCommand({ Name: named.schedule, GroupName: named.group })
  return await call(
    connection,
    async (options): Promise<GetScheduleOutput | undefined> => await client.send(command, options),
    {
      action: 'scheduler:GetSchedule',
      resource: resourceOf(connection, named),
      kind: 'read',
      whenRefused: ({ name }) => (name === 'ResourceNotFoundException' ? { value: undefined } : undefined),
    },
  )
}

/**
 * UpdateSchedule replaces a schedule as a whole, and sets what a request leaves out to its default (API reference), so it is read first
 * and written with one member changed.
 */
async function setRevision(connection: Connection, named: Named, taskDefinition: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    const found = await read(connection, named)
    if (found?.Target?.EcsParameters === undefined) throw gone(named)
    if (found.Target.EcsParameters.TaskDefinitionArn === taskDefinition) return
    const refused = await update(connection, named, requestOf(found, named, taskDefinition))
    if (refused === undefined) return
    if (isOfStart(refused) && !isRate(found)) {
      const later = await update(connection, named, {
        ...requestOf(found, named, taskDefinition),
        StartDate: undefined,
      })
      if (later === undefined) return
    }
    if (tries === mostConflicts || refused.name !== 'ConflictException') throw failed(named, refused)
  }
}

function requestOf(found: GetScheduleOutput, { schedule, group }: Named, revision: string): UpdateScheduleInput {
  const { Target, StartDate, EndDate, Description, State, KmsKeyArn, ActionAfterCompletion } = found
  const target = Target && {
    ...Target,
    EcsParameters: { ...Target.EcsParameters, TaskDefinitionArn: revision },
  }
  return {
    Name: schedule,
    GroupName: group,
    ScheduleExpression: found.ScheduleExpression,
    ScheduleExpressionTimezone: found.ScheduleExpressionTimezone,
    FlexibleTimeWindow: found.FlexibleTimeWindow,
    Target: target,
    ...{ StartDate, EndDate, Description, State, KmsKeyArn, ActionAfterCompletion },
  }
}

interface Refused {
  readonly name: string
  readonly message: string
}

/** A start that is over cannot be sent again. It matters for rate(), which counts from it; without it, nothing else changes. */
function isOfStart({ name, message }: Refused): boolean {
  return name === 'ValidationException' && /StartDate/.test(message)
}

function isRate({ ScheduleExpression = '' }: GetScheduleOutput): boolean {
  return ScheduleExpression.startsWith('rate(')
}

async function update(
  connection: Connection,
  named: Named,
  request: UpdateScheduleInput,
): Promise<Refused | undefined> {
  const client = await connection.clients.scheduler()
  const { UpdateScheduleCommand } = await import('@aws-sdk/client-scheduler')
  const command = new UpdateScheduleCommand(request)
  const revisionOf = (one: GetScheduleOutput | UpdateScheduleInput) => one.Target?.EcsParameters?.TaskDefinitionArn
  const isUpdated = async () => {
    const now = await read(connection, named)
    return now && revisionOf(now) === revisionOf(request) ? { refused: undefined } : undefined
  }
  const done = await call<{ readonly refused: Refused | undefined }>(
    connection,
    async (options) => {
      await client.send(command, options)
      return { refused: undefined }
    },
    {
      action: 'scheduler:UpdateSchedule',
      resource: resourceOf(connection, named),
      kind: 'mutate',
      readBack: isUpdated,
      whenRefused: ({ name, message }) =>
        name === 'ConflictException' || isOfStart({ name, message })
          ? { value: { refused: { name, message } } }
          : undefined,
    },
  )
  return done.refused
}

function gone({ schedule }: Named): Failure {
  return new Failure({
    code: 'aws-rejected',
    what: text`The schedule ${untrusted(schedule)} no longer runs a task`,
    why: text`another user has changed it since the deployment began`,
    fix: text`Run this job again.`,
  })
}

function failed({ schedule }: Named, { name, message }: Refused): Failure {
  const isStart = isOfStart({ name, message })
  return new Failure({
    code: 'aws-rejected',
    what: text`UpdateSchedule did not change the schedule ${untrusted(schedule)}`,
    why: text`${untrusted(name)}: ${untrusted(message)}`,
    fix: isStart
      ? text`Its rate() counts from its start date, which is over and cannot be sent again: use cron(), or create the schedule anew.`
      : text`Run this job again.`,
  })
}
