import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '../../config/load.ts'
import type { Config } from '../../config/schema.ts'
import { selectTargets, type Target } from '../../config/select-target.ts'
import { Failure } from '../../failure.ts'
import { findCheckout } from '../../git/checkout.ts'
import { regionPattern, regionProblem } from '../../partitions.ts'
import type { JsonObject } from '../../ports.ts'
import { text, untrusted } from '../../text.ts'
import type { CliWorld, Given } from '../command.ts'
import { optionValue } from '../given.ts'
import { readText } from '../read-text.ts'
import { usageFailure } from '../usage-failure.ts'
import type { NewFile } from '../write-files.ts'
import { openAsking, type Question } from './asking.ts'
import { composeDraft } from './compose-draft.ts'
import { unreadAccount } from './decide-environments.ts'
import { codeDeployServices } from './decide-services.ts'
import { objectIn } from './find-images.ts'
import { type DefinitionText, missingFiles } from './missing-files.ts'
import { standingOf } from './printed-commands.ts'
import type { Account } from './read-account.ts'
import { slipwayText } from './slipway-text.ts'
import { firstRegion, type Survey, surveyAccount, surveyRepository } from './survey.ts'
import { workflowText } from './workflow-text.ts'

const configFile = 'slipway.yml'
/** The first name that is free. */
const workflowNames = ['deploy', 'ship', 'deploy-to-ecs', 'slipway']

/** What `slipway init` is going to write, and what it read for that. */
export interface InitPlan {
  readonly files: readonly NewFile[]
  /** Files that the repository has already and that a deployment needs. */
  readonly kept: readonly string[]
  readonly notes: readonly string[]
  readonly config: Config
  readonly survey: Survey
  readonly account: Account | undefined
  /** Services that AWS CodeDeploy deploys, by its default names. */
  readonly codeDeploy: readonly string[]
  /** The task definition of a target, written already or not. */
  definitionOf(target: Target): JsonObject | undefined
}

/** Reads the repository and the account, asks what is missing, and plans the files. Throws a usage failure with all that is missing. */
export async function planInit(given: Given, world: CliWorld): Promise<InitPlan> {
  requireRoot(world.directory)
  const survey = surveyRepository(given, world)
  const isThere = survey.files.has(configFile)
  if (!isThere && survey.images.length === 0) throw nothingToBuild(world.directory)
  const asking = openAsking(world)
  const region = firstRegion(given, survey, world) ?? (isThere ? undefined : await asking.choose(regionQuestion))
  const found = await surveyAccount(region, given, world)
  const account = 'why' in found ? undefined : found
  const unread = 'why' in found ? `The AWS account was not read: ${found.why}` : undefined
  // Before the questions that credentials would answer.
  if (unread !== undefined && world.ask !== undefined) world.err(`note: ${unread}\n`)
  const around = { given, survey, account, isUnread: unread !== undefined, region: region ?? '', asking }
  const composed = isThere ? undefined : await composeDraft(around)
  if (asking.mistakes.length > 0) throw usageFailure(withReason(asking.mistakes, unread))
  const content = composed
    ? slipwayText(composed.draft, standingOf(given).slipway)
    : readText(join(world.directory, configFile), configFile)
  const { config } = loadConfig(content, configFile)
  const definitions = await missingFiles(config, around)
  if (asking.mistakes.length > 0) throw usageFailure(asking.mistakes)
  const files = [
    ...(isThere ? [] : [{ path: configFile, content }]),
    ...definitions.map(({ path, content: written }) => ({ path, content: written })),
    ...workflowOf(given, survey, config),
  ]
  const notes = [
    ...(unread === undefined ? [] : [`${world.ask ? '' : `${unread} `}Services are taken to exist.`]),
    ...(composed?.notes ?? [`${configFile} exists and is not changed.`]),
    ...(isThere ? [] : imageNotes(survey)),
    ...workflowNotes(survey),
    ...definitions.flatMap((definition) => definition.notes),
    ...loadBalancerNotes(definitions),
  ]
  const kept = namedFiles(config, survey).filter((path) => survey.files.has(path))
  const codeDeploy = await codeDeployServices(config, account)
  return { files, kept, notes, config, survey, account, codeDeploy, definitionOf: reader(survey, definitions) }
}

function withReason(mistakes: readonly string[], unread: string | undefined): readonly string[] {
  const isReason = mistakes.some((mistake) => mistake.endsWith(unreadAccount))
  return unread !== undefined && isReason ? [...mistakes, unread] : mistakes
}

/** GitHub runs no workflow of another folder than `.github/workflows` of the root ("Workflow syntax for GitHub Actions"). */
function requireRoot(directory: string): void {
  const root = findCheckout(directory, '/')?.root
  if (root === undefined || root === realpathSync(directory)) return
  throw usageFailure([
    `--directory must be the root of the git repository, ${root}, whose workflows GitHub runs, not ${directory}`,
  ])
}

const regionQuestion: Question = {
  option: '--region',
  what: 'AWS region, such as eu-west-1',
  why: 'there is no AWS_REGION, and no region in the AWS profile',
  mistakeIn: (answer) => (regionPattern.test(answer) ? undefined : `It ${regionProblem(answer)}`),
}

/** A service definition is applied only when the service is created. */
function loadBalancerNotes(definitions: readonly DefinitionText[]): readonly string[] {
  const paths = definitions.filter(({ isUnreachable }) => isUnreachable).map(({ path }) => path)
  if (paths.length === 0) return []
  return [
    `${paths.join(', ')}: without a load balancer. For one, add loadBalancers before the first deployment, or give --target-group.`,
  ]
}

function nothingToBuild(directory: string): Failure {
  return new Failure({
    code: 'file-unreadable',
    what: text`No Dockerfile was found`,
    why: text`neither ${untrusted(directory)} nor a folder below it has one, nor a Compose file with a build`,
    fix: text`Add a Dockerfile (docker init writes one), or run the command in the folder of the repository.`,
  })
}

/** A second workflow beside one that deploys already would deploy twice. */
function workflowOf(given: Given, survey: Survey, config: Config): readonly NewFile[] {
  if (survey.workflows.length > 0) return []
  const images = config.image ? [{ name: 'image', repository: config.image.repository }] : []
  const several = Object.entries(config.images ?? {}).map(([name, { repository }]) => ({ name, repository }))
  const content = workflowText({
    branch: optionValue(given, 'branch') ?? survey.branch,
    slipway: standingOf(given).slipway,
    environments: Object.keys(config.environments),
    images: several.length > 0 ? several : images,
  })
  const free = workflowNames.map((name) => `.github/workflows/${name}.yml`).find((path) => !survey.files.has(path))
  return free === undefined ? [] : [{ path: free, content }]
}

function imageNotes({ images, others }: Survey): readonly string[] {
  return [
    ...images.flatMap(({ notes }) => notes),
    ...others.map(
      ({ name, image }) => `${name} (${image}) of the Compose file is not deployed: its image is not built here.`,
    ),
  ]
}

/** The roles of `permissions` trust jobs of GitHub environments alone. */
function workflowNotes({ workflows }: Survey): readonly string[] {
  return workflows
    .filter(({ by, environments }) => by === 'others' && environments.length === 0)
    .map(
      ({ path }) =>
        `${path}: add environment: production to the job that deploys, because the role trusts only jobs of environments.`,
    )
}

/** slipway.yml, the files that it names, and the workflows. */
function namedFiles(config: Config, { workflows }: Survey): readonly string[] {
  const targets = selectTargets(config, Object.keys(config.environments))
  const named = targets.flatMap(({ taskDefinition, serviceDefinition }) =>
    [taskDefinition ?? [], serviceDefinition ?? []].flat(),
  )
  return [...new Set([configFile, ...named, ...workflows.map(({ path }) => path)])]
}

function reader(survey: Survey, written: readonly DefinitionText[]): InitPlan['definitionOf'] {
  return ({ taskDefinition: path }) => {
    if (path === undefined) return undefined
    const ours = written.find((file) => file.path === path)
    if (ours) return ours.value
    const content = objectIn(survey.files.read(path))
    const inner = content?.taskDefinition
    return content?.containerDefinitions === undefined && typeof inner === 'object' ? (inner as JsonObject) : content
  }
}
