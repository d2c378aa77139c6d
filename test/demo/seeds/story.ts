/** One release of a seed by the shipped action `deploy`, on a simulated account in which the release before runs. */
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runAction } from '../../end-to-end/run-action.ts'
import { createSimulator } from '../../simulator/simulator.ts'
import { shareTime } from '../../simulator/time-server.ts'
import { paintLogLine } from '../paint.ts'
import { watchSlack } from '../slack-terminal.ts'
import { commitOf } from '../stage.ts'
import type { Teller, Told } from '../story.ts'
import { openSeedAccount, runningOf, type SeedAccount } from './account.ts'
import { healthy, infrastructure } from './infrastructure.ts'
import type { SeedScenario } from './scenarios.ts'

/** How many times as fast as real time the simulated AWS runs for people who watch. */
const speed = 25
const examples = join(import.meta.dirname, '../../../examples')
const timeLapse = pathToFileURL(join(import.meta.dirname, '../time-lapse.js')).href
/** For steps that know no other address of Amazon ECR Public. */
export const publicRegistry = pathToFileURL(join(import.meta.dirname, 'public-registry.js')).href

/** Inputs of `deploy` for the images that were pushed. */
function imageInputs({ images }: SeedAccount): Readonly<Record<string, string>> {
  const one = images.get('')
  if (one) return { image: `${one.name}@${one.new}` }
  return { digests: JSON.stringify(Object.fromEntries([...images].map(([name, image]) => [name, image.new]))) }
}

/** Releases the seed as the scenario says, and compares what came of it with how it should go. */
export async function tellSeed(scenario: SeedScenario, isWatched: boolean, teller: Teller): Promise<Told> {
  const { print, paint } = teller
  const simulator = createSimulator({ clock: isWatched ? { kind: 'accelerated', speed } : { kind: 'idle' } })
  const temporary = await mkdtemp(join(tmpdir(), 'slipway-demo-'))
  const workspace = join(temporary, scenario.seed)
  await cp(join(examples, scenario.seed), workspace, { recursive: true })
  const account = await openSeedAccount(simulator, workspace)
  const built = await infrastructure[scenario.seed](account, scenario.answer ?? (() => healthy))
  scenario.arrange?.(account, built)
  const { environment, close } = await simulator.listen(0, { time: isWatched ? 'lapse' : 'shared' })
  const time = isWatched ? undefined : await shareTime(simulator.clock)
  const clock = time?.environment ?? {
    NODE_OPTIONS: `--import=${timeLapse}`,
    DEMO_CLOCK: [simulator.clock.now(), Date.now(), speed].join(','),
  }
  const { sha, title, runNumber } = commitOf(scenario.commit, 41)
  simulator.github.commits.add(sha)
  const unwatch = watchSlack(() => simulator.slack.messages(), paint, print)
  const show = (line: string) => {
    const shown = paintLogLine(line, paint)
    if (shown !== undefined && shown !== '') print(`  ${shown}`)
  }
  try {
    print(`\n${paint('bold', `● ${title}`)} ${paint('dim', `${sha.slice(0, 7)}, ${scenario.seed}`)}`)
    const { exitCode, outputs, summary, log } = await runAction('deploy', {
      inputs: {
        ...imageInputs(account),
        ...{ environment: 'production', 'slack-token': 'xoxb-demo', 'github-token': 'ghs_demo' },
        ...(isWatched && { 'wait-max-delay-seconds': '1' }),
      },
      environment: {
        ...environment,
        ...clock,
        NODE_OPTIONS: `${clock.NODE_OPTIONS} --import=${publicRegistry}`,
        ...{ GITHUB_SHA: sha, GITHUB_RUN_NUMBER: runNumber, GITHUB_REPOSITORY: 'acme/shop' },
      },
      event: { head_commit: { id: sha, message: title } },
      workspace,
      onOutput: (text) => text.split('\n').forEach(show),
    })
    unwatch()
    const { verdict = '', cause = '' } = outputs
    const slack = simulator.slack.messages().at(-1)
    const running = JSON.stringify(runningOf(account))
    const problems: readonly (readonly [isSo: boolean, otherwise: string])[] = [
      [verdict === scenario.verdict, `the verdict is "${verdict}" instead of "${scenario.verdict}"`],
      [exitCode === (scenario.verdict === 'succeeded' ? 0 : 1), `exit code ${exitCode}`],
      [scenario.cause?.test(cause) ?? cause === '', `the cause is "${cause}"`],
      [scenario.log.test(log), `the log does not have ${scenario.log}`],
      [running === JSON.stringify(scenario.running), `the services run ${running}`],
      [slack !== undefined, 'Slack has no message'],
    ]
    const surprises = problems.flatMap(([isSo, otherwise]) => (isSo ? [] : [otherwise]))
    return { surprises, verdict, cause, summary, slack }
  } finally {
    for (const door of built.doors) door.close()
    await close()
    time?.close()
    await rm(temporary, { recursive: true, force: true })
  }
}
