import type { Finding } from '../../../diagnosis/finding.ts'
import type { JsonObject } from '../../../ports.ts'
import { shellWord } from '../../../shell-word.ts'
import { containersOf, objectIn, textIn } from '../../../task-definition/members.ts'
import { text, untrusted } from '../../../text.ts'
import { finding } from '../facts/finding-kinds.ts'
import type { LogGroupFact, PreflightFacts } from '../facts/preflight-facts.ts'

/** Where containers log to. */
export function judgeLogs({ definition, isFargate, logGroups, accountId }: PreflightFacts): readonly Finding[] {
  return [
    ...containersOf(definition).flatMap((container) => judgeOptions(container, isFargate)),
    ...logGroups.filter(({ standing }) => standing === 'missing').map((fact) => missing(fact, accountId)),
  ]
}

function missing(
  { group, region, container, isCreated, isEssential }: LogGroupFact,
  accountId: string | undefined,
): Finding {
  const what = text`The specified log group does not exist for container ${untrusted(container)}`
  const absent = text`CloudWatch Logs has no ${untrusted(group)} (${untrusted(region)}${accountId === undefined ? '' : text`, account ${untrusted(accountId)}`})`
  return isCreated
    ? finding('log-group-created', {
        what,
        why: text`${absent}, and the first task creates it, as awslogs-create-group is true`,
        fix: text`Allow logs:CreateLogGroup to the execution role; AmazonECSTaskExecutionRolePolicy does not have it.`,
      })
    : finding(
        'log-group-missing',
        {
          what,
          why: text`${absent}, so tasks would stop with ResourceInitializationError`,
          fix: text`Create it: aws logs create-log-group --log-group-name ${shellWord(group)}. Or set the option awslogs-create-group to "true" and allow logs:CreateLogGroup to the execution role.`,
        },
        !isEssential,
      )
}

/** Options that the driver cannot do without (ECS developer guide, "Send Amazon ECS logs to CloudWatch"). */
function judgeOptions(container: JsonObject, isFargate: boolean): readonly Finding[] {
  const configuration = objectIn(container, 'logConfiguration')
  if (textIn(configuration, 'logDriver') !== 'awslogs') return []
  const options = objectIn(configuration, 'options')
  const needed = ['awslogs-group', 'awslogs-region', ...(isFargate ? ['awslogs-stream-prefix'] : [])]
  const lacking = needed.filter((name) => !textIn(options, name))
  if (lacking.length === 0) return []
  return [
    finding(
      'log-options',
      {
        what: text`Log driver awslogs requires options ${lacking.join(', ')}`,
        why: text`container ${untrusted(textIn(container, 'name') ?? 'without a name')} does not set ${lacking.length === 1 ? 'it' : 'them'}`,
        fix: text`Add ${lacking.length === 1 ? 'it' : 'them'} to logConfiguration.options of the container.`,
      },
      !isFargate,
    ),
  ]
}
