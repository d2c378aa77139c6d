/** One release of examples/seed-003 by the shipped action `deploy`, on a simulated account in which its first release runs. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type ActionResult, runAction } from '../end-to-end/run-action.ts'
import type { DistributionOptions, StoredDistribution } from '../simulator/cloudfront/distributions.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { shareTime } from '../simulator/time-server.ts'
import { paintLogLine } from './paint.ts'
import type { ReleaseScenario } from './release-scenarios.ts'
import { watchSlack } from './slack-terminal.ts'
import { type Commit, commitOf } from './stage.ts'
import type { Teller, Told } from './story.ts'

/** How many times as fast as real time the simulated AWS runs for people who watch. */
const speed = 25
const region = 'eu-west-1'
const production = 'shop-production'
const bucket = 'shop-cdn'
const example = join(import.meta.dirname, '../../examples/seed-003')
const timeLapse = pathToFileURL(join(import.meta.dirname, 'time-lapse.js')).href

interface Account {
  readonly simulator: Simulator
  readonly distribution: StoredDistribution
  /** What the address of the site leads to from now on. */
  lead(to: (uri: string) => string): void
}

/** The account of the seed: an environment of Elastic Beanstalk that runs `v1`, a bucket, and the distribution in front of it. */
function openAccount({ seed, behaviour }: ReleaseScenario, isWatched: boolean): Account {
  const simulator = createSimulator({ clock: isWatched ? { kind: 'accelerated', speed } : { kind: 'idle' } })
  simulator.iam.role({ name: 'slipway-deploy', trust: { sub: 'repo:*' }, maxSessionSeconds: 43_200 })
  const { s3, elasticbeanstalk } = simulator.world.region(region)
  elasticbeanstalk.seed({ environment: production, ...seed })
  Object.assign(elasticbeanstalk.quirks, { launch: 20, termination: 40, health: 15, healthLimit: 60 })
  if (behaviour) elasticbeanstalk.behave(/^(?!v1$)/, behaviour)
  let leads = (uri: string) => uri
  const options: DistributionOptions = { bucket, defaultRootObject: 'index.html', rewrite: (uri) => leads(uri) }
  const distribution = simulator.world.region('us-east-1').cloudfront.createDistribution(options)
  const Statement = [
    {
      Effect: 'Allow',
      Principal: { Service: 'cloudfront.amazonaws.com' },
      Action: ['s3:GetObject', 's3:ListBucket'],
      Condition: { StringEquals: { 'AWS:SourceArn': distribution.arn } },
    },
  ]
  s3.createBucket(bucket, { policy: JSON.stringify({ Statement }) })
  return {
    simulator,
    distribution,
    lead(to) {
      leads = to
    },
  }
}

/** examples/seed-003 as somebody's repository, with the names of the simulated account. */
async function checkOut(folder: string, endpoint: string, { distribution }: Account): Promise<void> {
  await cp(example, folder, { recursive: true })
  const file = join(folder, 'slipway.yml')
  const config = (await readFile(file, 'utf8'))
    .replace('E1A2B3C4D5E6F7', distribution.id)
    .replace('https://cdn.example.com', `${endpoint}/edge/${distribution.domain}`)
  await writeFile(file, config)
  await writeFile(join(folder, 'site/maintenance.html'), '<h1>Closed for maintenance</h1>')
}

interface Repository {
  /** Runs one step of a workflow of the commit. */
  run(action: string, commit: Commit, inputs?: Readonly<Record<string, string>>): Promise<ActionResult>
  /** The next commit changes both parts. */
  edit(): Promise<void>
  close(): Promise<void>
}

/** The repository of the example, whose steps run as processes beside the simulated account. */
async function openRepository(account: Account, isWatched: boolean, { print, paint }: Teller): Promise<Repository> {
  const { simulator } = account
  const temporary = await mkdtemp(join(tmpdir(), 'slipway-demo-'))
  const workspace = join(temporary, 'shop')
  const { environment, close } = await simulator.listen(0, { time: isWatched ? 'lapse' : 'shared' })
  const time = isWatched ? undefined : await shareTime(simulator.clock)
  const clock = time?.environment ?? {
    NODE_OPTIONS: `--import=${timeLapse}`,
    DEMO_CLOCK: [simulator.clock.now(), Date.now(), speed].join(','),
  }
  await checkOut(workspace, environment.AWS_ENDPOINT_URL ?? '', account)
  const show = (line: string) => {
    const shown = paintLogLine(line, paint)
    if (shown !== undefined && shown !== '') print(`  ${shown}`)
  }
  const tokens = { 'slack-token': 'xoxb-demo', 'github-token': 'ghs_demo' }
  return {
    async run(action, { sha, title, runNumber }, inputs) {
      print(`\n${paint('bold', `● ${title}`)} ${paint('dim', `${sha.slice(0, 7)}, ${action}`)}`)
      simulator.github.commits.add(sha)
      const names = { GITHUB_SHA: sha, GITHUB_RUN_NUMBER: runNumber, GITHUB_RUN_ID: `88${runNumber}` }
      return await runAction(action, {
        inputs: { environment: 'production', ...tokens, ...inputs },
        environment: { ...environment, ...clock, ...names, GITHUB_REPOSITORY: 'acme/shop' },
        event: { head_commit: { id: sha, message: title } },
        workspace,
        onOutput: (text) => text.split('\n').forEach(show),
      })
    },
    async edit() {
      for (const file of ['site/index.html', 'app/server.js']) {
        const path = join(workspace, file)
        await writeFile(path, (await readFile(path, 'utf8')).replaceAll(/Bicycle|<h1>Shop/g, '$& of the week'))
      }
    },
    async close() {
      await close()
      time?.close()
      await rm(temporary, { recursive: true, force: true })
    },
  }
}

/** Releases the example as the scenario says, and compares what came of it with how it should go. */
export async function tellRelease(scenario: ReleaseScenario, isWatched: boolean, teller: Teller): Promise<Told> {
  const account = openAccount(scenario, isWatched)
  const { simulator } = account
  const repository = await openRepository(account, isWatched, teller)
  try {
    if (scenario.isSecond) {
      await repository.run('deploy', commitOf('Open the shop', 40))
      await repository.edit()
    }
    const { wrongPage } = scenario
    if (wrongPage !== undefined) account.lead((uri) => (uri === '/' ? wrongPage : uri))
    const before = { label: labels(simulator)[0], page: pageOf(account) }
    const unwatch = watchSlack(() => simulator.slack.messages(), teller.paint, teller.print)
    const deployed = await repository.run('deploy', commitOf(scenario.commit, 41))
    const returned = scenario.rollsBack ? await rollBack(repository) : []
    unwatch()
    account.lead((uri) => uri)
    const { verdict = '', cause = '' } = deployed.outputs
    const slack = simulator.slack.messages().at(-1)
    const expected = scenario.instances.map((which) => (which === 'old' ? before.label : 'a new version'))
    const found = labels(simulator).map((label) => (label === before.label ? label : 'a new version'))
    const problems: readonly (readonly [isSo: boolean, otherwise: string])[] = [
      [verdict === scenario.verdict, `the verdict is "${verdict}" instead of "${scenario.verdict}"`],
      [deployed.exitCode === (scenario.verdict === 'succeeded' ? 0 : 1), `exit code ${deployed.exitCode}`],
      [scenario.cause?.test(cause) ?? cause === '', `the cause is "${cause}"`],
      [found.join() === expected.join(), `the instances run ${found.join(', ')}`],
      [(pageOf(account) === before.page) === scenario.instances.includes('old'), 'visitors get the wrong page'],
      [returned.every(({ outputs }) => outputs.verdict === 'succeeded'), 'a rollback did not succeed'],
      [slack !== undefined, 'Slack has no message'],
    ]
    const surprises = problems.flatMap(([isSo, otherwise]) => (isSo ? [] : [otherwise]))
    return { surprises, verdict, cause, summary: deployed.summary, slack }
  } finally {
    await repository.close()
  }
}

/** What a person runs who wants the release before: pages first, as those of the new release request its API. */
async function rollBack({ run }: Repository): Promise<readonly ActionResult[]> {
  const commit = commitOf('Roll back', 42)
  return [
    await run('deploy-site', commit, { release: 'previous' }),
    await run('deploy-beanstalk', commit, { 'roll-back': 'true' }),
  ]
}

/** The start page in the bucket; undefined before the first release. */
function pageOf({ simulator }: Account): string | undefined {
  return simulator.world.region(region).s3.object(bucket, 'index.html')?.body.toString()
}

function labels({ world }: Simulator): readonly string[] {
  return world
    .region(region)
    .elasticbeanstalk.environment(production)
    .instances.map(({ label }) => label)
}
