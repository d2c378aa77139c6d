import type { Target } from '@aws-sdk/client-eventbridge'
import { Failure } from '../failure.ts'
import type { Schedule, ScheduledTask } from '../ports.ts'
import { text, untrusted } from '../text.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { present } from './error-class.ts'
import { mostConflicts, type ScheduleStore, scheduleArn } from './schedule-store.ts'

type Rule = Extract<Schedule, { rule: string }>

/** Rules of Amazon EventBridge. */
export function rulesOf(connection: Connection): ScheduleStore<Rule> {
  return {
    tasksOf: async (rule) => (await targetsOf(connection, rule))?.flatMap(taskOf),
    isEnabled: (rule) => isEnabled(connection, rule),
    setRevision: (...asked) => setRevision(connection, ...asked),
  }
}

function taskOf({ Id, EcsParameters, Arn: cluster, RoleArn: role }: Target): readonly ScheduledTask[] {
  const taskDefinition = EcsParameters?.TaskDefinitionArn
  return Id === undefined || taskDefinition === undefined ? [] : [{ id: Id, taskDefinition, cluster, role }]
}

function resourceOf(connection: Connection, { rule, bus }: Rule): string {
  return scheduleArn(connection, 'events', bus === undefined ? `rule/${rule}` : `rule/${bus}/${rule}`)
}

/** All targets of a rule; undefined: there is no such rule. */
async function targetsOf(connection: Connection, named: Rule): Promise<readonly Target[] | undefined> {
  const client = await connection.clients.eventBridge()
  const { ListTargetsByRuleCommand } = await import('@aws-sdk/client-eventbridge')
  const targets: Target[] = []
  let NextToken: string | undefined
  do {
    const command = new ListTargetsByRuleCommand({ Rule: named.rule, EventBusName: named.bus, NextToken })
    const page = await call(
      connection,
      async (options) => {
        const { Targets, NextToken: next } = await client.send(command, options)
        return { targets: present(Targets, 'Targets'), next }
      },
      {
        action: 'events:ListTargetsByRule',
        resource: resourceOf(connection, named),
        kind: 'read',
        whenRefused: ({ name }) => (name === 'ResourceNotFoundException' ? { value: undefined } : undefined),
      },
    )
    if (page === undefined) return undefined
    targets.push(...page.targets)
    NextToken = page.next
  } while (NextToken !== undefined)
  return targets
}

/** Every state but DISABLED runs the targets (API reference, DescribeRule). */
async function isEnabled(connection: Connection, rule: Rule): Promise<boolean | undefined> {
  const client = await connection.clients.eventBridge()
  const { DescribeRuleCommand } = await import('@aws-sdk/client-eventbridge')
  const command = new DescribeRuleCommand({ Name: rule.rule, EventBusName: rule.bus })
  return await call(
    connection,
    async (options): Promise<boolean | undefined> => (await client.send(command, options)).State !== 'DISABLED',
    {
      action: 'events:DescribeRule',
      resource: resourceOf(connection, rule),
      kind: 'read',
      whenRefused: ({ name }) => (name === 'ResourceNotFoundException' ? { value: undefined } : undefined),
    },
  )
}

/** PutTargets replaces a target as a whole, so it is read first and written with one member changed. */
async function setRevision(connection: Connection, rule: Rule, id: string, taskDefinition: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    const target = (await targetsOf(connection, rule))?.find(({ Id }) => Id === id)
    if (target?.EcsParameters === undefined) throw gone(rule, id)
    if (target.EcsParameters.TaskDefinitionArn === taskDefinition) return
    const changed = { ...target, EcsParameters: { ...target.EcsParameters, TaskDefinitionArn: taskDefinition } }
    const refused = await put(connection, rule, changed)
    // Read again: a target of which a change is not seen yet is written once more, which changes nothing.
    if (refused === undefined) return
    if (tries === mostConflicts || refused.code !== 'ConcurrentModificationException') throw failed(rule, id, refused)
  }
}

interface Refused {
  readonly code: string
  readonly message: string
}

async function put(connection: Connection, rule: Rule, target: Target): Promise<Refused | undefined> {
  const client = await connection.clients.eventBridge()
  const { PutTargetsCommand } = await import('@aws-sdk/client-eventbridge')
  const command = new PutTargetsCommand({ Rule: rule.rule, EventBusName: rule.bus, Targets: [target] })
  const isPut = async () => {
    const now = (await targetsOf(connection, rule))?.find(({ Id }) => Id === target.Id)
    const isThere = now?.EcsParameters?.TaskDefinitionArn === target.EcsParameters?.TaskDefinitionArn
    return isThere ? { refused: undefined } : undefined
  }
  const done = await call<{ readonly refused: Refused | undefined }>(
    connection,
    async (options) => {
      const { FailedEntries: [entry] = [] } = await client.send(command, options)
      const { ErrorCode: code = '', ErrorMessage: message = '' } = entry ?? {}
      return { refused: entry && { code, message } }
    },
    {
      action: 'events:PutTargets',
      resource: resourceOf(connection, rule),
      kind: 'mutate',
      readBack: isPut,
      whenRefused: ({ name: code, message }) =>
        code === 'ConcurrentModificationException' ? { value: { refused: { code, message } } } : undefined,
    },
  )
  return done.refused
}

function gone({ rule }: Rule, id: string): Failure {
  return new Failure({
    code: 'aws-rejected',
    what: text`The target ${untrusted(id)} of the rule ${untrusted(rule)} no longer runs a task`,
    why: text`another user has changed it since the deployment began`,
    fix: text`Run this job again.`,
  })
}

function failed({ rule }: Rule, id: string, { code, message }: Refused): Failure {
  return new Failure({
    code: 'aws-rejected',
    what: text`PutTargets did not change the target ${untrusted(id)} of the rule ${untrusted(rule)}`,
    why: text`${untrusted(code)}: ${untrusted(message)}`,
    fix: text`Run this job again. Where the message is about the rule itself, change its target where it was created.`,
  })
}
