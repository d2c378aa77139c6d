import { notWatched } from '../../../deployment/outcomes.ts'
import type { Events } from '../../../deployment/target.ts'
import { forPreparation } from '../../../deployment/time-limits.ts'
import type { DeploymentGroup } from '../../../ports.ts'
import { appSpecFor, type InFlight } from '../codedeploy-group/deployment-group.ts'
import { type GroupName, groupNameOf } from '../codedeploy-group/group-name.ts'
import { overridesOf, withOverrides } from '../codedeploy-group/group-settings.ts'
import { codeDeployConsoleUrl } from '../facts/console-url.ts'
import { startedEvent } from '../facts/started-event.ts'
import type { Rollout } from '../request/ecs-context.ts'
import { shortName } from '../request/revision-version.ts'
import type { ServiceEnd } from '../request/service-end.ts'
import { serviceNouns } from '../request/service-nouns.ts'
import { reattach } from '../request/watch-again.ts'
import { watchCodeDeploy } from './watch-codedeploy.ts'

/** Of `description`, as CodeDeploy takes it. */
const longestDescription = 512

/** Deploys through CodeDeploy, or continues a deployment of the same content that is in flight. */
export async function* deployByCodeDeploy(
  rollout: Rollout,
  group: DeploymentGroup | undefined,
  inFlight: InFlight | undefined,
): Events<ServiceEnd> {
  const { request, context } = rollout
  const name = groupNameOf(request)
  const id = inFlight?.deploymentId ?? (await create(rollout, name))
  context.keep({ stage: 'watching', engine: 'codedeploy', codeDeploy: name, deploymentId: id })
  const consoleUrl = codeDeployConsoleUrl(request.region, id)
  const adopted = inFlight !== undefined
  yield startedEvent({ at: context.clock.now(), engine: 'codedeploy', deploymentId: id, consoleUrl, adopted }, request)
  if (!request.wait) return notWatched(request, serviceNouns, reattach(id, request))
  // The deployment in flight has the settings of the run that started it.
  const settings = inFlight || group === undefined ? group : withOverrides(group, request.codeDeploy)
  return yield* watchCodeDeploy(rollout, id, settings)
}

async function create({ request, context, service, taskDefinition }: Rollout, name: GroupName): Promise<string> {
  context.keep({ stage: 'updating', engine: 'codedeploy', codeDeploy: name, taskDefinition })
  const description = request.codeDeploy.description ?? `${shortName(taskDefinition)}, deployed by Slipway`
  return await forPreparation(context, request).codeDeploy.createDeployment({
    applicationName: name.application,
    deploymentGroupName: name.deploymentGroup,
    ...(request.codeDeploy.deploymentConfig ? { deploymentConfigName: request.codeDeploy.deploymentConfig } : {}),
    // Half of a character would be no text any more.
    description: description.slice(0, longestDescription).replace(/[\ud800-\udbff]$/, ''),
    appSpec: appSpecFor(request, service, taskDefinition),
    ...overridesOf(request.codeDeploy),
  })
}
