import { resourceName } from '../../arn.ts'
import type { Aws } from '../../aws/connect.ts'
import { deploy } from '../../deployment/deploy.ts'
import { unlessDenied } from '../../deployment/optional-permission.ts'
import type { ExpressService } from '../../ports.ts'
import type { Action, Runner } from '../../runner/action.ts'
import { ecsTarget, outputNames } from '../../targets/ecs/index.ts'
import { serviceNouns } from '../../targets/ecs/request/service-nouns.ts'
import type { ServiceRequest } from '../../targets/ecs/request/service-request.ts'
import { text, untrusted } from '../../text.ts'
import { type DeployExpressInputs, deployExpressInputs } from '../inputs/deploy-express-inputs.ts'
import type { DeployInputs } from '../inputs/deploy-inputs.ts'
import { asDeployInputs } from '../inputs/rollback-inputs.ts'
import { openReport } from '../shared/open-report.ts'
import { settleInPost } from '../shared/post-step.ts'
import { runAndReport } from '../shared/run-and-report.ts'
import { aroundDeployment } from '../targets/around-deployment.ts'
import { checksOf } from '../targets/given-checks.ts'
import type { Place } from '../targets/place.ts'
import { deployRequest, oneOffTask } from '../targets/requested-service.ts'
import { requireValid } from '../targets/valid-definition.ts'
import { findDefinition } from '../targets/wanted-definition.ts'
import { endOfJob, openAws } from '../world/open-aws.ts'
import { commitHistory } from '../world/open-history.ts'
import { openImageStore } from '../world/open-image-store.ts'
import { withSecretsAndAbort } from '../world/secrets-and-abort.ts'
import { openSource } from '../world/source-commit.ts'
import { network, type World } from '../world/world.ts'
import { expectedDefinition, updatedDefinition } from './express-definition.ts'
import { expressChange, requireExpressInputs } from './express-inputs.ts'
import { changeTags } from './express-tags.ts'

/** Deploys a service in Express Mode of Amazon ECS. The network is a parameter, so that tests define the responses of AWS and others. */
export function createDeployExpress(world: World): Action<typeof deployExpressInputs> {
  return {
    inputs: deployExpressInputs,
    main: (inputs, runner) => withSecretsAndAbort(inputs, runner, (calling) => begin(inputs, calling, runner, world)),
    post: (inputs, runner) => settleInPost(asShared(inputs), runner, world),
  }
}

/** `deploy-express` with the network of the runner. */
export const action = createDeployExpress(network)

/** `calling`: the runner with a signal that also aborts calls to AWS once the report is complete. */
async function begin(given: DeployExpressInputs, calling: Runner, runner: Runner, world: World): Promise<void> {
  requireExpressInputs(given)
  const inputs = { ...given, dryRun: given.dryRun || given.preflight === 'only' }
  const shared = asShared(inputs)
  const place = { ...placeOf(inputs), verify: await checksOf(inputs.verify) }
  const aws = openAws(inputs, calling, endOfJob(runner.clock), world.requestHandler)
  const source = openSource({ config: 'slipway.yml', revision: inputs.revision }, runner)
  const wanted = wantedBy(inputs, shared, place, runner, aws)
  const request = {
    ...(await deployRequest(shared, place, aws.region, runner, wanted, source)),
    express: expressChange(inputs),
  }
  const { reporter, keep } = await openReport(shared, place, request, runner, world.fetch, {
    purpose: undefined,
    source,
  })
  const { clock, signal } = runner
  const { credentialLifetime } = aws
  const history = commitHistory(shared, source, calling, world)
  const access = { ...aws, images: openImageStore({ aws, runner: calling, fetch: world.fetch }) }
  const around = { place, aws: access, runner, world, task: oneOffTask(shared, place, runner), mayRollBack: true }
  const target = await aroundDeployment(ecsTarget(request, access), around)
  await runAndReport(
    deploy(target, request, { clock, signal, keep, history, credentialLifetime }),
    keep,
    reporter,
    runner,
  )
  const { verdict } = reporter.state()
  if (signal.aborted || inputs.dryRun) return
  await finish(inputs, aws, runner, verdict?.outcome === 'succeeded' || verdict?.outcome === 'unchanged')
}

/** The inputs that mean the same as those of `deploy`. */
function asShared(inputs: DeployExpressInputs): DeployInputs {
  const {
    serviceName: service,
    environmentVariables: _,
    secrets: _secrets,
    tags: _tags,
    command: _command,
    ...rest
  } = inputs
  return asDeployInputs({ ...rest, service, containerName: 'Main' })
}

function placeOf(inputs: DeployExpressInputs): Place & { readonly service: string } {
  const { serviceName: service, cluster, environment, url } = inputs
  const home = { kind: 'cluster', name: resourceName(cluster) }
  return {
    environment,
    allowedAccountIds: inputs.allowedAccountIds,
    roleArn: inputs.roleToAssume,
    region: inputs.awsRegion,
    image: inputs.image,
    cluster,
    service,
    taskDefinition: inputs.taskDefinition,
    container: 'Main',
    // Shown in public: without user and password.
    url: url?.replace(/(?<=:\/\/)[^/?#\s]*@/, ''),
    slackChannel: inputs.slackChannel,
    facts: [],
    subject: { service, home, nouns: serviceNouns, outputs: { ...outputNames, own: {} } },
  }
}

/** A definition that is given, or the live one with what the inputs name, or what ECS makes for a new service. */
function wantedBy(
  inputs: DeployExpressInputs,
  shared: DeployInputs,
  place: Place & { readonly service: string },
  runner: Runner,
  aws: Aws,
): ServiceRequest['wanted'] {
  if (inputs.taskDefinition !== undefined) return findDefinition(shared, place, runner, aws.ecs)
  return async (_, current) => {
    if (current === undefined)
      return { definition: expectedDefinition(`${resourceName(place.cluster)}-${place.service}`, inputs) }
    const definition = updatedDefinition(current, inputs)
    requireValid(definition, { definition: current }, runner.log, { areReplaced: false })
    return { definition, original: { definition: current } }
  }
}

/** Sets the outputs that only an Express service has, and changes its tags after a good end. */
async function finish(inputs: DeployExpressInputs, aws: Aws, runner: Runner, isGood: boolean): Promise<void> {
  const { serviceArn } = (await aws.ecs.describeService(inputs.cluster, inputs.serviceName)) ?? {}
  const denied = () =>
    runner.log.warning(text`Not authorized to perform ecs:DescribeExpressGatewayService: endpoint is empty.`)
  const found = serviceArn === undefined ? undefined : await unlessDenied(aws.ecs.describeExpress(serviceArn), denied)
  runner.setOutput('service-arn', serviceArn ?? '')
  runner.setOutput('endpoint', endpointOf(found))
  const { infrastructureRoleArn: kept = '' } = found ?? {}
  // Of UpdateExpressGatewayService: it has no such member.
  if (kept !== '' && inputs.infrastructureRoleArn !== undefined && kept !== inputs.infrastructureRoleArn)
    runner.log.warning(
      text`infrastructure-role-arn has no effect on a service that exists: it keeps ${untrusted(kept)}. To change the role, create the service again.`,
    )
  if (isGood && found && serviceArn && inputs.mutateTagsOnUpdate)
    await changeTags(inputs.tags ?? [], found, serviceArn, aws.ecs)
}

function endpointOf(service: ExpressService | undefined): string {
  const paths = (service?.activeConfigurations ?? []).flatMap(({ ingressPaths = [] }) => ingressPaths)
  return paths.find(({ endpoint }) => endpoint !== undefined)?.endpoint ?? ''
}
