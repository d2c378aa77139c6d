import type { DeploymentEvent } from '../../../deployment/events.ts'
import { partitionOf } from '../../../partitions.ts'
import type { BeanstalkEnvironment } from '../../../ports.ts'
import { shellWord } from '../../../shell-word.ts'
import { text } from '../../../text.ts'

/** The page of an environment in the AWS console; undefined where the console of the partition is unknown. */
export function consoleUrl(region: string, { id }: BeanstalkEnvironment): string | undefined {
  const host = partitionOf(region).consoleHost?.(region)
  return host && `https://${host}/elasticbeanstalk/home?region=${region}#/environment/dashboard?environmentId=${id}`
}

/** The event `started` of an update. */
export function startedEvent(
  at: number,
  requestId: string,
  environment: BeanstalkEnvironment,
  region: string,
  adopted: boolean,
): Extract<DeploymentEvent, { kind: 'started' }> {
  const name = shellWord(environment.name)
  const where = text`--region ${shellWord(region)}`
  return {
    kind: 'started',
    at,
    deploymentId: requestId,
    consoleUrl: consoleUrl(region, environment),
    adopted,
    outputs: {},
    commands: {
      look: [
        text`aws elasticbeanstalk describe-events --environment-name ${name} --request-id ${shellWord(requestId)} ${where}`,
      ],
      stop: [text`aws elasticbeanstalk abort-environment-update --environment-name ${name} ${where}`],
      rollBackTo: {
        start: text`aws elasticbeanstalk update-environment --environment-name ${name} --version-label `,
        end: text` ${where}`,
      },
    },
  }
}
