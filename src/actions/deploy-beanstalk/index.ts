import { loadConfig } from '../../config/load.ts'
import { requireBeanstalk } from '../../config/select-beanstalk.ts'
import { deploy } from '../../deployment/deploy.ts'
import { rollBack } from '../../deployment/roll-back.ts'
import type { Action, Runner } from '../../runner/action.ts'
import { invalidInputs } from '../../runner/inputs.ts'
import { beanstalkRollback, beanstalkTarget } from '../../targets/beanstalk/index.ts'
import { text } from '../../text.ts'
import { wantedVersion } from '../bundle/wanted-version.ts'
import {
  type DeployBeanstalkInputs,
  deployBeanstalkInputs,
  type GivenBeanstalkInputs,
  withoutAliases,
} from '../inputs/deploy-beanstalk-inputs.ts'
import { openReport } from '../shared/open-report.ts'
import { settleInPost } from '../shared/post-step.ts'
import { runAndReport } from '../shared/run-and-report.ts'
import { aroundDeployment, aroundRollback } from '../targets/around-deployment.ts'
import { beanstalkInputsAt, beanstalkRequest, reportInputs, reportPlace } from '../targets/beanstalk-place.ts'
import { checksOf } from '../targets/given-checks.ts'
import { endOfJob, openAws, regionOf } from '../world/open-aws.ts'
import { commitHistory } from '../world/open-history.ts'
import { withSecretsAndAbort } from '../world/secrets-and-abort.ts'
import { openSource } from '../world/source-commit.ts'
import { network, type World } from '../world/world.ts'

/** Deploys to an environment of Elastic Beanstalk. The network is a parameter, so that tests define the responses of AWS and others. */
export function createDeployBeanstalk(world: World): Action<typeof deployBeanstalkInputs> {
  return {
    inputs: deployBeanstalkInputs,
    main: (inputs, runner) => withSecretsAndAbort(inputs, runner, (calling) => begin(inputs, calling, runner, world)),
    post: (inputs, runner) => settleInPost(reportInputs(inputs), runner, world),
  }
}

/** `deploy-beanstalk` with the network of the runner. */
export const action = createDeployBeanstalk(network)

/** `calling`: the runner with a signal that also aborts calls to AWS once the report is complete. */
async function begin(given: GivenBeanstalkInputs, calling: Runner, runner: Runner, world: World): Promise<void> {
  const { inputs, configured } = await placedInputs(given, runner)
  requireOneContent(inputs)
  const purpose = purposeOf(inputs)
  const verify = purpose === 'rollback' ? [] : await checksOf(inputs.verify, configured?.verify, 'http')
  const aws = openAws(inputs, calling, endOfJob(runner.clock), world.requestHandler)
  const folder = inputs.sourceDirectory ?? '.'
  const source = openSource({ config: `${folder}/bundle`, revision: inputs.revision }, runner)
  const { change, terms } = beanstalkRequest(inputs, source, runner, () => wantedVersion(inputs, source, runner))
  const place = reportPlace(inputs, regionOf(inputs, runner.environment), configured)
  const where = { cluster: inputs.applicationName, service: inputs.environmentName, region: aws.region }
  const report = await openReport(reportInputs(inputs), place, where, runner, world.fetch, { purpose, source })
  const { clock, signal } = runner
  const { credentialLifetime } = aws
  const history = commitHistory(inputs, source, calling, world)
  const context = { clock, signal, keep: report.keep, history, credentialLifetime }
  const around = { place: { ...place, verify }, aws, runner, world, mayRollBack: purpose === undefined }
  const events =
    purpose === 'rollback'
      ? rollBack(
          await aroundRollback(beanstalkRollback(change, inputs.versionLabel, aws), around, 'back'),
          { ...terms, guard: undefined },
          context,
        )
      : deploy(await aroundDeployment(beanstalkTarget(change, aws), around), terms, context)
  await runAndReport(events, report.keep, report.reporter, runner)
}

/** With the service of slipway.yml, where the inputs refer to one. Names alone do not: the environment may be only what GitHub displays. */
async function placedInputs(given: GivenBeanstalkInputs, { files }: Runner) {
  const { environment, service, config: path } = given
  const isNamed = (given.applicationName ?? given.application_name) !== undefined
  if (environment === undefined && service !== undefined) throw invalidInputs([text`service requires environment`])
  if (environment === undefined || (isNamed && service === undefined)) return { inputs: withoutAliases(given) }
  const { config } = loadConfig(await files.readText(path, 'config'), path)
  const configured = requireBeanstalk(config, environment, service)
  return { inputs: beanstalkInputsAt(given, configured), configured }
}

function purposeOf({ rollBack: isRollback, deploymentId }: DeployBeanstalkInputs): 'rollback' | 'watch' | undefined {
  if (isRollback) return 'rollback'
  return deploymentId === undefined ? undefined : 'watch'
}

/** What is deployed is given once. Throws `inputs-invalid`. */
function requireOneContent(inputs: DeployBeanstalkInputs): void {
  const { deploymentPackagePath, sourceDirectory, image, imageUri, versionLabel, optionSettings, deploymentId } = inputs
  const hasPackage = deploymentPackagePath !== undefined
  const isEmpty =
    !inputs.rollBack &&
    !hasPackage &&
    (sourceDirectory ?? image ?? imageUri ?? versionLabel ?? deploymentId) === undefined
  const problems = [
    ...(hasPackage && (sourceDirectory ?? image ?? imageUri) !== undefined
      ? [text`deployment-package-path excludes source-directory, image and image-uri`]
      : []),
    ...(imageUri !== undefined && (sourceDirectory ?? image) !== undefined
      ? [text`image-uri (cluster mode) excludes source-directory and image`]
      : []),
    ...(inputs.rollBack && (deploymentPackagePath ?? sourceDirectory ?? image ?? imageUri ?? deploymentId) !== undefined
      ? [text`roll-back deploys a version that exists: set version-label or nothing beside it`]
      : []),
    ...((inputs.swapEnvironmentName === undefined) !== (inputs.swapCnamePrefix === undefined)
      ? [text`swap-environment-name and swap-cname-prefix require each other`]
      : []),
    ...(isEmpty && optionSettings.length === 0
      ? [
          text`nothing to deploy: set source-directory, deployment-package-path, image, image-uri, version-label or option-settings`,
        ]
      : []),
  ]
  if (problems.length > 0) throw invalidInputs(problems)
}
