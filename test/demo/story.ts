/** One commit on its way through the shipped actions, watched by people and compared with how it should go. */
import { type ActionResult, runAction } from '../end-to-end/run-action.ts'
import type { MessageRecord } from '../simulator/slack/workspace.ts'
import { type Docker, dockerBuild } from './docker.ts'
import { type Paint, paintLogLine } from './paint.ts'
import { place, type Scenario } from './scenarios.ts'
import { watchSlack } from './slack-terminal.ts'
import { alarm, type Commit, type Stage } from './stage.ts'

export interface Told {
  /** Where the story went another way; empty when all is well. */
  readonly surprises: readonly string[]
  readonly verdict: string
  readonly cause: string
  readonly summary: string
  readonly slack: MessageRecord | undefined
}

export interface Teller {
  readonly print: (line: string) => void
  readonly paint: Paint
  /** Undefined: images are made without Docker. */
  readonly docker: Docker | undefined
}

const slackSays = {
  succeeded: ': deployed in',
  'rolled-back': 'rolled back to',
  failed: ': failed, nothing changed',
} as const satisfies Record<Scenario['verdict'], string>

interface Step {
  readonly title: string
  readonly inputs: Readonly<Record<string, string>>
}

export async function tell(scenario: Scenario, commit: Commit, stage: Stage, teller: Teller): Promise<Told> {
  const { print, paint } = teller
  const surprises: string[] = []
  const expect = (isSo: boolean, what: string) => {
    if (!isSo) surprises.push(what)
  }
  print(`\n${paint('bold', `● ${commit.title}`)} ${paint('dim', commit.sha.slice(0, 7))}`)
  scenario.arrange?.(stage.simulator, commit.sha)
  if (scenario.definition) await stage.edit(scenario.definition)
  const step = async (name: string, step: Step) => runStep(name, step, await stage.environment(commit), stage, teller)

  const pushed = await push(scenario, commit, stage, teller, step)
  expect(pushed.exitCode === 0, `the image was not pushed (exit code ${pushed.exitCode})`)
  expect(isPushed(stage, pushed.outputs.digest), 'the registry does not have the image')
  const image = scenario.deployedTag
    ? `${pushed.outputs.name}:${scenario.deployedTag}`
    : `${pushed.outputs.repository}@${pushed.outputs.digest}`

  armAlarm(scenario, stage, teller)
  const before = serving(stage)
  const unwatch = watchSlack(() => stage.simulator.slack.messages(), paint, print)
  const deployed = await step('deploy', {
    title: 'deploy: register the task definition, deploy, watch to the end',
    inputs: deployInputs(image, stage),
  })
  unwatch()
  const { verdict = '', cause = '' } = deployed.outputs
  const slack = stage.simulator.slack.messages().at(-1)
  const isGood = scenario.verdict === 'succeeded'
  expect(verdict === scenario.verdict, `the verdict is "${verdict}" instead of "${scenario.verdict}"`)
  expect(deployed.exitCode === (isGood ? 0 : 1), `deploy ended with exit code ${deployed.exitCode}`)
  expect(scenario.cause?.test(cause) ?? cause === '', `the cause is "${cause}"`)
  expect(
    serving(stage) === (isGood ? deployed.outputs['task-definition-arn'] : before),
    'the service runs another revision than the verdict says',
  )
  expect(String(slack?.content.text).includes(slackSays[scenario.verdict]), `Slack says "${slack?.content.text}"`)
  return { surprises, verdict, cause, summary: deployed.summary, slack }
}

type RunStep = (name: string, step: Step) => Promise<ActionResult>

async function push(scenario: Scenario, commit: Commit, stage: Stage, { docker, print, paint }: Teller, step: RunStep) {
  const inputs = {
    repository: 'api',
    'aws-region': place.region,
    'role-to-assume': 'arn:aws:iam::111122223333:role/slipway-deploy',
  }
  const architecture = scenario.architecture ?? 'amd64'
  if (docker && architecture === 'amd64') {
    const built = await step('build-push', {
      title: 'build-push: docker build, push by digest, then the tag',
      inputs: { ...inputs, ...dockerBuild },
    })
    if (built.exitCode === 0) return built
    print(
      paint('yellow', 'Docker is there but could not build this; the demo continues with an image made without it.'),
    )
  }
  const layout = await stage.layout(commit.sha.slice(0, 7), architecture)
  return step('build-push', {
    title: 'build-push: push the image by digest, then its tag',
    inputs: { ...inputs, 'oci-layout': layout },
  })
}

function deployInputs(image: string, { isWatched }: Stage): Readonly<Record<string, string>> {
  return {
    environment: 'staging',
    service: place.service,
    image,
    'slack-token': 'xoxb-demo',
    'github-token': 'ghs_demo',
    // AWS is in a hurry then, so look more often than the default does.
    ...(isWatched && { 'wait-max-delay-seconds': '1' }),
  }
}

async function runStep(
  name: string,
  { title, inputs }: Step,
  environment: Readonly<Record<string, string>>,
  { workspace }: Stage,
  { print, paint, docker }: Teller,
): Promise<ActionResult> {
  print(`\n${paint('bold', `▶ ${title}`)}`)
  let rest = ''
  const show = (line: string) => {
    const shown = paintLogLine(line, paint)
    if (shown !== undefined) print(shown.replace(/^/gm, '  '))
  }
  const result = await runAction(name, {
    inputs,
    environment: docker?.host ? { ...environment, DOCKER_HOST: docker.host } : environment,
    workspace,
    onOutput(text) {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) show(line)
    },
  })
  if (rest !== '') show(rest)
  const end = result.exitCode === 0 ? paint('green', '✓ green') : paint('red', `✗ red, exit code ${result.exitCode}`)
  print(`  ${end} ${paint('dim', `after ${result.seconds.toFixed(1)} s`)}`)
  return result
}

/** Lets the alarm of the story go off once the canary has its share of the traffic, by the simulator's own time. */
function armAlarm({ alarmAtTraffic }: Scenario, stage: Stage, { print, paint }: Teller): void {
  if (!alarmAtTraffic) return
  const { clock, world } = stage.simulator
  const { elbv2, cloudwatch } = world.region(place.region)
  const look = () => {
    const weights = Object.values(elbv2.listener(stage.productionListener() ?? '')?.forward ?? {})
    if (!weights.includes(10)) {
      clock.after(10_000, look)
      return
    }
    print(paint('dim', `  ⏰ The CloudWatch alarm ${alarm} goes into ALARM.`))
    cloudwatch.setState(alarm, 'ALARM', 'Threshold Crossed')
  }
  look()
}

function isPushed({ simulator }: Stage, digest: string | undefined): boolean {
  const image = `111122223333.dkr.ecr.${place.region}.amazonaws.com/api@${digest}`
  return digest !== undefined && simulator.world.region(place.region).ecr.find(image)?.exists === true
}

/** The revision that the simulated service runs, whatever the story says of it. */
function serving({ simulator }: Stage): string | undefined {
  return simulator.world.region(place.region).ecs.service(place.cluster, place.service)?.taskDefinition
}
