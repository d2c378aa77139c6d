import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asDeployInputs } from '../../actions/inputs/rollback-inputs.ts'
import { configOf, type Place, placeIn } from '../../actions/targets/place.ts'
import { profileRegion, requireProfile } from '../../aws/profile.ts'
import { openFiles } from '../../runner/files.ts'
import { ecsNativePlan, ecsToNative } from '../../targets/ecs/index.ts'
import { placeOptions } from '../action-options.ts'
import { inWordsOfOptions } from '../action-words.ts'
import { chosenServices } from '../chosen-services.ts'
import { type CliWorld, type Command, exitCodes, type Given } from '../command.ts'
import { isGiven, optionValue, printJson } from '../given.ts'
import { openAccount } from '../open-account.ts'
import { shownText } from '../shown-text.ts'
import { nativeJson, nativeView } from '../to-native/native-view.ts'
import { usageFailure } from '../usage-failure.ts'

/** The longest bake time, traffic steps and pauses of one deployment. Milliseconds. */
const longest = 48 * 3_600_000

const { verbose: _, ...place } = placeOptions

/** `slipway to-native`: plans, and on request makes, the change from CodeDeploy to the deployment controller ECS. */
export const command: Command = {
  name: 'to-native',
  summary: 'Plans the change of a service from CodeDeploy to blue/green deployments of ECS; with --execute, makes it.',
  operands: 'SERVICE',
  options: {
    ...place,
    'codedeploy-application': { type: 'string', value: 'NAME', description: 'CodeDeploy application.' },
    'codedeploy-deployment-group': { type: 'string', value: 'NAME', description: 'CodeDeploy deployment group.' },
    'infrastructure-role': {
      type: 'string',
      value: 'ARN',
      description: 'Role by which ECS changes listeners (AmazonECSInfrastructureRolePolicyForLoadBalancers).',
    },
    'without-hooks': { type: 'boolean', description: 'Continues although Lambda hooks of the AppSpec are lost.' },
    execute: {
      type: 'boolean',
      description: 'Makes the change and watches it. Step 1 can be undone; step 2 cannot, in place.',
    },
  },
  run,
}

async function run(given: Given, world: CliWorld): Promise<number> {
  try {
    return await planOrChange(given, world)
  } catch (error) {
    throw inWordsOfOptions(error)
  }
}

async function planOrChange(given: Given, world: CliWorld): Promise<number> {
  const { service, region, ...where } = await locate(given, world)
  if (service === undefined) throw usageFailure(['name the service of Amazon ECS'])
  const profile = optionValue(given, 'profile')
  requireProfile(profile, world.environment)
  const home = region ?? profileRegion(profile, world.environment)
  const isExecuted = isGiven(given, 'execute')
  // A plan only reads.
  const aws = openAccount(home, world, profile, isExecuted ? longest : undefined, where.allowedAccountIds)
  const { codeDeployApplication: application, codeDeployDeploymentGroup: deploymentGroup } = where
  const subject = { cluster: where.cluster, service, region: aws.region, codeDeploy: { application, deploymentGroup } }
  const wish = {
    infrastructureRole: optionValue(given, 'infrastructure-role'),
    withoutHooks: isGiven(given, 'without-hooks'),
  }
  const { clock, signal } = world
  const ports = { ...aws, clock, signal }
  const isJson = isGiven(given, 'json')
  if (!isExecuted) {
    const plan = await ecsNativePlan(subject, wish, ports)
    if (isJson) printJson(world, nativeJson(service, plan))
    else world.out(nativeView(service, plan))
    return plan.checks.every(({ holds }) => holds) ? exitCodes.done : exitCodes.failed
  }
  const steps = ecsToNative(subject, wish, ports)
  let step = await steps.next()
  for (; !step.done; step = await steps.next()) world.err(`${shownText(step.value)}\n`)
  const { isDone, words } = step.value
  if (isJson) printJson(world, { service, isDone, end: shownText(words) })
  else world.out(`${shownText(words)}\n`)
  return isDone ? exitCodes.done : exitCodes.failed
}

/** The service by options, or by slipway.yml. */
async function locate(given: Given, world: CliWorld): Promise<Place> {
  const [chosen, ...others] = chosenServices(given, world, 'single')
  if (chosen === undefined || others.length > 0) throw usageFailure(['name one service of Amazon ECS'])
  const inputs = asDeployInputs({
    service: chosen.service,
    environment: chosen.environment || undefined,
    config: optionValue(given, 'config') ?? 'slipway.yml',
    cluster: optionValue(given, 'cluster'),
    awsRegion: optionValue(given, 'region'),
    codedeployApplication: optionValue(given, 'codedeploy-application'),
    codedeployDeploymentGroup: optionValue(given, 'codedeploy-deployment-group'),
  })
  const files = openFiles(world.directory, mkdtempSync(join(tmpdir(), 'slipway-')))
  const config = await configOf(inputs, { files } as Parameters<typeof configOf>[1])
  return await placeIn(config, inputs, { environment: world.environment, local: undefined })
}
