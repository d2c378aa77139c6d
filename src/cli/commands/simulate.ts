import { basename } from 'node:path'
import { loadConfig } from '../../config/load.ts'
import type { Config } from '../../config/schema.ts'
import { selectImages } from '../../config/select-images.ts'
import { selectTargets } from '../../config/select-target.ts'
import { Failure } from '../../failure.ts'
import { findCheckout } from '../../git/checkout.ts'
import { repositoryOf } from '../../source.ts'
import { text } from '../../text.ts'
import { inWordsOfOptions } from '../action-words.ts'
import { type ChosenService, chosenServices, chosenTexts } from '../chosen-services.ts'
import { type CliWorld, type Command, exitCodes, type Given } from '../command.ts'
import { isGiven, optionValue, printJson } from '../given.ts'
import { type ActionEnd, runLocally } from '../local-runner.ts'
import { configFile, readConfig } from '../read-config.ts'
import type { Stage, StagedMessage, StagedService, StageSettings } from '../simulation/stage.ts'
import { stagedServices } from '../simulation/staged-services.ts'
import { type ReportPaths, reportFolder, writeReports } from '../simulation/write-reports.ts'
import { plainLine, readMarkdown } from '../summary/markdown-blocks.ts'

/** `slipway simulate`: deploys this repository to an account in the simulator, with images that behave as they are told. */
export const command: Command = {
  name: 'simulate',
  summary: 'Plays deployments of this slipway.yml in a simulated AWS account, without credentials or network.',
  operands: '[SERVICE]',
  options: {
    environment: { type: 'string', value: 'NAME', description: 'Environment of slipway.yml.' },
    config: { type: 'string', value: 'FILE', description: 'Path of slipway.yml; slipway.yml by default.' },
    'image-behaviour': {
      type: 'string',
      multiple: true,
      value: 'SERVICE=BEHAVIOUR',
      description:
        'What the new image of a service does: healthy (default), slow, crash, exit-0, out-of-memory, unhealthy, timeout, image-missing, secret-missing, no-capacity or spot; with a number crash:EXIT-CODE, slow:SECONDS, out-of-memory:SECONDS, unhealthy:HTTP-STATUS.',
    },
    codedeploy: {
      type: 'string',
      multiple: true,
      value: 'SERVICE',
      description: 'A service of slipway.yml that AWS CodeDeploy deploys, although slipway.yml has no codedeploy- key.',
    },
    output: { type: 'string', value: 'FOLDER', description: 'New folder for the reports; a temporary one by default.' },
    open: { type: 'boolean', description: 'Opens the summary and the Slack message in the browser.' },
  },
  run,
}

interface Played extends ChosenService, ActionEnd {
  readonly headline: string
  readonly paths: ReportPaths
  /** Whether an image was told not to be healthy. */
  readonly isTold: boolean
}

async function run(given: Given, world: CliWorld): Promise<number> {
  if (world.loadSimulator === undefined)
    throw new Failure({ code: 'unexpected', what: text`This build of slipway has no simulator` })
  const [rows, config] = [chosenServices(given, world, 'deployed'), configOf(given, world)]
  const environment = rows[0]?.environment ?? ''
  const simulator = await world.loadSimulator()
  const services = stagedServices(config, environment, given, world, simulator)
  const stage = simulator.openStage(settingsOf(config, environment, services, world))
  const folder = reportFolder(optionValue(given, 'output'), world.directory)
  const played: Played[] = []
  for (const row of rows) played.push(await play(row, stage, services, folder, given, world))
  if (isGiven(given, 'json')) printJson(world, { deployments: played.map(asJson) })
  else world.out(`\n${played.map(shown).join('')}`)
  if (isGiven(given, 'open')) await openAll(played, world)
  return played.some(({ isRed, isTold }) => isRed && !isTold) ? exitCodes.failed : exitCodes.done
}

function configOf(given: Given, world: CliWorld): Config {
  const file = configFile(given, world)
  return loadConfig(readConfig(file), file.file).config
}

function settingsOf(
  config: Config,
  environment: string,
  services: readonly StagedService[],
  { clock }: CliWorld,
): StageSettings {
  const [target] = selectTargets(config, [environment])
  const { accountId = '', region = '' } = target ?? {}
  const [image] = selectImages(config)
  const repository = image ? { ...image, name: image.repository } : { name: 'slipway-simulation', accountId, region }
  return { accountId, services, repository, start: clock.now() }
}

async function play(
  row: ChosenService,
  stage: Stage,
  services: readonly StagedService[],
  folder: string,
  given: Given,
  world: CliWorld,
): Promise<Played> {
  const { createDeploy } = await import('../../actions/deploy/index.ts')
  const before = stage.messages().length
  const texts = {
    ...chosenTexts(row),
    config: optionValue(given, 'config') ?? 'slipway.yml',
    image: stage.image,
    guard: 'off',
    // Nobody answers a pause here; several services cannot leave one.
    ...(row.service !== '' && { 'on-pause': 'leave' }),
    'slack-token': 'xoxb-simulated',
    'slack-channel': stage.channel,
  }
  const onLine = isGiven(given, 'json') ? undefined : (line: string) => world.out(`${line}\n`)
  const settings = { clock: stage.clock, environment: { ...jobIn(world), ...stage.environment }, onLine }
  const end = await runLocally(createDeploy(stage), texts, world, settings).catch((error: unknown) => {
    throw inWordsOfOptions(error)
  })
  const name = [row.environment, row.service].filter((part) => part !== '').join('-')
  const paths = writeReports(folder, name, end.summary, messageAfter(before, stage))
  const isTold = services.some((one) => (row.service === '' || row.service === one.name) && one.behaviour !== 'healthy')
  return { ...row, ...end, headline: headlineOf(end.summary), paths, isTold }
}

/** The variables of GitHub's run that reports show; the run is as invented as the account. */
function jobIn({ directory, environment }: CliWorld) {
  const remote = findCheckout(directory, '/')?.remote
  const unknown = `your-org/${basename(directory)}`
  return {
    GITHUB_REPOSITORY: repositoryOf(remote, { repository: unknown, serverUrl: 'https://github.com' }),
    GITHUB_RUN_ID: '1234567890',
    GITHUB_RUN_NUMBER: '1',
    GITHUB_ACTOR: environment.USER || environment.USERNAME || 'you',
  }
}

function messageAfter(count: number, stage: Stage): StagedMessage | undefined {
  return stage.messages()[count]
}

function headlineOf(summary: string): string {
  const heading = readMarkdown(summary).find((block) => block.kind === 'heading')
  return heading === undefined ? '' : plainLine(heading.line)
}

function shown({ headline, paths }: Played): string {
  const slack = paths.slack === undefined ? '' : `  Slack    ${paths.slack}\n`
  return `${headline}\n  Summary  ${paths.summary}\n${slack}`
}

function asJson({ environment, service, outputs, paths }: Played): object {
  return { environment, service, outputs, summary: paths.summary, slack: paths.slack ?? '' }
}

async function openAll(played: readonly Played[], { open, err }: CliWorld): Promise<void> {
  for (const path of played.flatMap(({ paths }) => [
    paths.summary,
    ...(paths.slack === undefined ? [] : [paths.slack]),
  ]))
    await open?.(path).catch((error: unknown) => {
      err(`slipway simulate: ${path} could not be opened: ${error instanceof Error ? error.message : String(error)}\n`)
    })
}
