import type { RequestHandler } from '../aws/client-settings.ts'
import { type Aws, connect } from '../aws/connect.ts'
import { type Clock, type Deadline, deadlineIn } from '../clock.ts'
import { longestWatchMinutes } from '../deployment/watch-deadline.ts'
import { nearestRegion, regionPattern, regionProblem } from '../partitions.ts'
import type { Runner } from '../runner/action.ts'
import { type InputReader, type Inputs, integer, list, optionalText } from '../runner/inputs.ts'

/**
 * A region of any partition. One that is not known is taken, too: AWS opens new ones. It is doubted where it is not only
 * the number that is new.
 */
const region: InputReader<string | undefined> = (given, warn) => {
  if (given === '') return undefined
  if (!regionPattern.test(given)) throw new Error(regionProblem(given))
  const suggestion = nearestRegion(given)
  if (suggestion && lettersOf(suggestion) !== lettersOf(given))
    warn?.(`is "${given}", which is not a known AWS region; did you mean ${suggestion}?`)
  return given
}

function lettersOf(region: string): string {
  return region.replace(/\d+$/, '')
}

const accountIds: InputReader<readonly string[]> = (given) => {
  const ids = list(given)
  if (ids.every((id) => /^\d{12}$/.test(id))) return ids
  throw new Error('must be AWS account IDs of twelve digits, separated by commas')
}

/** Inputs of every action that talks to AWS. The names are those of `aws-actions/configure-aws-credentials`. */
export const awsInputs = {
  'aws-region': region,
  'role-to-assume': optionalText,
  'role-session-name': optionalText,
  'role-duration-seconds': integer(900, 43200, 3600),
  audience: optionalText,
  'allowed-account-ids': accountIds,
}

export type AwsInputs = Inputs<typeof awsInputs>

/** Time beside the longest wait: for reading, registering, a rollback that CodeDeploy is asked about, and the diagnosis. */
const besideMinutes = 15

/** The moment after which an action that follows a deployment tries no call to AWS again: no wait is longer than a job. */
export function endOfJob(clock: Clock): Deadline {
  return deadlineIn(clock, (longestWatchMinutes + besideMinutes) * 60_000)
}

/** The region of a step: its own, or that of the environment, as AWS's own programs take it. */
export function regionOf(inputs: Pick<AwsInputs, 'awsRegion'>, environment: Runner['environment']): string | undefined {
  return inputs.awsRegion || environment.AWS_REGION || environment.AWS_DEFAULT_REGION || undefined
}

/** The audience of GitHub's OIDC token that AWS's identity providers are usually made for. */
const awsAudience = 'sts.amazonaws.com'

/**
 * Opens the way to AWS for one action. Nothing is asked of AWS before the first port is used. With `role-to-assume`, the
 * job's OIDC token is exchanged, again whenever the credentials run out; without, the ambient credentials are taken.
 * `deadline` is the moment after which no call is tried again; `requestHandler` is for tests in one process.
 */
export function connectAws(
  inputs: AwsInputs,
  runner: Runner,
  deadline: Deadline,
  requestHandler?: RequestHandler,
): Aws {
  return connect({
    region: regionOf(inputs, runner.environment),
    clock: runner.clock,
    signal: runner.signal,
    deadline,
    environment: runner.environment,
    roleToAssume: inputs.roleToAssume,
    roleSessionName: inputs.roleSessionName,
    roleDurationSeconds: inputs.roleDurationSeconds,
    allowedAccountIds: inputs.allowedAccountIds,
    idToken: () => runner.idToken(inputs.audience ?? awsAudience),
    mask: (secret) => runner.mask(secret),
    requestHandler,
    onRetry: (line) => runner.log.info(line),
  })
}
