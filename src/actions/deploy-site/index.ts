import { loadConfig } from '../../config/load.ts'
import { requireSite } from '../../config/select-site.ts'
import { deploy } from '../../deployment/deploy.ts'
import { rollBack } from '../../deployment/roll-back.ts'
import type { Action, Runner } from '../../runner/action.ts'
import { invalidInputs } from '../../runner/inputs.ts'
import { siteTarget } from '../../targets/site/index.ts'
import { text } from '../../text.ts'
import type { DeployInputs } from '../inputs/deploy-inputs.ts'
import { type DeploySiteInputs, deploySiteInputs } from '../inputs/deploy-site-inputs.ts'
import { asDeployInputs } from '../inputs/rollback-inputs.ts'
import { openReport } from '../shared/open-report.ts'
import { settleInPost } from '../shared/post-step.ts'
import { runAndReport } from '../shared/run-and-report.ts'
import { aroundDeployment } from '../targets/around-deployment.ts'
import { checksOf } from '../targets/given-checks.ts'
import { requireSiteInputs, siteRequest, siteTerms } from '../targets/requested-site.ts'
import { siteAccess, siteInputsAt, sitePlace } from '../targets/site-place.ts'
import { endOfJob, openAws } from '../world/open-aws.ts'
import { commitHistory } from '../world/open-history.ts'
import { withSecretsAndAbort } from '../world/secrets-and-abort.ts'
import { openSource } from '../world/source-commit.ts'
import { network, type World } from '../world/world.ts'

/** Deploys a static site, or rolls it back. The network is a parameter, so that tests define the responses of AWS, GitHub and Slack. */
export function createDeploySite(world: World): Action<typeof deploySiteInputs> {
  return {
    inputs: deploySiteInputs,
    main: (inputs, runner) => withSecretsAndAbort(inputs, runner, (calling) => begin(inputs, calling, runner, world)),
    post: (inputs, runner) => settleInPost(channelsOf(inputs), runner, world),
  }
}

/** `deploy-site` with the network of the runner. */
export const action = createDeploySite(network)

/** The inputs that a site has in common with a service. */
function channelsOf(inputs: DeploySiteInputs): DeployInputs {
  const { release, revision, ...own } = inputs
  return asDeployInputs({ ...common(own), ...(release === undefined && { revision }) })
}

function common(inputs: Omit<DeploySiteInputs, 'release' | 'revision'>): Partial<DeployInputs> {
  const { awsRegion, roleToAssume, roleSessionName, roleDurationSeconds, audience, allowedAccountIds } = inputs
  const { environment, config, url, githubToken, dryRun } = inputs
  const { slackToken, slackChannel, slackWebhookUrl, slackMessageTs, slackMention } = inputs
  return {
    ...{ awsRegion, roleToAssume, roleSessionName, roleDurationSeconds, audience, allowedAccountIds },
    ...{ environment, config, url, githubToken, dryRun },
    ...{ slackToken, slackChannel, slackWebhookUrl, slackMessageTs, slackMention },
  }
}

/** With the site of slipway.yml, where the inputs refer to one. A bucket alone does not: the environment may be only the name that GitHub displays. */
async function placedInputs(given: DeploySiteInputs, { files }: Runner) {
  const { environment, bucket, site: named, config: path } = given
  if (environment === undefined && named !== undefined) throw invalidInputs([text`site requires environment`])
  if (environment === undefined || (bucket !== undefined && named === undefined)) return { inputs: given }
  const { config } = loadConfig(await files.readText(path, 'config'), path)
  const site = requireSite(config, environment, named)
  return { inputs: siteInputsAt(given, site), site }
}

/** `calling`: the runner with a signal that also aborts calls to AWS once the report is complete. */
async function begin(given: DeploySiteInputs, calling: Runner, runner: Runner, world: World): Promise<void> {
  const { inputs, site } = await placedInputs(given, runner)
  const isRelease = inputs.release !== undefined
  // As everywhere, a rollback is not checked.
  const verify = isRelease ? [] : await checksOf(inputs.verify, site?.verify, 'http')
  requireSiteInputs(inputs, verify)
  const { clock, signal } = runner
  const channels = channelsOf(inputs)
  const aws = openAws(inputs, calling, endOfJob(clock), world.requestHandler)
  const source = isRelease ? undefined : openSource({ ...inputs, taskDefinition: inputs.folder }, runner)
  const request = siteRequest(inputs, aws.region, source, runner)
  const purpose = isRelease ? 'rollback' : undefined
  const place = sitePlace(inputs, site)
  const where = { cluster: place.cluster, service: place.service, region: aws.region }
  const { reporter, keep } = await openReport(channels, place, where, runner, world.fetch, { purpose, source })
  const history = commitHistory(inputs, source, calling, world)
  const context = { clock, signal, keep, history, credentialLifetime: aws.credentialLifetime }
  const deployed = siteTarget(request, siteAccess(inputs, aws, runner, world))
  const around = { place: { ...place, verify }, aws, runner, world, mayRollBack: true }
  const target = await aroundDeployment(deployed, around)
  const terms = siteTerms(inputs, request)
  const events = purpose === undefined ? deploy(target, terms, context) : rollBack(target, terms, context)
  await runAndReport(events, keep, reporter, runner)
}
