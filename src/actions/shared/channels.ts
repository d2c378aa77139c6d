import { resourceName } from '../../arn.ts'
import type { DeploymentState } from '../../deployment/state.ts'
import { openDeploymentStatuses } from '../../github/deployments.ts'
import type { Deployed } from '../../github/end-mark.ts'
import { readRun } from '../../github/workflow-run.ts'
import type { Fetch } from '../../http/fetch.ts'
import { withOrigins } from '../../origins.ts'
import type { DeploymentStatuses, Slack, SlackReference } from '../../ports.ts'
import { runUrl } from '../../report/links.ts'
import type { Commit, Subject } from '../../report/subject.ts'
import type { Runner } from '../../runner/action.ts'
import { silentSlack } from '../../slack/silent.ts'
import type { SlackConfig } from '../../slack/slack.ts'
import { outputNames } from '../../targets/ecs/index.ts'
import { serviceNouns } from '../../targets/ecs/request/service-nouns.ts'
import type { DeployInputs } from '../inputs/deploy-inputs.ts'
import { deployedBy } from '../targets/environment-before.ts'
import type { Place } from '../targets/place.ts'

/** The channels of one report: Slack and GitHub deployment statuses, with the subject that they name. */
export interface Channels {
  readonly subject: Subject
  readonly slack: Slack
  readonly statuses: DeploymentStatuses
}

/** The service that a report names. */
export interface Where {
  readonly cluster: string
  readonly service?: string | undefined
  readonly region: string
}

interface What {
  readonly purpose?: DeploymentState['purpose']
  /** Default: the one service. */
  readonly services?: Deployed['services'] | undefined
  /** The commit that is deployed, where it is known. */
  readonly commit?: Commit | undefined
}

/** A dry run is reported only in the log and the summary. */
const noChannels = { slackToken: undefined, slackWebhookUrl: undefined, githubToken: undefined }

/** The channels that the inputs name, with their subject. Sends nothing before the first event. */
export async function openChannels(
  inputs: DeployInputs,
  place: Place,
  where: Where,
  runner: Runner,
  fetch: Fetch,
  { purpose, services, commit }: What = {},
): Promise<Channels> {
  const { environment, log, clock } = runner
  const run = readRun(environment)
  const subject = { ...subjectOf(place, where), run, commit }
  const { slackToken, slackWebhookUrl, githubToken } = inputs.dryRun ? noChannels : inputs
  const slack = await slackOf({
    token: slackToken,
    channel: place.slackChannel,
    webhookUrl: slackWebhookUrl,
    messageTs: inputs.slackMessageTs,
    apiUrl: environment.SLACK_API_URL,
    fetch,
    clock,
    onReference: (reference) => runner.saveState(savedSlack, JSON.stringify(reference ?? null)),
    warn: (message) => log.warning(withOrigins(message, place.origins ?? (() => undefined)), 'Slack'),
  })
  const statuses = openDeploymentStatuses({
    token: githubToken,
    apiUrl: environment.GITHUB_API_URL ?? 'https://api.github.com',
    repository: run.repository,
    // GitHub made the deployment of the job for the commit of its event.
    sha: environment.GITHUB_SHA ?? '',
    environment: place.environment,
    logUrl: runUrl(run) ?? run.serverUrl,
    deployed: deployedBy(
      purpose,
      services ?? [place.name ?? subject.service],
      { ...place, digests: inputs.digests },
      commit,
    ),
    fetch,
    clock,
    debug: (line) => log.debug(line),
  })
  return { subject, slack, statuses }
}

function subjectOf(place: Place, { cluster, service, region }: Where): Omit<Subject, 'run'> {
  const { environment, accountId, url } = place
  const ofService = {
    service: resourceName(service ?? ''),
    home: { kind: 'cluster', name: resourceName(cluster) },
    nouns: serviceNouns,
    outputs: outputNames,
  }
  return { ...(place.subject ?? ofService), region, environment, accountId, url }
}

const savedSlack = 'slack'

/** `ts` of the message of the step that saved this state; undefined where none was sent. */
export function keptMessageTs(runner: Runner): string | undefined {
  const saved = runner.state(savedSlack)
  const reference: SlackReference | null = saved ? JSON.parse(saved) : null
  return reference?.ts
}

async function slackOf(config: SlackConfig): Promise<Slack> {
  if (!config.token && !config.webhookUrl) return silentSlack
  const { openSlack } = await import('../../slack/slack.ts')
  return openSlack(config)
}
