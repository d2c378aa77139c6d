/** The cause is told when it is known: in the log, on Slack and on GitHub's page, while the deployment goes on. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from '@jest/globals'
import { createDeploy } from '../../src/actions/deploy/index.ts'
import { deployInputs } from '../../src/actions/inputs/deploy-inputs.ts'
import { rollbackInputs } from '../../src/actions/inputs/rollback-inputs.ts'
import { createRollback } from '../../src/actions/rollback/index.ts'
import { codeDeployScene, newImage, oldImage, rollingScene, run } from '../deployment/scene.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { environment, here, slack } from './scene.ts'
import { repository, severalScene } from './several-scene.ts'

const crash = { kind: 'crash', exitCode: 3, afterSeconds: 2, log: ['no such table: orders'] } as const
const reason = 'Essential container in task exited ("api", exit code 3): `no such table: orders` (last log line).'

/** Runs the main step where Slack and GitHub listen, and returns what each of them was told, oldest first. */
async function told(
  sim: Simulator,
  given: Record<string, string>,
  { kind = 'deploy', files = {} }: { kind?: 'deploy' | 'rollback'; files?: Record<string, string> } = {},
) {
  const { GITHUB_REPOSITORY: repo, GITHUB_SHA: sha } = environment
  sim.github.deployments.create({ repository: repo, environment: 'production', sha })
  const runner = await fakeRunner({ clock: sim.clock.forProgram, environment })
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(runner.workspace, path)), { recursive: true })
    await writeFile(join(runner.workspace, path), content)
  }
  const world = { requestHandler: sim.requestHandler, fetch: sim.fetch }
  const inputs = { ...slack, environment: 'production', 'github-token': 'ghs_1', ...given }
  const work =
    kind === 'deploy'
      ? createDeploy(world).main(givenInputs(deployInputs, { preflight: 'off', guard: 'off', ...inputs }), runner)
      : createRollback(world).main(givenInputs(rollbackInputs, inputs), runner)
  await work
  const [message] = sim.slack.messages()
  return {
    runner,
    lines: runner.lines
      .filter((line) => /So far|Recovered/.test(line))
      .map((line) => line.replace(/\d\d:\d\d +/, '').replace('info ', '')),
    slack: [...(message?.history ?? []), message?.content].map((content) => JSON.stringify(content)),
    github: sim.github.deployments.all().flatMap(({ statuses }) => statuses.map(({ description }) => description)),
  }
}

test.each([
  ['rolling', () => rollingScene({ desiredCount: 6 })],
  ['CodeDeploy', () => codeDeployScene()],
])('%s: log, Slack and GitHub say so far why, and the end confirms it', async (_, scene) => {
  const sim = scene()
  sim.world.scenarios.set(newImage, crash)
  const { runner, lines, slack: messages, github } = await told(sim, { ...here, image: newImage })
  expect(lines).toEqual([expect.stringContaining(`⚠ So far: `)])
  expect(lines[0]).toMatch(/new tasks? stopped: /)
  expect(lines[0]).toContain(reason)
  const marked = messages.filter((message) => message.includes('So far: '))
  expect(marked.length).toBeGreaterThan(0)
  expect(marked[0]).toContain('no such table: orders')
  expect(messages.at(-1)).not.toContain('So far')
  expect(messages.at(-1)).toContain('no such table: orders')
  expect(
    github.filter((description) => /So far: .*Essential container in task exited/.test(description)).length,
  ).toBeGreaterThan(0)
  expect(github.at(-1)).not.toContain('So far')
  expect(runner.outputs.cause).toContain(reason)
  expect(runner.failed).toBe(true)
})

test('one unlucky task does not make the step red, and is taken back once AWS goes on', async () => {
  const sim = codeDeployScene({ terminationWaitMinutes: 0 })
  sim.world.scenarios.set(newImage, crash)
  sim.clock.after(40_000, () => sim.world.scenarios.set(newImage, { kind: 'healthy' }))
  const { runner, lines, slack: messages, github } = await told(sim, { ...here, image: newImage })
  expect(lines).toEqual([expect.stringContaining(reason), '✔ Recovered: all new tasks are running'])
  expect([runner.outputs.verdict, runner.outputs.cause, runner.failed]).toEqual(['succeeded', '', false])
  expect(messages.at(-1)).not.toMatch(/So far|no such table/)
  expect(runner.summary).not.toContain('no such table')
  expect(runner.lines.filter((line) => /^(?:error|warning)/.test(line))).toEqual([])
  const last = github.findLastIndex((description) => description.includes('So far'))
  expect(last).toBeGreaterThan(-1)
  expect(github.length).toBeGreaterThan(last + 2)
})

test('of several services, what fails is told with its name', async () => {
  const names = ['api', 'worker']
  const sim = severalScene(names)
  const files = repository(sim, '', names, { worker: crash })
  const {
    runner,
    lines,
    slack: messages,
    github,
  } = await told(sim, { environment: 'production', services: 'api worker' }, { files })
  expect(lines.filter((line) => line.includes('So far'))).toEqual([
    expect.stringMatching(/^worker │ ⚠ So far: .* exit code 3/),
  ])
  expect(messages.find((message) => message.includes('So far: '))).toMatch(/worker: So far: /)
  expect(github.find((description) => description.includes('So far: '))).toMatch(/worker: So far: /)
  expect(github.at(-1)).not.toContain('So far')
  expect(runner.failed).toBe(true)
})

test('a rollback whose tasks fail says why while it goes on', async () => {
  const sim = rollingScene({ desiredCount: 6 })
  await run(sim, { image: newImage })
  sim.world.scenarios.set(oldImage, crash)
  const { runner, lines } = await told(sim, { ...here }, { kind: 'rollback' })
  expect(lines[0]).toContain(reason)
  expect(runner.failed).toBe(true)
})

test('values of variables and credentials are in no early word', async () => {
  const sim = rollingScene({ desiredCount: 6 })
  const log = ['password=hunter2-and-more for https://ann:c4nary-b@registry.example.com']
  sim.world.scenarios.set(newImage, { ...crash, log })
  const { runner, lines, slack: messages, github } = await told(sim, { ...here, image: newImage })
  expect(lines.length).toBeGreaterThan(0)
  expect([...lines, ...messages, ...github, JSON.stringify(runner.savedState)].join('\n')).not.toMatch(/hunter2|c4nary/)
})
