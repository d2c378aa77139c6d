import type { RequestHandler } from '../../aws/client-settings.ts'
import { type Aws, type ConnectOptions, connect } from '../../aws/connect.ts'
import { type Clock, type Deadline, deadlineIn } from '../../clock.ts'
import { longestWatchMinutes } from '../../deployment/watch-deadline.ts'
import type { Runner } from '../../runner/action.ts'
import type { AwsInputs } from '../inputs/aws-inputs.ts'

/** Time beside the longest wait: for reads, registration, a rollback of CodeDeploy, and the diagnosis. */
const besideMinutes = 15

/** The moment after which an action that follows a deployment tries no call to AWS again: no wait is longer than a job. */
export function endOfJob(clock: Clock): Deadline {
  return deadlineIn(clock, (longestWatchMinutes + besideMinutes) * 60_000)
}

/** The region of a step: its own, or that of the environment, as AWS's own programs take it. */
export function regionOf(inputs: Pick<AwsInputs, 'awsRegion'>, environment: Runner['environment']): string | undefined {
  return inputs.awsRegion || environment.AWS_REGION || environment.AWS_DEFAULT_REGION || undefined
}

type Calling = Pick<ConnectOptions, 'silentTime' | 'onCall'>

/** The audience of GitHub's OIDC token that AWS's identity providers are usually made for. */
const awsAudience = 'sts.amazonaws.com'

/**
 * Opens the AWS adapters for one action; sends nothing before the first port is used. With `role-to-assume`, the job's OIDC token
 * is exchanged, and again whenever the credentials expire; without, and outside of a job, the ambient credentials are used.
 * `deadline`: the moment after which no call is retried; `requestHandler` is for tests in one process; `more`: how long silence is waited for, and who
 * counts the calls.
 */
export function openAws(
  inputs: AwsInputs,
  runner: Runner,
  deadline: Deadline,
  requestHandler?: RequestHandler,
  more: Calling = {},
): Aws {
  const patience = runner.local?.patience ?? Number.POSITIVE_INFINITY
  return connect({
    region: regionOf(inputs, runner.environment),
    clock: runner.clock,
    signal: runner.signal,
    deadline: Math.min(deadline, deadlineIn(runner.clock, patience)),
    environment: runner.environment,
    local: runner.local,
    roleToAssume: inputs.roleToAssume,
    roleSessionName: inputs.roleSessionName,
    roleDurationSeconds: inputs.roleDurationSeconds,
    allowedAccountIds: inputs.allowedAccountIds,
    idToken: () => runner.idToken(inputs.audience ?? awsAudience),
    mask: (secret) => runner.mask(secret),
    requestHandler,
    ...more,
    onRetry: (line) => (runner.local ? runner.local.tell(line) : runner.log.info(line)),
  })
}
