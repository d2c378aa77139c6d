/** Every place at which people see something of a run, or may see it, and what must not be there. */
import { readFile } from 'node:fs/promises'
import { Failure } from '../../src/failure.ts'
import { failureText } from '../../src/report/failure-text.ts'
import type { Action } from '../../src/runner/action.ts'
import type { InputSpec } from '../../src/runner/inputs.ts'
import { type FakeRunner, givenInputs } from '../runner/fake-runner.ts'
import type { Simulator } from '../simulator/simulator.ts'

/** In every credential that is planted. */
export const canary = 'c4nary'

/** Values of variables of the definition; the second one would be found by nothing else. */
export const variables = [
  { name: 'LICENCE', value: `${canary}-licence-value` },
  { name: 'DB_HOST', value: `${canary}.db.internal` },
  { name: 'DB_PASSWORD', value: 'hunter2' },
]

const base64 = Buffer.from('hunter2').toString('base64').slice(0, 6)
const secrets = new RegExp(`${canary}|hunter2|${base64}|odW50ZXIy|68756e746572`, 'i')

/** What AWS, a container or a person might write, in one line. */
export const planted = [
  `refused secret=${canary}-a for ann/hunter2`,
  `at https://ann:${canary}-b@registry.example.com`,
  `by curl -u ann:${canary}-c (the password is ${canary}1)`,
].join(' ')

/** Everything that people could see of a run, by where they see it. */
export async function sinksOf(runner: FakeRunner, sim: Simulator): Promise<Readonly<Record<string, string>>> {
  const { lines, summary, outputs, savedState } = runner
  const messages = sim.slack
    .messages()
    .map(({ content, history, replies }) => [content, history, replies.map((reply) => reply.content)])
  const pages = sim.github.deployments.all().map(({ description, statuses }) => [description, statuses])
  // A rendered definition is a file for the next step, and holds what was written.
  const { 'task-definition': file, ...others } = outputs
  return {
    log: lines.join('\n'),
    annotations: lines.filter((line) => /^(error|warning|notice) /.test(line)).join('\n'),
    summary,
    outputs: JSON.stringify(others),
    state: JSON.stringify(savedState),
    slack: JSON.stringify(messages),
    github: JSON.stringify(pages),
    ...(file && { file: String((await readFile(file)).length) }),
  }
}

/** Where a credential is seen, with what stands around it. */
export async function leaks(runner: FakeRunner, sim: Simulator): Promise<readonly string[]> {
  return Object.entries(await sinksOf(runner, sim)).flatMap(([place, text]) => {
    const at = text.search(secrets)
    return at < 0 ? [] : [`${place}: …${text.slice(Math.max(0, at - 80), at + 60)}…`]
  })
}

/** Runs a step as the runner does: what it throws ends in an annotation. */
export async function step<Spec extends InputSpec>(
  action: Action<Spec>,
  kind: 'main' | 'post',
  given: Record<string, string>,
  runner: FakeRunner,
): Promise<void> {
  try {
    await action[kind]?.(givenInputs(action.inputs, given), runner)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    runner.log.error(failureText(error))
  }
}
