import type { DeploymentEvent } from '../../../deployment/events.ts'
import type { Engine } from '../request/ecs-record.ts'
import { codeDeployCommands, ecsCommands, expressCommands } from './cli-commands.ts'

/** Outputs that these targets have alone, before anything has started. */
const noOutputs = { 'codedeploy-deployment-id': '' }

/** Names of the outputs of these targets. */
export const outputNames = {
  version: 'task-definition-arn',
  previous: 'previous-task-definition-arn',
  own: noOutputs,
}

interface Started {
  readonly at: number
  readonly engine: Engine
  readonly deploymentId: string
  readonly consoleUrl: string | undefined
  readonly adopted: boolean
  readonly isExpress?: boolean
}

/** The event `started` of a deployment, with commands of the AWS CLI and the outputs that only ECS has. */
export function startedEvent(
  { at, engine, deploymentId, consoleUrl, adopted, isExpress = false }: Started,
  where: { readonly cluster: string; readonly service: string; readonly region: string },
): Extract<DeploymentEvent, { kind: 'started' }> {
  // CodeDeploy makes no deployment of the first tasks of a service.
  const isCodeDeploy = engine === 'codedeploy' && deploymentId.startsWith('d-')
  return {
    kind: 'started',
    at,
    deploymentId,
    consoleUrl,
    adopted,
    commands: isCodeDeploy
      ? codeDeployCommands(deploymentId, where.region)
      : isExpress
        ? expressCommands(where)
        : ecsCommands(where),
    outputs: isExpress ? {} : isCodeDeploy ? { 'codedeploy-deployment-id': deploymentId } : noOutputs,
  }
}
