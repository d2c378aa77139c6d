/**
 * `npm run demo`: the shipped actions (dist/) take examples/api to a simulated AWS, as GitHub's runner would run them; then a
 * broken image is explained and rolled back. Exits 0 when every story went as it should, deployments that fail included.
 */
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { findDocker } from './demo/docker.ts'
import { choosePaint } from './demo/paint.ts'
import { picture } from './demo/picture.ts'
import { releaseScenarios } from './demo/release-scenarios.ts'
import { tellRelease } from './demo/release-story.ts'
import { brokenCanary, type Scenario, scenarios } from './demo/scenarios.ts'
import { seedScenarios } from './demo/seeds/scenarios.ts'
import { tellSeed } from './demo/seeds/story.ts'
import { slackPage } from './demo/slack-page.ts'
import { commitOf, openStage, speedOf } from './demo/stage.ts'
import { type Teller, type Told, tell } from './demo/story.ts'

const root = join(import.meta.dirname, '..')

const usage = `Usage: npm run demo -- [--scenario NAME] [--fast] [--list] [--output FOLDER] [--picture]

  --scenario  runs one scenario of --list
  --fast      does not pause: AWS's minutes pass as fast as this machine computes
  --list      lists the scenarios
  --output    folder for summaries and Slack messages (default: demo-output)
  --picture   runs all of the default scenarios and draws docs/demo.svg`

const list = () =>
  Object.entries({ ...scenarios, ...seedScenarios, ...releaseScenarios })
    .map(([name, { about }]) => `  ${name.padEnd(22)} ${about}`)
    .join('\n')

const paint = choosePaint(process.stdout, process.env)
const lines: string[] = []
const print = (line: string) => {
  lines.push(line)
  console.log(line)
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        scenario: { type: 'string' },
        fast: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        output: { type: 'string', default: join(root, 'demo-output') },
        picture: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    return values
  } catch (error) {
    return stop(error instanceof Error ? error.message : String(error))
  }
}

function stop(problem: string): never {
  console.error(`${problem}\n\n${usage}`)
  process.exit(2)
}

interface Named {
  /** Names its files. */
  readonly name: string
}

interface Chapter extends Named {
  readonly scenario: Scenario
}

function chooseChapters(scenario: string | undefined): readonly Chapter[] {
  const success = scenarios.success
  if (scenario === undefined && success)
    return [
      { name: '1-canary', scenario: success },
      { name: '2-rolled-back', scenario: brokenCanary },
    ]
  const chosen = scenarios[scenario ?? '']
  if (!chosen) return stop(`There is no scenario "${scenario}". There are:\n${list()}`)
  return [{ name: scenario ?? '', scenario: chosen }]
}

async function tellAll(chapters: readonly Chapter[], output: string, isFast: boolean): Promise<readonly Told[]> {
  const docker = await findDocker()
  const first = chapters[0]?.scenario ?? brokenCanary
  const speed = speedOf(first)
  const pace = isFast ? ', in no time' : speed === 1 ? '' : `, ${speed} times as fast as the real one`
  print(paint('dim', `The actions in dist/ deploy examples/api to an AWS that is simulated here${pace}.`))
  print(
    paint(
      'dim',
      typeof docker === 'string'
        ? `Images are made without Docker: ${docker}.`
        : `Docker ${docker.version} builds the images.`,
    ),
  )
  const stage = await openStage(first, !isFast)
  try {
    const told: Told[] = []
    for (const [index, { name, scenario }] of chapters.entries()) {
      const teller = { print, paint, docker: typeof docker === 'string' ? undefined : docker }
      const story = await tell(scenario, commitOf(scenario.commit, 41 + index), stage, teller)
      told.push(story)
      await writeFiles(output, name, story)
    }
    return told
  } finally {
    await stage.close()
  }
}

/** A release of one of the seeds. */
interface Release {
  readonly example: string
  tell(isWatched: boolean, teller: Teller): Promise<Told>
}

function releaseOf(name: string): Release | undefined {
  const [seeded, release] = [seedScenarios[name], releaseScenarios[name]]
  if (seeded) return { example: seeded.seed, tell: (isWatched, teller) => tellSeed(seeded, isWatched, teller) }
  if (release) return { example: 'seed-003', tell: (isWatched, teller) => tellRelease(release, isWatched, teller) }
  return undefined
}

async function tellOne(name: string, release: Release, output: string, isFast: boolean) {
  print(paint('dim', `The action in dist/ deploys examples/${release.example} to an AWS that is simulated here.`))
  const story = await release.tell(!isFast, { print, paint, docker: undefined })
  await writeFiles(output, name, story)
  return [story]
}

async function writeFiles(output: string, name: string, { summary, slack }: Told): Promise<void> {
  await mkdir(output, { recursive: true })
  await writeFile(join(output, `${name}.summary.md`), summary)
  if (!slack) return
  await writeFile(join(output, `${name}.slack.html`), slackPage(slack))
  await writeFile(join(output, `${name}.slack.json`), `${JSON.stringify(slack.content, null, 2)}\n`)
}

function conclude(chapters: readonly Named[], told: readonly Told[], output: string, seconds: number): void {
  const surprises = told.flatMap(({ surprises }, index) =>
    surprises.map((surprise) => `${chapters[index]?.name}: ${surprise}`),
  )
  print('')
  if (surprises.length > 0) {
    print(paint('red', 'The scenario did not end as expected:'))
    for (const surprise of surprises) print(paint('red', `  - ${surprise}`))
    process.exitCode = 1
  } else {
    print(paint('green', `The scenario ended as expected, in ${seconds.toFixed(0)} s.`))
    for (const { cause } of told) if (cause) print(`Cause found: ${paint('bold', cause)}`)
  }
  const folder = relative(process.cwd(), output) || '.'
  print(`\nWritten to ${folder}/:`)
  for (const { name } of chapters) {
    print(
      `  ${`${name}.slack.html`.padEnd(28)} the Slack message and its earlier versions (${name}.slack.json as sent)`,
    )
    print(`  ${`${name}.summary.md`.padEnd(28)} the job summary`)
  }
  print('\nNext steps:')
  print('  npm run demo -- --scenario out-of-memory')
  print('  npm run demo -- --list')
  print('  npm run simulator                        simulated AWS, GitHub and Slack on this machine')
}

const options = readOptions()
if (options.help) console.log(usage)
else if (options.list) console.log(`npm run demo -- --scenario NAME, with one of\n\n${list()}`)
else {
  if (!existsSync(join(root, 'dist/deploy.js'))) stop('dist/ is not there. Run "npm run build" first.')
  const started = performance.now()
  const name = options.picture ? undefined : options.scenario
  const release = releaseOf(name ?? '')
  const chapters = release ? [] : chooseChapters(name)
  const told = release
    ? await tellOne(name ?? '', release, options.output, options.fast)
    : await tellAll(chapters, options.output, options.fast)
  const story = [...lines]
  conclude(release ? [{ name: name ?? '' }] : chapters, told, options.output, (performance.now() - started) / 1000)
  if (options.picture && process.exitCode !== 1) {
    const messages = told.flatMap(({ slack }) => slack ?? [])
    await writeFile(join(root, 'docs/demo.svg'), picture(story, messages))
    console.log('\nDrawn: docs/demo.svg')
  }
}
