/** Amazon EventBridge Scheduler: schedules that run tasks. None is ever due. */
import type { CreateScheduleInput, GetScheduleInput, UpdateScheduleInput } from '@aws-sdk/client-scheduler'
import { AwsError, type AwsService, type World } from './contract.ts'
import { arn } from './identifiers.ts'

type Schedule = CreateScheduleInput & {
  readonly made: Date
  readonly changed: Date
  readonly tokens: Map<string, string>
}

/** https://github.com/getmoto/moto/pull/8172 has AWS's words. */
const earliest = 5 * 60_000

export function createScheduler(world: World, region: string): AwsService {
  const schedules = new Map<string, Schedule>()
  const groupOf = ({ GroupName = 'default' }: { readonly GroupName?: string | undefined }) => GroupName
  const keyOf = (named: GetScheduleInput) => `${groupOf(named)}/${named.Name}`
  const arnOf = (named: GetScheduleInput) => arn('scheduler', region, world.accountId, `schedule/${keyOf(named)}`)
  const find = (named: GetScheduleInput): Schedule => {
    const found = schedules.get(keyOf(named))
    if (found) return found
    throw new AwsError('ResourceNotFoundException', `Schedule ${named.Name} does not exist.`)
  }
  const check = ({ StartDate, ScheduleExpression = '', Target, FlexibleTimeWindow }: UpdateScheduleInput) => {
    const refuse = (message: string): never => {
      throw new AwsError('ValidationException', message)
    }
    if (!/^(?:rate|cron|at)\(.+\)$/.test(ScheduleExpression))
      refuse(`Invalid Schedule Expression ${ScheduleExpression}.`)
    if (StartDate && StartDate.getTime() < world.clock.now() - earliest)
      refuse('The StartDate you specify cannot be earlier than 5 minutes ago.')
    if (FlexibleTimeWindow?.Mode === 'FLEXIBLE' && FlexibleTimeWindow.MaximumWindowInMinutes === undefined)
      refuse('MaximumWindowInMinutes is required with FLEXIBLE.')
    const isCluster = /:ecs:[^:]+:\d{12}:cluster\//.test(Target?.Arn ?? '')
    if (isCluster && Target?.EcsParameters === undefined) refuse('EcsParameters is required for an ECS cluster.')
    if (Target?.EcsParameters?.LaunchType === 'FARGATE' && Target.EcsParameters.NetworkConfiguration === undefined)
      refuse('NetworkConfiguration is required with FARGATE.')
  }
  /** A token of another request is refused: API reference, ClientToken. */
  const isRepeated = (tokens: Map<string, string>, { ClientToken, ...input }: UpdateScheduleInput): boolean => {
    const same = JSON.stringify(input)
    const known = ClientToken === undefined ? undefined : tokens.get(ClientToken)
    if (known !== undefined && known !== same)
      throw new AwsError('ConflictException', 'The client token was used with other parameters.')
    if (ClientToken !== undefined) tokens.set(ClientToken, same)
    return known !== undefined
  }

  return {
    handlers: {
      CreateSchedule: (input: CreateScheduleInput) => {
        check(input)
        if (schedules.has(keyOf(input)))
          throw new AwsError('ConflictException', `Schedule ${input.Name} already exists.`)
        const { ClientToken: _, ...schedule } = input
        const now = new Date(world.clock.now())
        schedules.set(keyOf(input), { ...schedule, made: now, changed: now, tokens: new Map() })
        return { ScheduleArn: arnOf(input) }
      },
      GetSchedule: (input: GetScheduleInput) => {
        const { made, changed, tokens: _, ClientToken: __, ...schedule } = find(input)
        const usual = { ScheduleExpressionTimezone: 'UTC', State: 'ENABLED', ActionAfterCompletion: 'NONE' } as const
        const more = { GroupName: groupOf(input), Arn: arnOf(input), CreationDate: made, LastModificationDate: changed }
        return { ...usual, ...schedule, ...more }
      },
      /** All of it is replaced: "if you do not set an optional field in your request, that field will be set to its system-default value". */
      UpdateSchedule: (input: UpdateScheduleInput) => {
        const { made, tokens } = find(input)
        if (isRepeated(tokens, input)) return { ScheduleArn: arnOf(input) }
        check(input)
        const { ClientToken: _, ...schedule } = input
        schedules.set(keyOf(input), { ...schedule, made, changed: new Date(world.clock.now()), tokens })
        return { ScheduleArn: arnOf(input) }
      },
    },
  }
}
