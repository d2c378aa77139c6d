import type { EnvironmentOrder } from '../../deployment/policies.ts'
import type { DeploymentState } from '../../deployment/state.ts'
import type { Deployed, Sha256 } from '../../github/end-mark.ts'
import { openEnvironmentHistory } from '../../github/environments.ts'
import type { EnvironmentHistory } from '../../ports.ts'
import type { Commit } from '../../report/subject.ts'
import type { Runner } from '../../runner/action.ts'
import { invalidInputs } from '../../runner/inputs.ts'
import type { Source } from '../../source.ts'
import { text, untrusted } from '../../text.ts'
import type { DeployInputs } from '../inputs/deploy-inputs.ts'
import type { World } from '../world/world.ts'
import { configOf, type Place } from './place.ts'
import { digestOfRelease } from './release-digest.ts'

/** What must have been deployed before, by the input `after-environment`; undefined without it, and where nothing is deployed. */
export async function orderOf(
  inputs: DeployInputs,
  services: readonly string[],
  { image }: Pick<Place, 'image'>,
  source: Source | undefined,
  runner: Runner,
): Promise<EnvironmentOrder | undefined> {
  const { afterEnvironment: before, environment, deploymentId, digests } = inputs
  if (before === undefined || deploymentId !== undefined) return undefined
  if (environment === undefined || environment === before)
    throw invalidInputs([text`after-environment must differ from environment (${untrusted(before)})`])
  const config = await configOf(inputs, runner)
  const { GITHUB_RUN_ID: run = '' } = runner.environment
  const commit = source?.revision ?? ''
  const configured = config && (await import('../../config/select-target.ts')).memberNames(config.config, before)
  const digest = digestOf(image, digests, commit)
  return {
    environment,
    before,
    services: configured ?? services,
    digest,
    isOfSeveral: digests !== undefined,
    commit,
    run,
  }
}

/** How deployments to other environments ended, as GitHub's deployment page has it. */
export function environmentHistory(
  { githubToken: token }: Pick<DeployInputs, 'githubToken'>,
  { environment, clock, signal }: Runner,
  { fetch }: World,
): EnvironmentHistory {
  const { GITHUB_API_URL: apiUrl = 'https://api.github.com', GITHUB_REPOSITORY: repository = '' } = environment
  return openEnvironmentHistory({ token, apiUrl, repository, fetch, clock, signal })
}

/** What a step leaves on GitHub's deployment page for the step of the next environment. */
export function deployedBy(
  purpose: DeploymentState['purpose'],
  services: Deployed['services'],
  { image, digests }: Pick<Place, 'image'> & Partial<Pick<DeployInputs, 'digests'>>,
  commit: Commit | undefined,
): Deployed {
  if (purpose === 'rollback') return { services, what: 'rollback' }
  const isBegunBefore = purpose === 'answer' || purpose === 'watch'
  const named = commit === undefined ? 'commit' : (`commit:${commit.sha}` as const)
  return { services, what: isBegunBefore ? 'continued' : (digestOf(image, digests, commit?.sha ?? '') ?? named) }
}

function digestOf(image: string | undefined, digests: DeployInputs['digests'], commit: string): Sha256 | undefined {
  return digests === undefined ? digestIn(image) : digestOfRelease(digests, commit)
}

function digestIn(image: string | undefined): Sha256 | undefined {
  const [, digest] = /@sha256:([0-9a-f]{64})$/.exec(image ?? '') ?? []
  return digest === undefined ? undefined : `sha256:${digest}`
}
