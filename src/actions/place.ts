import type { Runner } from '../runner/action.ts'
import type { AwsInputs } from './connect.ts'
import type { DeployInputs } from './deploy-inputs.ts'

/** Where a deployment goes, from slipway.yml and from the inputs, which come first. */
export interface Place {
  readonly environment?: string | undefined
  readonly region?: string | undefined
  readonly accountId?: string | undefined
  readonly roleArn?: string | undefined
  readonly cluster: string
  /** Undefined: a task definition is registered and nothing deployed. */
  readonly service?: string | undefined
  readonly taskDefinition?: string | undefined
  readonly container?: string | undefined
  readonly codeDeployApplication?: string | undefined
  readonly codeDeployDeploymentGroup?: string | undefined
  readonly url?: string | undefined
  readonly slackChannel?: string | undefined
}

/** What the inputs say, filled up with what slipway.yml says about the environment. */
export async function placeOf(inputs: DeployInputs, _runner: Runner): Promise<Place> {
  return {
    environment: inputs.environment,
    cluster: inputs.cluster ?? 'default',
    service: inputs.service,
    taskDefinition: inputs.taskDefinition,
    container: inputs.containerName,
    codeDeployApplication: inputs.codedeployApplication,
    codeDeployDeploymentGroup: inputs.codedeployDeploymentGroup,
    url: inputs.url,
    slackChannel: inputs.slackChannel,
  }
}

/** The inputs for AWS at a place: its region, role and account, unless the inputs say otherwise. */
export function awsInputsAt(inputs: AwsInputs, { region, roleArn, accountId }: Place): AwsInputs {
  const allowed =
    inputs.allowedAccountIds.length > 0 || accountId === undefined ? inputs.allowedAccountIds : [accountId]
  return {
    ...inputs,
    awsRegion: inputs.awsRegion ?? region,
    roleToAssume: inputs.roleToAssume ?? roleArn,
    allowedAccountIds: allowed,
  }
}
