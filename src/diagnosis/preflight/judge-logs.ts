import type { JsonObject } from '../../ports.ts'
import { containersOf, objectIn, textIn } from '../../task-definition/members.ts'
import { text, untrusted } from '../../text.ts'
import type { PreflightFacts } from './facts.ts'
import type { Finding } from './finding.ts'

/** Where containers log to. */
export function judgeLogs({ definition, isFargate, logGroups }: PreflightFacts): readonly Finding[] {
  const options = containersOf(definition).flatMap((container) => judgeOptions(container, isFargate))
  const groups = logGroups
    .filter(({ standing }) => standing === 'missing')
    .map(({ group, container, isCreated }): Finding => {
      const what = text`The log group ${untrusted(group)} of container ${untrusted(container)} does not exist`
      return isCreated
        ? {
            code: 'log-group-created',
            severity: 'notes',
            what,
            why: text`awslogs-create-group is true, so the first task makes it`,
            fix: text`The execution role needs logs:CreateLogGroup for that; AmazonECSTaskExecutionRolePolicy does not have it.`,
          }
        : {
            code: 'log-group-missing',
            severity: 'blocks',
            what,
            why: text`a task does not start without it`,
            fix: text`Create it: aws logs create-log-group --log-group-name ${untrusted(group)}. Or set the option awslogs-create-group to "true" and allow the execution role logs:CreateLogGroup.`,
          }
    })
  return [...options, ...groups]
}

/** Options that the driver cannot do without (ECS developer guide, "Send Amazon ECS logs to CloudWatch"). */
function judgeOptions(container: JsonObject, isFargate: boolean): readonly Finding[] {
  const configuration = objectIn(container, 'logConfiguration')
  if (textIn(configuration, 'logDriver') !== 'awslogs') return []
  const options = objectIn(configuration, 'options')
  const needed = ['awslogs-group', 'awslogs-region', ...(isFargate ? ['awslogs-stream-prefix'] : [])]
  const missing = needed.filter((name) => !textIn(options, name))
  if (missing.length === 0) return []
  return [
    {
      code: 'log-options',
      severity: 'blocks',
      what: text`The log driver of container ${untrusted(textIn(container, 'name') ?? 'without a name')} lacks ${missing.join(', ')}`,
      why: text`the driver awslogs needs ${missing.length === 1 ? 'this option' : 'these options'}${isFargate ? ' on AWS Fargate' : ''}`,
      fix: text`Add ${missing.length === 1 ? 'it' : 'them'} to logConfiguration.options.`,
    },
  ]
}
