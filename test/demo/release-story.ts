/** One release of examples/seed-003 by the shipped action `deploy`, on a simulated account in which its first release runs. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runAction } from '../end-to-end/run-action.ts'
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

/** Releases the example as the scenario says, and compares what came of it with how it should go. */
export async function tellRelease(scenario: ReleaseScenario, isWatched: boolean, teller: Teller): Promise<Told> {
  const { print, paint } = teller
  const account = openAccount(scenario, isWatched)
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
  const deploy = async (commit: Commit) => {
    print(`\n${paint('bold', `● ${commit.title}`)} ${paint('dim', commit.sha.slice(0, 7))}`)
    simulator.github.commits.add(commit.sha)
    const files = join(temporary, `run-${commit.runNumber}`)
    await mkdir(files, { recursive: true })
    return await runAction('deploy', {
      inputs: {
        environment: 'production',
        'slack-token': 'xoxb-demo',
        'github-token': 'ghs_demo',
        ...(isWatched && { 'wait-max-delay-seconds': '1' }),
        ...scenario.inputs,
      },
      environment: {
        ...environment,
        ...clock,
        RUNNER_TEMP: files,
        GITHUB_REPOSITORY: 'acme/shop',
        GITHUB_SHA: commit.sha,
        GITHUB_RUN_NUMBER: commit.runNumber,
        GITHUB_RUN_ID: `88${commit.runNumber}`,
      },
      event: { head_commit: { id: commit.sha, message: commit.title } },
      workspace,
      onOutput: (text) => {
        for (const line of text.split('\n')) {
          const shown = paintLogLine(line, paint)
          if (shown !== undefined && shown !== '') print(`  ${shown}`)
        }
      },
    })
  }
  try {
    if (scenario.wrongPage !== undefined) {
      await deploy(commitOf('Open the shop', 40))
      await edit(workspace)
      account.lead((uri) => (uri === '/' ? (scenario.wrongPage ?? uri) : uri))
    }
    const before = labels(simulator)[0]
    const unwatch = watchSlack(() => simulator.slack.messages(), paint, print)
    const { outputs, exitCode, summary } = await deploy(commitOf(scenario.commit, 41))
    unwatch()
    const { verdict = '', cause = '' } = outputs
    const slack = simulator.slack.messages().at(-1)
    const expected = scenario.instances.map((which) => (which === 'old' ? before : 'a new version'))
    const found = labels(simulator).map((label) => (label === before ? label : 'a new version'))
    const problems: readonly (readonly [isSo: boolean, otherwise: string])[] = [
      [verdict === scenario.verdict, `the verdict is "${verdict}" instead of "${scenario.verdict}"`],
      [exitCode === (scenario.verdict === 'succeeded' ? 0 : 1), `deploy ended with exit code ${exitCode}`],
      [scenario.cause?.test(cause) ?? cause === '', `the cause is "${cause}"`],
      [found.join() === expected.join(), `the instances run ${found.join(', ')}`],
      [slack !== undefined, 'Slack has no message'],
    ]
    const surprises = problems.flatMap(([isSo, otherwise]) => (isSo ? [] : [otherwise]))
    return { surprises, verdict, cause, summary, slack }
  } finally {
    await close()
    time?.close()
    await rm(temporary, { recursive: true, force: true })
  }
}

/** The next commit changes both parts. */
async function edit(workspace: string): Promise<void> {
  for (const file of ['site/index.html', 'app/server.js']) {
    const path = join(workspace, file)
    await writeFile(path, (await readFile(path, 'utf8')).replaceAll(/Bicycle|<h1>Shop/g, '$& of the week'))
  }
}

function labels({ world }: Simulator): readonly string[] {
  return world
    .region(region)
    .elasticbeanstalk.environment(production)
    .instances.map(({ label }) => label)
}
